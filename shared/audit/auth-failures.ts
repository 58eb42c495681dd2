import { hash } from 'node:crypto';
import { SAMPLE_EVENT } from '../core/audit-lines.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';
import { eventRecord } from './event-record.ts';
import { lateCopy } from './late.ts';

export interface AuthFailure {
  /** Of the error table. */
  readonly code: string;
  /** Ours: which check refused. Nothing that the token said. */
  readonly reason: string | undefined;
  readonly sourceIp: string;
  readonly requestId: string;
}

const MINUTE_MS = 60_000;
/** Items a minute, over all instances. */
const SAMPLE_SLOTS = 16;

/**
 * Samples of refused tokens, in phase 5. How many there were is the metric `authFailures`; here is what some looked like,
 * at a rate that a flood cannot raise: an instance writes one line a minute at most, and its item's id follows from minute
 * and source, so that all instances together make 16 items a minute. `seen` is what this instance refused since its last
 * line. A line costs no request, so that a refusal neither waits nor fails.
 */
export function createAuthFailureSampler(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly retentionDays: number;
}): (failure: AuthFailure) => void {
  const { clock, log, retentionDays } = options;
  let seen = 0;
  let sampled = Number.NEGATIVE_INFINITY;
  return ({ code, reason, sourceIp, requestId }) => {
    const now = clock();
    const minute = now - (now % MINUTE_MS);
    seen += 1;
    // A clock that was set back must not open a minute again.
    if (minute <= sampled) return;
    const fields = {
      kind: 'auth-failure',
      method: 'token/verify',
      decision: 'denied',
      reason: code,
      detail: reason,
      sourceIp,
      requestId,
      seen,
    } as const;
    const record = lateCopy(eventRecord(slotId(minute, sourceIp), fields, { now, retentionDays }));
    sampled = minute;
    seen = 0;
    log.info(SAMPLE_EVENT, { record: JSON.stringify(record) });
  };
}

/** A UUIDv7 (RFC 9562 section 5.7) whose random bits are those of a slot: whoever is second finds it taken. */
function slotId(minute: number, source: string): string {
  const slot = Number.parseInt(hash('sha256', source, 'hex').slice(0, 2), 16) % SAMPLE_SLOTS;
  const bits = hash('sha256', `auth-failure/${minute}/${slot}`, 'hex');
  const time = minute.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${bits.slice(0, 3)}-8${bits.slice(3, 6)}-${bits.slice(6, 18)}`;
}
