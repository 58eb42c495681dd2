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
}

/** A call is recorded within its 30 seconds; what is open after that will stay so until the sweeper closes it. */
const OPEN_AFTER_MS = 40_000;
/** Read again at every look: records of calls that began earlier come in between those that are there. */
const WINDOW_MS = 60_000;
const AHEAD_MS = 60_000;

/** What comes in from now on, each call once when it has ended, or as open when it has not in time. Ends with the signal. */
export async function* followCalls(options: FollowOptions): AsyncGenerator<Call, void> {
  const { reader, filters, clock, sleep, signal, everyMs } = options;
  const start = clock();
  const shown = new Map<string, State>();
  let lastLook = start;
  while (!signal.aborted) {
    const now = clock();
    // From the last look on and not from now: between them a machine may have been asleep.
    const range = { since: Math.max(start, Math.min(lastLook, now) - WINDOW_MS), until: now + AHEAD_MS };
    lastLook = now;
    for await (const { call, isAsked } of reader.read(filters, range, { order: 'oldest-first' })) {
      const state = stateOf(call);
      const isEarly = state === 'open' && now - toRow(call).time < OPEN_AFTER_MS;
      if (!isAsked || isEarly || shown.get(call.callId) === state) continue;
      shown.set(call.callId, state);
      yield call;
    }
    forget(shown, range.since);
    if (!signal.aborted) await sleep(everyMs);
  }
}

/** Ids are in the order of time. */
function forget(shown: Map<string, State>, before: number): void {
  const oldest = before.toString(16).padStart(12, '0');
  for (const callId of shown.keys()) if (callId.replace('-', '').slice(0, 12) < oldest) shown.delete(callId);
}
