import type { Call } from './question.ts';
import { isoTimeOf, stateOf, toRow } from './row.ts';

export const GROUPINGS = ['tool', 'user', 'client', 'decision', 'reason', 'day'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Group {
  readonly name: string;
  readonly calls: number;
  readonly denied: number;
  /** Failed, or nobody knows. */
  readonly failed: number;
  readonly open: number;
  /** Milliseconds, of calls that ran and ended; null where there is none. */
  readonly p50: number | null;
  readonly p99: number | null;
}

interface Counting {
  calls: number;
  denied: number;
  failed: number;
  open: number;
  readonly latencies: number[];
}

/** Counts calls by what they have in common; most calls first, days in their order. */
export async function countCalls(calls: AsyncIterable<Call>, by: Grouping): Promise<readonly Group[]> {
  const groups = new Map<string, Counting>();
  for await (const call of calls) {
    const name = nameOf(call, by);
    const group = groups.get(name) ?? { calls: 0, denied: 0, failed: 0, open: 0, latencies: [] };
    groups.set(name, group);
    const state = stateOf(call);
    group.calls += 1;
    if (state === 'denied') group.denied += 1;
    if (state === 'error' || state === 'unknown') group.failed += 1;
    if (state === 'open') group.open += 1;
    const { latencyMs } = toRow(call);
    if (latencyMs !== null) group.latencies.push(latencyMs);
  }
  const counted = [...groups].map(([name, { latencies, ...counts }]) => {
    const sorted = Float64Array.from(latencies).sort();
    return { name, ...counts, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
  });
  const byName = (a: Group, b: Group) => (a.name < b.name ? -1 : 1);
  return counted.sort((a, b) => (by === 'day' ? byName(a, b) : b.calls - a.calls || byName(a, b)));
}

/** Nearest rank: the smallest value that so large a part does not exceed. */
function percentile(sorted: Float64Array, part: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? null;
}

function nameOf(call: Call, by: Grouping): string {
  const row = toRow(call);
  switch (by) {
    case 'tool':
      return row.tool || row.method;
    case 'user':
      return row.uid ?? row.subject;
    case 'client':
      return row.clientId ?? '-';
    case 'decision':
      return row.decision;
    case 'reason':
      return row.decision === 'denied' ? row.outcome : (row.detail ?? row.outcome);
    case 'day':
      return isoTimeOf(row)?.slice(0, 10) ?? '-';
  }
}
