import type { Clock } from '../../core/clock.ts';
import type { AuditReader } from '../query.ts';
import type { Call, Filters, State } from './question.ts';
import { stateOf, toRow } from './row.ts';

export interface FollowOptions {
  readonly reader: AuditReader;
  readonly filters: Filters;
  readonly clock: Clock;
  /** Ends early when the signal is aborted. */
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly signal: AbortSignal;
  /** Between two looks. */
  readonly everyMs: number;
  /** The first of several looks that fail in a row, and what may be thrown on. Without it a look that fails ends it all. */
  readonly onLost?: (error: unknown) => void;
  /** The first look that succeeds again. */
  readonly onFound?: () => void;
}

/** A call is recorded within its 30 seconds; what is open after that will stay so until the sweeper closes it. */
const OPEN_AFTER_MS = 40_000;
/** Read again at every look: records of calls that began earlier come in between those that are there. */
const WINDOW_MS = 60_000;
const AHEAD_MS = 60_000;

/** What comes in from now on, each call once when it has ended, or as open when it has not in time. Ends with the signal. */
export async function* followCalls(options: FollowOptions): AsyncGenerator<Call, void> {
  const { clock, sleep, signal, everyMs, onLost = raise, onFound } = options;
  const start = clock();
  const shown = new Map<string, State>();
  let [seenTo, isLost] = [start, false];
  while (!signal.aborted) {
    const now = clock();
    // From the last look that succeeded, and not from now: in between a machine may have been asleep, or the table away.
    const since = Math.max(start, Math.min(seenTo, now) - WINDOW_MS);
    try {
      yield* look(options, shown, since, now);
      if (isLost) onFound?.();
      [seenTo, isLost] = [now, false];
      forget(shown, since);
    } catch (error) {
      if (!isLost) onLost(error);
      isLost = true;
    }
    if (!signal.aborted) await sleep(everyMs);
  }
}

async function* look(
  { reader, filters }: FollowOptions,
  shown: Map<string, State>,
  since: number,
  now: number,
): AsyncGenerator<Call, void> {
  for await (const { call, isAsked } of reader.read(
    filters,
    { since, until: now + AHEAD_MS },
    { order: 'oldest-first' },
  )) {
    const state = stateOf(call);
    const isEarly = state === 'open' && now - toRow(call).time < OPEN_AFTER_MS;
    if (!isAsked || isEarly || shown.get(call.callId) === state) continue;
    shown.set(call.callId, state);
    yield call;
  }
}

function raise(error: unknown): never {
  throw error;
}

/** Ids are in the order of time. */
function forget(shown: Map<string, State>, before: number): void {
  const oldest = before.toString(16).padStart(12, '0');
  for (const callId of shown.keys()) if (callId.replace('-', '').slice(0, 12) < oldest) shown.delete(callId);
}
