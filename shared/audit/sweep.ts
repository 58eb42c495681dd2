import type { Dynamo, Item } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';
import { uuidv7Time } from '../core/ids.ts';
import type { Log } from '../core/logger.ts';
import { METRICS } from '../core/metrics.ts';
import { readOrphans, type Window } from './orphans.ts';
import type { SweepMark } from './sweep-mark.ts';
import { unknownRecord } from './unknown-record.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Twice the 28 seconds that a function may run, rounded up: no call is still running then. */
const ORPHAN_MS = MINUTE_MS;
/**
 * What came by the second sink may have its outcome still on the way by it. Less than 50 minutes: the run at minute 50
 * closes what is left of the hour before, and ten minutes later the sealer reads that hour for the last time.
 */
const LATE_ORPHAN_MS = 45 * MINUTE_MS;
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
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the table has the index by tool. */
  readonly toolIndex?: boolean;
}

/**
 * Closes intents that have no outcome, because a function crashed, was stopped, or both sinks failed it. The rules:
 *
 * - An intent without outcome 60 s after the time in its id gets one in phase 1: `isError`, errorType `UNKNOWN`, state
 *   index `unknown`, `prevPhaseHash` of the intent, the rest as of any outcome. One with `late: true` gets it
 *   after 45 minutes, since its outcome may come the same way.
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
export function createSweeper({ dynamo, table, mark, clock, log, toolIndex }: SweeperOptions): () => Promise<void> {
  let position: number | undefined;
  let noted: number | undefined;
  let slice = SLICE_MS;
  let hasFailed = false;

  const close = async (intents: readonly Item[], now: number, closed: Item[]): Promise<void> => {
    for (const intent of intents.filter((one) => isDue(one, now))) {
      const record = unknownRecord(intent, now, toolIndex);
      const { created } = await dynamo.putIfAbsent(table, record);
      if (created) closed.push(intent);
    }
  };

  const run = async (now: number): Promise<void> => {
    const horizon = now - ORPHAN_MS;
    const recent = { from: horizon - RECENT_MS, to: horizon };
    const budget = { pages: MAX_PAGES, until: clock() + RUN_MS };
    const closed: Item[] = [];
    const sweep = async (window: Window): Promise<boolean> => {
      const { orphans, isWhole } = await readOrphans(dynamo, table, window, budget, clock);
      // The first run after a failure looks whether the table is back, and leaves a minute to what is put back now.
      if (!hasFailed) await close(orphans, now, closed);
      return isWhole;
    };
    let at = position ?? recent.from;
    try {
      await sweep(recent);
      if (position === undefined) noted = await mark.read();
      at = startOf(position, noted, now);
      while (at < recent.from && !hasFailed) {
        const to = Math.min(at + slice, recent.from);
        const isWhole = await sweep({ from: at, to });
        // A slice that is too much for one run would be so again.
        slice = isWhole ? SLICE_MS : MINUTE_MS;
        if (!isWhole) break;
        at = to;
      }
      position = at;
      if (hasFailed || at < (noted ?? 0) + HOUR_MS) return;
      await mark.write(at);
      noted = at;
    } finally {
      // Also of a run that fails now: the next one finds these closed, and would say nothing.
      report(closed, log, { isHeld: hasFailed, behindMs: Math.max(0, recent.from - at) });
    }
  };

  return async () => {
    try {
      await run(clock());
      hasFailed = false;
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
}

function isDue(intent: Item, now: number): boolean {
  const age = now - uuidv7Time(String(intent['callId']));
  return age >= (intent['late'] === true ? LATE_ORPHAN_MS : ORPHAN_MS);
}

/** Minute 50, so that the sealer, which reads hours again at their full hour and the day at one, finds what is closed. */
function startOf(position: number | undefined, noted: number | undefined, now: number): number {
  const time = new Date(now);
  const isHourly = time.getUTCMinutes() === 50;
  const isDaily = isHourly && time.getUTCHours() === 0;
  const back = now - (isDaily ? DAILY_MS : HOURLY_MS);
  const oldest = now - MOST_MS;
  if (position === undefined) return Math.max(oldest, Math.min(back, (noted ?? now) - HOURLY_MS));
  return Math.max(oldest, isHourly ? Math.min(position, back) : position);
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
