import type { Dynamo, Item } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';
import { METRICS } from '../core/metrics.ts';
import { type Budget, readOrphans, type Window } from './orphans.ts';
import type { PutBack } from './put-back.ts';
import { type CloseOptions, closeDue, duePutBack, ORPHAN_MS } from './sweep-close.ts';
import type { SweepMark } from './sweep-mark.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Read in every run: what is sealed next. */
const RECENT_MS = 2 * MINUTE_MS;
const HOURLY_MS = 2 * HOUR_MS + 5 * MINUTE_MS;
/** Once a day. */
const DAILY_MS = 25 * HOUR_MS;
/** As far back as anything is closed, after a pause of days. */
const MOST_MS = 60 * 24 * HOUR_MS;
const SLICE_MS = 10 * MINUTE_MS;
/** Of half the time that the function has, and of a page of 500 items each. */
const RUN_MS = 14_000;
const MAX_PAGES = 300;

export interface SweeperOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly mark: SweepMark;
  readonly putBack: Pick<PutBack, 'read' | 'remove'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the table has the index by tool. */
  readonly toolIndex?: boolean;
}

/**
 * Closes intents that have no outcome, because a function crashed, was stopped, or both sinks failed it. The rules:
 *
 * - An intent without outcome 60 s after the time in its id gets one in phase 1: `isError`, errorType `UNKNOWN`, state
 *   index `unknown`, `prevPhaseHash` of the intent, the rest as of any outcome. One with `late: true` gets it 45 minutes
 *   after it was put back, however old it is, since its outcome may come the same way.
 * - Written if absent, so a real outcome always stands, and any number of sweepers make one item. Whoever comes after it
 *   with a real outcome has a conflict (write.ts), which is an alarm.
 * - Each run reads the last two minutes that are old enough, then goes on from its position, oldest first, within its
 *   bounds. The position is this instance's memory, and every hour of it is noted. One that has just started begins two
 *   hours before what was noted, so that a pause of days is caught up; at the end of each hour it goes two hours back, and
 *   before one o'clock UTC 25 hours, so that whatever was missed is found within a day.
 * - Reads are eventually consistent, at half the price: what they miss the condition of the write finds.
 * - After a run that failed one run only reads: what the second sink holds is put back in that minute, and an outcome that
 *   is known must not become unknown.
 *
 * @returns one run. It throws when the table fails; nothing is lost by that.
 */
export function createSweeper(options: SweeperOptions): () => Promise<void> {
  const { mark, putBack, clock, log } = options;
  const state: SweepState = { position: undefined, noted: undefined, slice: SLICE_MS, hasFailed: false };

  /** The marks are in another table: when that fails, calls are closed all the same. */
  const quietly = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      log.warn('audit.sweep_mark_failed', { cause: error instanceof Error ? error.name : 'unknown' });
      return undefined;
    }
  };
  const readNoted = async (now: number): Promise<void> => {
    const read = state.noted === undefined ? await quietly(() => mark.read()) : undefined;
    if (read === undefined) return;
    state.noted = read === null ? 0 : Math.min(read, now);
    // By a clock that was ahead: it would hide a pause that is still to come.
    if (state.noted !== read && read !== null) await quietly(() => mark.write(now));
    if (read !== null) state.position = Math.min(state.position ?? now, state.noted - HOURLY_MS);
  };
  const note = async (until: number): Promise<void> => {
    if (state.noted === undefined || until < state.noted + HOUR_MS) return;
    await quietly(() => mark.write(until));
    state.noted = until;
  };
  const run = async (now: number): Promise<void> => {
    const closing = { ...options, now, putBack: await quietly(() => putBack.read()) };
    await readNoted(now);
    const work = createWork(closing, state, { pages: MAX_PAGES, until: clock() + RUN_MS });
    const horizon = now - ORPHAN_MS;
    const recent = { from: horizon - RECENT_MS, to: horizon };
    let at = startOf(state.position, now);
    try {
      await work.sweep(recent);
      at = await work.sweepUpTo(recent.from, at);
      state.position = at;
      if (state.hasFailed) return;
      for await (const { callId, open, isDone } of duePutBack(closing)) {
        await work.close(open);
        if (isDone) await quietly(() => putBack.remove(callId));
      }
      await note(at);
    } finally {
      // Also of a run that fails now: the next one finds these closed, and would say nothing.
      report(work.closed, log, { isHeld: state.hasFailed, behindMs: Math.max(0, recent.from - at) });
    }
  };

  return async () => {
    try {
      await run(clock());
      state.hasFailed = false;
    } catch (error) {
      state.hasFailed = true;
      throw error;
    }
  };
}

interface SweepState {
  position: number | undefined;
  /** Undefined while it could not be read, 0 before the first. */
  noted: number | undefined;
  /** What is read at once. */
  slice: number;
  hasFailed: boolean;
}

/** What one run does, within its bounds. */
function createWork(closing: CloseOptions & Pick<SweeperOptions, 'clock'>, state: SweepState, budget: Budget) {
  const closed: Item[] = [];
  const close = async (intents: readonly Item[]): Promise<void> => {
    // The first run after a failure looks whether the table is back, and leaves a minute to what is put back now.
    if (state.hasFailed) return;
    for await (const intent of closeDue(intents, closing)) closed.push(intent);
  };
  const sweep = async (window: Window): Promise<boolean> => {
    const { orphans, isWhole } = await readOrphans(closing.dynamo, closing.table, window, budget, closing.clock);
    await close(orphans);
    return isWhole;
  };
  /** @returns how far it came */
  const sweepUpTo = async (end: number, start: number): Promise<number> => {
    for (let at = start; ; ) {
      if (at >= end || state.hasFailed) return at;
      const to = Math.min(at + state.slice, end);
      const isWhole = await sweep({ from: at, to });
      // A slice that is too much for one run would be so again.
      state.slice = isWhole ? SLICE_MS : MINUTE_MS;
      if (!isWhole) return at;
      at = to;
    }
  };
  return { closed, close, sweep, sweepUpTo };
}

/** Minute 50, so that the sealer, which reads hours again at their full hour and the day at one, finds what is closed. */
function startOf(position: number | undefined, now: number): number {
  const time = new Date(now);
  const isHourly = time.getUTCMinutes() === 50;
  const isDaily = isHourly && time.getUTCHours() === 0;
  const back = now - (isDaily ? DAILY_MS : HOURLY_MS);
  const start = isHourly ? Math.min(position ?? back, back) : (position ?? back);
  return Math.max(start, now - MOST_MS);
}

function report(
  closed: readonly Item[],
  log: Log,
  more: { readonly isHeld: boolean; readonly behindMs: number },
): void {
  const count = closed.length;
  log.info('audit.swept', { count, ...more }, [{ values: { [METRICS.unknownCalls]: count } }]);
  const [oldest] = [...closed].sort((a, b) => (String(a['sk']) < String(b['sk']) ? -1 : 1));
  if (oldest === undefined) return;
  log.error('audit.unknown', { count, callId: String(oldest['callId']), alarm: true });
}
