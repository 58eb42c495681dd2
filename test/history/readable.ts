import type { Violation } from './check.ts';
import type { History } from './run-history.ts';
import type { Happening } from './sim/world.ts';

/** A history as a person reads it: what was planned, what happened in order of time, and what may not be. */
export function toText({ plan, world }: History, violations: readonly Violation[]): string {
  const [first] = world.happenings;
  const since = first?.at ?? 0;
  const happenings = shorten(world.happenings);
  const width = Math.max(0, ...happenings.map(({ by }) => by.length));
  const lines = happenings.map(({ at, by, what }) => `${String(at - since).padStart(8)}  ${by.padEnd(width)}  ${what}`);
  const broken = violations.map(({ rule, what }) => `  ${rule}: ${what}`);
  const clock = new Date(since).toISOString();
  return [
    `${plan.calls.length} calls from ${clock} on; milliseconds, who, what:`,
    ...lines,
    '',
    'Broken:',
    ...broken,
  ].join('\n');
}

/** Reads that went well, one after the other, are one line. */
function shorten(happenings: readonly Happening[]): readonly Happening[] {
  const short: Happening[] = [];
  let reads = 0;
  for (const [at, happening] of happenings.entries()) {
    const next = happenings[at + 1];
    reads += 1;
    if (isRead(happening) && next !== undefined && isRead(next) && next.by === happening.by) continue;
    short.push(isRead(happening) && reads > 1 ? { ...happening, what: `${reads} queries` } : happening);
    reads = 0;
  }
  return short;
}

function isRead({ what }: Happening): boolean {
  return what.startsWith('query ') && !what.includes(': ');
}
