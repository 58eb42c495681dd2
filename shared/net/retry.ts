import type { Clock } from '../core/clock.ts';
import { NetError, type NetReason } from './net-error.ts';
import type { NetAnswer, NetRequest, Send } from './send.ts';

export interface RetryPolicy {
  /** All in all, the first one too. */
  readonly attempts: number;
  /** The longest pause before another attempt; the real one is drawn at random below it. */
  readonly pauseMs: number;
  /** Whether the same request twice has the effect of one. Only the caller knows: a POST may, a GET may not. */
  readonly isIdempotent: (request: NetRequest) => boolean;
  /** Told before each attempt after the first. */
  readonly onRetry?: (attempt: number) => void;
}

export interface RetryPorts {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Another attempt may find what this one missed. A time-out took the time that one would need. */
const PASSING: ReadonlySet<NetReason> = new Set<NetReason>(['not_resolved', 'connect_failed', 'reset']);
/** Bad Gateway, Service Unavailable, Gateway Timeout. How long to wait is not for the answer to say. */
const PASSING_STATUS: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Repeats what may be repeated, within the time of one: each attempt gets what is left of the limit, and none starts
 * when the pause would take all of it. The last failure is the caller's.
 */
export function withRetry(send: Send, policy: RetryPolicy, { clock, random, sleep }: RetryPorts): Send {
  return async (request, limits) => {
    const end = clock() + limits.timeoutMs;
    const attempts = policy.isIdempotent(request) ? policy.attempts : 1;
    for (let attempt = 1; ; attempt++) {
      const outcome = await settle(send(request, { ...limits, timeoutMs: end - clock() }));
      const pause = random() * policy.pauseMs;
      const isLast = attempt >= attempts || clock() + pause >= end || limits.signal?.aborted === true;
      if (isLast || !mayPass(outcome)) return unwrap(outcome);
      await sleep(pause);
      policy.onRetry?.(attempt + 1);
    }
  };
}

type Outcome = { readonly answer: NetAnswer } | { readonly error: unknown };

function settle(sending: Promise<NetAnswer>): Promise<Outcome> {
  return sending.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
}

function unwrap(outcome: Outcome): NetAnswer {
  if ('error' in outcome) throw outcome.error;
  return outcome.answer;
}

function mayPass(outcome: Outcome): boolean {
  if ('answer' in outcome) return PASSING_STATUS.has(outcome.answer.status);
  return outcome.error instanceof NetError && PASSING.has(outcome.error.reason);
}
