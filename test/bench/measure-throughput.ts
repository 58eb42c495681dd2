import type { Bundles } from './bundles.ts';
import { Child } from './child.ts';
import type { LoadOrder, LoadResult } from './sides/load.ts';
import { median } from './statistics.ts';
import type { Stub } from './stub.ts';

const SERVERS = ['gatehouse', 'sdk', 'bare'] as const;
type Server = (typeof SERVERS)[number];

export interface ThroughputResult {
  readonly connections: number;
  readonly servers: Readonly<Record<Server, LoadResult>>;
}

/** Requests a second over HTTP, the store in memory, from a process of its own. `bare` is Node's server with a JSON answer. */
export async function measureThroughput(
  bundles: Bundles,
  { env }: Stub,
  rounds: number,
): Promise<readonly ThroughputResult[]> {
  const serve = (args: readonly string[]) => Child.start(bundles.serve.file, args, { env });
  const children: Readonly<Record<Server, Child>> = {
    gatehouse: await serve([bundles.gatehouseMemory.file]),
    sdk: await serve([bundles.sdkMemory.file]),
    bare: await serve([]),
  };
  const load = await Child.start(bundles.load.file, [], { env });
  const fire = (server: Server, connections: number, milliseconds: number) => {
    const order: LoadOrder = { port: children[server].port, connections, milliseconds };
    return load.ask<LoadResult>(order);
  };
  try {
    for (const server of SERVERS) await fire(server, 8, 1500);
    const results: ThroughputResult[] = [];
    for (const connections of [1, 8, 64]) {
      const samples: Record<Server, LoadResult[]> = { gatehouse: [], sdk: [], bare: [] };
      for (let round = 0; round < rounds; round++) {
        for (const server of SERVERS) samples[server].push(await fire(server, connections, 600));
      }
      results.push({
        connections,
        servers: {
          gatehouse: middle(samples.gatehouse),
          sdk: middle(samples.sdk),
          bare: middle(samples.bare),
        },
      });
    }
    return results;
  } finally {
    await Promise.all([load, ...Object.values(children)].map((child) => child.stop()));
  }
}

function middle(samples: readonly LoadResult[]): LoadResult {
  const of = (member: keyof LoadResult) => median(samples.map((sample) => sample[member]));
  return { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99') };
}
