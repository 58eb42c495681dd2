import type { Violation } from './check.ts';
import type { History } from './run-history.ts';

/** A history as a person reads it: what was planned, what happened in order of time, and what may not be. */
export function toText({ plan, world }: History, violations: readonly Violation[]): string {
  const [first] = world.happenings;
  const since = first?.at ?? 0;
  const width = Math.max(0, ...world.happenings.map(({ by }) => by.length));
  const lines = world.happenings.map(({ at, by, what }) => `${String(at - since).padStart(8)}  ${by.padEnd(width)}  ${what}`);
  const broken = violations.map(({ rule, what }) => `  ${rule}: ${what}`);
  const clock = new Date(since).toISOString();
  return [`${plan.calls.length} calls from ${clock} on; milliseconds, who, what:`, ...lines, '', 'Broken:', ...broken].join('\n');
}
