import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../infra/project.ts';
import type { BenchResult } from './result.ts';

interface Budget {
  readonly limit: number;
  readonly what: string;
}

export interface Judged extends Budget {
  readonly name: string;
  /** Undefined where it could not be measured. */
  readonly value: number | undefined;
}

/** Every ratio is of two things measured in the same run. */
const METRICS: Readonly<Record<string, (result: BenchResult) => number | undefined>> = {
  callToSdk: ({ cpu }) => cpu.memory['tools/call'].gatehouse / cpu.memory['tools/call'].sdk,
  callToVerification: ({ cpu }) => cpu.memory['tools/call'].gatehouse / cpu.verification,
  stubCallToSdk: ({ cpu }) => cpu.stub['tools/call'].gatehouse / cpu.stub['tools/call'].sdk,
  // CPU: the wall clock of a shared machine says more about its other work.
  coldToBare: ({ cold }) => coldOf(cold, 'mcp') / coldOf(cold, 'bare'),
  coldOauthToBare: ({ cold }) => coldOf(cold, 'oauth') / coldOf(cold, 'bare'),
  refreshToJose: ({ cpu: { refresh } }) => refresh.gatehouse / refresh.jose,
  sealingToHash: ({ sealing }) => sealing.sealing / sealing.plainHash,
  sealingMemoryMB: ({ sealing }) => sealing.peakMemory,
  mcpBundleKB: ({ bundles }) => sizeOf(bundles, 'mcp'),
  oauthBundleKB: ({ bundles }) => sizeOf(bundles, 'oauth'),
  writeUnitsPerCall: ({ units }) => units?.executed.writeUnits,
  heapGrowth: ({ cpu: { heap } }) => (heap.at(-1)?.bytes ?? Number.NaN) / (heap[0]?.bytes ?? Number.NaN),
};

function coldOf(cold: BenchResult['cold'], wanted: string): number {
  return cold.find(({ name }) => name === wanted)?.plain.cpu ?? Number.NaN;
}

function sizeOf(bundles: BenchResult['bundles'], wanted: string): number {
  return (bundles.find(({ name }) => name === wanted)?.bytes ?? Number.NaN) / 1000;
}

export function judge(result: BenchResult): readonly Judged[] {
  const file = join(projectRoot, 'test/bench/budgets.json');
  const budgets: Readonly<Record<string, Budget>> = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries(budgets).map(([name, budget]) => {
    const metric = Object.hasOwn(METRICS, name) ? METRICS[name] : undefined;
    if (metric === undefined) throw new Error(`budgets.json names ${name}, which nobody measures`);
    return { name, ...budget, value: metric(result) };
  });
}

/** One sentence for each budget that is exceeded, and with `requireAll` for each that was not measured. */
export function complaints(judged: readonly Judged[], requireAll: boolean): readonly string[] {
  return judged.flatMap(({ name, what, value, limit }) => {
    if (value === undefined) return requireAll ? [`${name} was not measured (${what}).`] : [];
    // NaN is no number that keeps a budget.
    return value <= limit ? [] : [`${name} is ${value.toFixed(3)}, over its budget of ${limit} (${what}).`];
  });
}
