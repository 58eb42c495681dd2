import { startDatabase } from '../support/database.ts';
import { hasJava } from '../support/dynamodb-local.ts';
import { DYNAMODB_LOCAL } from '../support/engines.ts';
import type { Bundles } from './bundles.ts';
import { Child } from './child.ts';
import { takeTurns } from './measure-cpu.ts';
import { startMeter } from './meter.ts';
import { functionEnvironment, type Stub } from './stub.ts';

/** Of one executed call. */
export interface TrailCost {
  /** Microseconds, the table in memory. */
  readonly cpu: number;
  /** On DynamoDB Local, indexes included; undefined without Java. */
  readonly writeUnits: number | undefined;
}

export interface TrailResult {
  /** Two records and their hashes: what the gateway wrote before it had the full trail. */
  readonly plain: TrailCost;
  /** Level `keys`, which every tool has by itself. */
  readonly keys: TrailCost;
  /** Level `full`: the arguments too, sealed. */
  readonly full: TrailCost;
}

const CALLS = 50;
const LEVELS = ['plain', 'keys', 'full'] as const;
type Level = (typeof LEVELS)[number];

/** What the trail of a call costs beside a plain strict writer, in one run. */
export async function measureTrail(bundles: Bundles, stub: Stub, rounds: number): Promise<TrailResult> {
  const start = (level: Level, env: Readonly<Record<string, string>>) =>
    Child.start(bundles.driver.file, [(level === 'plain' ? bundles.trailPlain : bundles.trailFull).file], {
      env: { ...env, GATEHOUSE_BENCH_LEVEL: level },
    });
  const cpu = await cpuOf((level) => start(level, stub.env), rounds);
  const units = await unitsOf((level, env) => start(level, env), stub);
  const cost = (level: Level): TrailCost => ({ cpu: cpu[level], writeUnits: units?.[level] });
  return { plain: cost('plain'), keys: cost('keys'), full: cost('full') };
}

async function cpuOf(start: (level: Level) => Promise<Child>, rounds: number): Promise<Record<Level, number>> {
  const [plain, keys, full] = [await start('plain'), await start('keys'), await start('full')];
  try {
    const results = await takeTurns(
      rounds,
      [plain, keys, full].map((child) => ({ child, calls: 600 })),
    );
    const at = (index: number) => results[index] ?? Number.NaN;
    return { plain: at(0), keys: at(1), full: at(2) };
  } finally {
    await Promise.all([plain, keys, full].map((child) => child.stop()));
  }
}

async function unitsOf(
  start: (level: Level, env: Readonly<Record<string, string>>) => Promise<Child>,
  { fixture }: Stub,
): Promise<Readonly<Record<Level, number>> | undefined> {
  if (!hasJava()) return undefined;
  const database = await startDatabase(DYNAMODB_LOCAL);
  const meter = await startMeter(database.endpoint);
  const env = {
    ...functionEnvironment({ ...fixture, dynamodb: meter.endpoint }, database),
    GATEHOUSE_BENCH_STORE: 'engine',
  };
  const measure = async (level: Level): Promise<number> => {
    const child = await start(level, env);
    try {
      // The first call makes the key of the month.
      await child.ask({ kind: 'calls', calls: 1 });
      meter.take();
      await child.ask({ kind: 'calls', calls: CALLS });
      return meter.take().writeUnits / CALLS;
    } finally {
      await child.stop();
    }
  };
  try {
    return { plain: await measure('plain'), keys: await measure('keys'), full: await measure('full') };
  } finally {
    await meter.stop();
    await database.stop();
  }
}
