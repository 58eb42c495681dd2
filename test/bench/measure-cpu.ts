import type { Bundles } from './bundles.ts';
import { Child } from './child.ts';
import type { Operation } from './sides/messages.ts';
import { median } from './statistics.ts';
import type { Stub } from './stub.ts';

/** Microseconds of CPU an operation. */
export interface CpuResult {
  readonly memory: Readonly<Record<Operation, Pair>>;
  readonly stub: Readonly<Record<Operation, Pair>>;
  /** One verification by aws-jwt-verify. */
  readonly verification: number;
  /** A refresh at the token endpoint of the relay, the provider stubbed; the same with jose and nothing around it. */
  readonly refresh: { readonly gatehouse: number; readonly jose: number };
  /** Bytes of heap in use after so many calls, garbage collected. */
  readonly heap: readonly { readonly calls: number; readonly bytes: number }[];
}

export interface Pair {
  readonly gatehouse: number;
  readonly sdk: number;
}

export interface Turn {
  readonly child: Child;
  /** CPU of this; left out: CPU of what the child does anyway. */
  readonly operation?: Operation;
  /** By the clock in the place of CPU. */
  readonly byClock?: true;
  readonly calls: number;
}

/** Batches before the first that counts: a call of ours goes on getting faster for its first ten thousand times. */
const WARM_UP = 20;
const HEAP_STEPS = [20_000, 60_000, 100_000];

type Side = 'gatehouseMemory' | 'sdkMemory' | 'mcp' | 'sdkStub' | 'verification' | 'relayRefresh' | 'joseRefresh';

export async function measureCpu(bundles: Bundles, stub: Stub, rounds: number): Promise<CpuResult> {
  const start = (name: Side) =>
    Child.start(bundles.driver.file, [bundles[name].file], {
      env: name === 'relayRefresh' ? stub.relayEnv : stub.env,
      flags: ['--expose-gc'],
    });
  const children = {
    memory: await start('gatehouseMemory'),
    sdkMemory: await start('sdkMemory'),
    stub: await start('mcp'),
    sdkStub: await start('sdkStub'),
    verification: await start('verification'),
    relay: await start('relayRefresh'),
    jose: await start('joseRefresh'),
  };
  try {
    const { memory, sdkMemory, stub: ours, sdkStub, verification, relay, jose } = children;
    const results = await takeTurns(rounds, [
      { child: memory, operation: 'tools/call', calls: 500 },
      { child: sdkMemory, operation: 'tools/call', calls: 500 },
      { child: verification, operation: 'tools/call', calls: 600 },
      { child: ours, operation: 'tools/call', calls: 120 },
      { child: sdkStub, operation: 'tools/call', calls: 120 },
      { child: memory, operation: 'tools/list', calls: 500 },
      { child: sdkMemory, operation: 'tools/list', calls: 500 },
      { child: ours, operation: 'tools/list', calls: 200 },
      { child: sdkStub, operation: 'tools/list', calls: 200 },
      // These two do one thing, whatever they are asked for.
      { child: relay, operation: 'tools/call', calls: 500 },
      { child: jose, operation: 'tools/call', calls: 500 },
    ]);
    const pair = (gatehouse: number, sdk: number): Pair => ({
      gatehouse: results[gatehouse] ?? Number.NaN,
      sdk: results[sdk] ?? Number.NaN,
    });
    return {
      memory: { 'tools/call': pair(0, 1), 'tools/list': pair(5, 6) },
      stub: { 'tools/call': pair(3, 4), 'tools/list': pair(7, 8) },
      verification: results[2] ?? Number.NaN,
      refresh: { gatehouse: results[9] ?? Number.NaN, jose: results[10] ?? Number.NaN },
      heap: await measureHeap(memory),
    };
  } finally {
    await Promise.all(Object.values(children).map((child) => child.stop()));
  }
}

/** Warm-up, then round by round a batch of each: what else this machine does hits all sides alike. */
export async function takeTurns(rounds: number, turns: readonly Turn[]): Promise<readonly number[]> {
  const take = ({ child, operation = 'tools/call', byClock, calls }: Turn) =>
    child.ask<number>(byClock ? { kind: 'wall', calls } : { kind: 'cpu', operation, calls });
  for (const turn of turns) await take({ ...turn, calls: turn.calls * WARM_UP });
  const samples = turns.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, turn] of turns.entries()) samples[at]?.push(await take(turn));
  }
  return samples.map(median);
}

async function measureHeap(child: Child): Promise<CpuResult['heap']> {
  const steps: { calls: number; bytes: number }[] = [];
  let done = 0;
  for (const calls of HEAP_STEPS) {
    steps.push({ calls, bytes: await child.ask<number>({ kind: 'heap', calls: calls - done }) });
    done = calls;
  }
  return steps;
}
