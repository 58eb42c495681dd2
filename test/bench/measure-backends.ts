import type { Bundles } from './bundles.ts';
import { Child } from './child.ts';
import { takeTurns } from './measure-cpu.ts';
import type { Stub } from './stub.ts';

/** Microseconds: of CPU in the calling process, and by the clock. */
export interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

export interface BackendsResult {
  /** A call of a backend tool through the whole gateway; the same request by itself. */
  readonly gateway: Cost;
  readonly direct: Cost;
  /** Microseconds of CPU: one assertion; the same claims by jose. */
  readonly signing: number;
  readonly joseSigning: number;
  /** One https request on a kept connection, and with a new one. */
  readonly kept: Cost;
  readonly fresh: Cost;
}

/** What a backend costs through the gateway, beside that backend without it. All in one run, in turns. */
export async function measureBackends(bundles: Bundles, { env }: Stub, rounds: number): Promise<BackendsResult> {
  type Side = 'backendCall' | 'backendDirect' | 'signing' | 'joseSigning' | 'connection';
  const start = (name: Side, more: Readonly<Record<string, string>> = {}) =>
    Child.start(bundles.driver.file, [bundles[name].file], { env: { ...env, ...more } });
  const gateway = await start('backendCall');
  const direct = await start('backendDirect');
  const signing = await start('signing');
  const joseSigning = await start('joseSigning');
  const kept = await start('connection', { GATEHOUSE_BENCH_KEEP_ALIVE_MS: '4000' });
  const fresh = await start('connection', { GATEHOUSE_BENCH_KEEP_ALIVE_MS: '0' });
  const both = (child: Child, calls: number) => [{ child, calls }, { child, calls, byClock: true } as const];
  try {
    const results = await takeTurns(rounds, [
      ...both(gateway, 150),
      ...both(direct, 150),
      { child: signing, calls: 400 },
      { child: joseSigning, calls: 400 },
      ...both(kept, 100),
      ...both(fresh, 40),
    ]);
    const at = (index: number) => results[index] ?? Number.NaN;
    return {
      gateway: { cpu: at(0), wall: at(1) },
      direct: { cpu: at(2), wall: at(3) },
      signing: at(4),
      joseSigning: at(5),
      kept: { cpu: at(6), wall: at(7) },
      fresh: { cpu: at(8), wall: at(9) },
    };
  } finally {
    await Promise.all([gateway, direct, signing, joseSigning, kept, fresh].map((child) => child.stop()));
  }
}
