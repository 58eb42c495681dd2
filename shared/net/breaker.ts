import type { Clock } from '../core/clock.ts';
import { NetError, type NetReason } from './net-error.ts';
import type { Send } from './send.ts';

export interface BreakerOptions {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** How long nothing is tried then; also how long one trial may take before another is let through. */
  readonly openMs: number;
  /** Told each time that it opens, also again after a trial that failed. */
  readonly onOpen?: () => void;
}

export interface Breaker {
  state(): 'closed' | 'open' | 'half-open';
  /** Tells how it went, once; or undefined: do not try. */
  enter(): ((verdict: Verdict) => void) | undefined;
}

type Verdict = 'alive' | 'failed' | 'no news';

/**
 * Closed, open, half-open, in the memory of one instance and by the clock alone: no timer is left running. What began
 * before the last change of state has no say in the next: an old success must not close it, an old failure not open it.
 */
export function createBreaker({ failures, openMs, onOpen }: BreakerOptions, clock: Clock): Breaker {
  let failed = 0;
  let openedAt: number | undefined;
  let trialSince: number | undefined;
  let epoch = 0;
  const change = (opened: number | undefined) => {
    epoch++;
    failed = 0;
    openedAt = opened;
    trialSince = undefined;
    if (opened !== undefined) onOpen?.();
  };
  const rests = (since: number | undefined) => since !== undefined && clock() - since < openMs;
  const state = () => (openedAt === undefined ? 'closed' : rests(openedAt) ? 'open' : 'half-open');
  return {
    state,
    enter: () => {
      const trial = state() === 'half-open';
      if (state() === 'open' || (trial && rests(trialSince))) return undefined;
      if (trial) {
        // A trial that never came back is given up.
        epoch++;
        trialSince = clock();
      }
      const entered = epoch;
      return (verdict) => {
        if (entered !== epoch) return;
        if (verdict === 'no news') trialSince = undefined;
        else if (verdict === 'failed' && (trial || ++failed >= failures)) change(clock());
        else if (verdict === 'alive' && trial) change(undefined);
        else if (verdict === 'alive') failed = 0;
      };
    },
  };
}

/** Not about the other side, but about the request or its caller. */
const NO_NEWS: ReadonlySet<NetReason> = new Set<NetReason>([
  'url_refused',
  'host_not_allowed',
  'request_refused',
  'aborted',
  'circuit_open',
]);
/** It answered, only not in a way that is of use. */
const ALIVE: ReadonlySet<NetReason> = new Set<NetReason>(['too_large', 'encoded']);
/** Not 500: one user's input may cause it, and would close the backend for all. */
const DOWN: ReadonlySet<number> = new Set([502, 503, 504]);

/** @throws NetError circuit_open, at once, while the breaker is open */
export function withBreaker(send: Send, breaker: Breaker): Send {
  return async (request, limits) => {
    const report = breaker.enter();
    if (report === undefined) throw new NetError('circuit_open');
    try {
      const answer = await send(request, limits);
      report(DOWN.has(answer.status) ? 'failed' : 'alive');
      return answer;
    } catch (error) {
      report(verdictOf(error));
      throw error;
    }
  };
}

function verdictOf(error: unknown): Verdict {
  if (!(error instanceof NetError) || NO_NEWS.has(error.reason)) return 'no news';
  return ALIVE.has(error.reason) ? 'alive' : 'failed';
}
