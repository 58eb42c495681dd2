import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/logger.ts';
import { dayText } from '../record-objects.ts';
import type { BelatedHours } from './belated.ts';
import type { Comparison } from './late.ts';
import { closedBefore, DAY_MS, HOUR_MS, MINUTE_MS, type Window } from './order.ts';
import type { ReadEntry } from './read-window.ts';
import type { SignedSeal } from './seal.ts';
import type { Head, Sealing } from './sealer.ts';

export interface SealRunOptions {
  readonly sealing: Sealing;
  readonly last: () => Promise<SignedSeal | undefined>;
  readonly read: (window: Window) => Promise<readonly ReadEntry[]>;
  readonly compare: (window: Window) => Promise<Comparison>;
  /** Of the instance, from run to run. */
  readonly progress: SealProgress;
  readonly belated: Pick<BelatedHours, 'read' | 'remove'>;
  /** Of a day that is over, `yyyy-mm-dd`. */
  readonly putManifest: (day: string, last: SignedSeal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Up to where the day before was read again, epoch milliseconds. In memory, and in no table: whoever can write there could
 * have the day left out. An instance that starts begins with the day.
 */
export interface SealProgress {
  readAgainTo: number;
}

/** A minute is sealed when it has been over for this long: calls last at most 28 s, and those cut off are swept by then. */
const SEAL_AFTER_MS = 90_000;
/** After an outage a run catches up by this much, and the next ones go on. */
const MAX_MINUTES = 120;
const RUN_MS = 45_000;
/** One backfill; when more came late the same window is read again. */
const MAX_LATE = 10_000;
/** Behind by more, a person should look. */
const BEHIND_MS = 15 * MINUTE_MS;

/**
 * One run. What to do next follows from the last seal, and at 01:00 from how far its day was read again: after the minute
 * that ends an hour, look for what came late to the hour before it (at 01:00 to the whole day before it, hour by hour and
 * as many runs as that takes, and make that day's manifest); otherwise seal the next minute. When every minute is sealed,
 * look into the hours of closed days that were marked.
 */
export async function runSealer(options: SealRunOptions): Promise<void> {
  const { sealing, clock, log } = options;
  const startedAt = clock();
  let head = await sealing.resume(await sealing.open(await options.last()));
  let minutes = 0;
  while (minutes < MAX_MINUTES && Math.abs(clock() - startedAt) < RUN_MS) {
    const { head: checked, isDone } = await checkBoundary(options, head);
    head = checked;
    if (!isDone) continue;
    const from = head.last?.through ?? genesis(startedAt);
    if (from + MINUTE_MS + SEAL_AFTER_MS > startedAt) {
      head = await sealBelated(options, head, startedAt);
      break;
    }
    head = await sealMinute(options, head, { from, to: from + MINUTE_MS });
    minutes++;
  }
  const behind = startedAt - (head.last?.through ?? startedAt);
  log.info('audit.sealed', { minutes, size: head.last?.size ?? 0, behindMs: Math.max(0, behind) });
  if (behind > BEHIND_MS) log.error('audit.seal_behind', { behindMs: behind, alarm: true });
}

function genesis(now: number): number {
  return Math.floor((now - SEAL_AFTER_MS) / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
}

async function sealMinute({ sealing, read, clock, log }: SealRunOptions, head: Head, window: Window): Promise<Head> {
  const entries = await read(window);
  for (const { sk } of entries.filter(({ isSound }) => !isSound)) {
    log.error('audit.record_hash_wrong', { record: sk, alarm: true });
  }
  return sealing.seal(head, { kind: 'minute', window, through: window.to, entries, sealedAt: clock() });
}

/** One window of what has to be read again now. `isDone`: there was none, and the next minute may be sealed. */
async function checkBoundary(
  options: SealRunOptions,
  head: Head,
): Promise<{ readonly head: Head; readonly isDone: boolean }> {
  const { last } = head;
  const window = last && (await boundaryWindow(options, last));
  if (window === undefined) return { head, isDone: true };
  const { missing, ...found } = await options.compare(window);
  for (const record of missing) options.log.error('audit.sealed_record_missing', { record, alarm: true });
  const sealed = await sealLate(options, head, window, found);
  if (!isDaily(last?.through ?? 0)) return { head: sealed, isDone: sealed === head };
  if (sealed === head) options.progress.readAgainTo = window.to;
  return { head: sealed, isDone: false };
}

/** The same head when nothing came late. */
async function sealLate(
  { sealing, log, clock }: SealRunOptions,
  head: Head,
  window: Window,
  { late, changed }: Omit<Comparison, 'missing'>,
): Promise<Head> {
  for (const record of changed) log.error('audit.sealed_record_changed', { record, alarm: true });
  if (late.length === 0) return head;
  log.warn('audit.late', { records: late.length, from: window.from, to: window.to });
  const through = head.last?.through ?? window.to;
  const entries = late.slice(0, MAX_LATE);
  return sealing.seal(head, { kind: 'backfill', window, through, entries, sealedAt: clock() });
}

/**
 * Only after the boundaries: a backfill that stands at a full hour says that its hour was looked at. What is missing is not
 * judged here, since the table may have let go of a day that is so old.
 */
async function sealBelated(options: SealRunOptions, head: Head, startedAt: number): Promise<Head> {
  const { belated, compare, clock, log } = options;
  if (head.last === undefined) return head;
  const { hours, malformed } = await belated.read(closedBefore(head.last.through));
  if (malformed.length > 0) log.error('audit.mark_malformed', { marks: malformed.length, alarm: true });
  await belated.remove(malformed);
  let sealed = head;
  for (const { from, marks } of hours) {
    const window = { from, to: from + HOUR_MS };
    let before: Head;
    do {
      if (Math.abs(clock() - startedAt) >= RUN_MS) return sealed;
      before = sealed;
      sealed = await sealLate(options, before, window, await compare(window));
    } while (sealed !== before);
    await belated.remove(marks);
  }
  return sealed;
}

/** What is read again now; undefined in the middle of an hour, and when all was. */
async function boundaryWindow(
  { progress, putManifest }: SealRunOptions,
  last: SignedSeal,
): Promise<Window | undefined> {
  const { through, kind, count } = last;
  if (through % HOUR_MS !== 0) return undefined;
  const to = through - HOUR_MS;
  if (!isDaily(through)) {
    const isDone = kind === 'backfill' && count < MAX_LATE;
    return isDone ? undefined : { from: to - HOUR_MS, to };
  }
  const from = Math.max(progress.readAgainTo, to - DAY_MS);
  if (from < to) return { from, to: from + HOUR_MS };
  await putManifest(dayText(to - DAY_MS), last);
  return undefined;
}

function isDaily(through: number): boolean {
  return through % DAY_MS === HOUR_MS;
}
