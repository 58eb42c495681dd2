import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import {
  type AuditRecord,
  type CallFacts,
  denialRecord,
  intentRecord,
  type Outcome,
  outcomeRecord,
  type Stamp,
} from './record.ts';
import { createSinks, RecordConflict, type SinkOptions } from './sinks.ts';

/**
 * `strict`: nothing runs whose intent is not in sink A. `available`, for tools that only read: sink B alone admits a call.
 */
export type AuditMode = 'strict' | 'available';

export interface IntentReceipt {
  readonly facts: CallFacts;
  /** As it would have come on time: what the outcome's `prevPhaseHash` is the hash of. */
  readonly record: AuditRecord;
  readonly mode: AuditMode;
  /** Sink A is not known to have it: it is admitted by sink B. */
  readonly late: boolean;
}

/**
 * What a call leaves behind. Sink A is the table, sink B the function's log (sinks.ts, docs/adr/0015). The rules:
 *
 * - *Intent.* In A within two attempts, 0.8 s and the time left: the call runs. Else, strict: 503, and it does not run.
 *   Available: it goes to B, and the call runs; with neither, 503. Another item under its id: an alarm and 503, in either
 *   mode. A refused intent may be in A all the same, when only the replies were lost: the sweeper closes it as unknown.
 * - *Outcome*, after the effect and once. To A, else to B. Strict: when A is not known to have it the caller gets
 *   OUTCOME_NOT_RECORDED, although B has it, since nobody acknowledges a log line. Available: only when neither has it.
 *   Another item under its id is an alarm with the whole record in it and OUTCOME_NOT_RECORDED, in either mode: most
 *   likely the sweeper has closed the call before (sweep.ts). It goes to no other sink, which would conflict as well.
 * - *Denial.* To A, else to B. It stays a denial whatever happens.
 *
 * An item of A is on time or, put there by functions/audit-replay, says `late: true`. For one call and phase at most one
 * of the two is ever in A. An outcome may be in A before its late intent is; `prevPhaseHash` is the hash that the intent
 * has without `late` (late.ts).
 */
export interface AuditWriter {
  /**
   * `until`: epoch milliseconds, by when the intent is written or never.
   *
   * @throws GatewayError AUDIT_UNAVAILABLE: the call must not be executed
   */
  intent(facts: CallFacts, until: number, mode?: AuditMode): Promise<IntentReceipt>;
  /**
   * Tells whether the outcome is late.
   *
   * @throws GatewayError OUTCOME_NOT_RECORDED: it ran, and the trail may never say how it ended
   */
  outcome(receipt: IntentReceipt, outcome: Outcome): Promise<{ readonly late: boolean }>;
  /** Never throws: a denial stays a denial when its record cannot be written. */
  denial(facts: CallFacts, code: string, reason: string | undefined): Promise<void>;
}

export interface AuditWriterOptions extends SinkOptions {
  readonly clock: Clock;
  readonly retentionDays: number;
  readonly region?: string | undefined;
  /** Of the gateway. */
  readonly fnVersion?: string | undefined;
  /** Whether the table has the index by tool. */
  readonly toolIndex?: boolean;
}

export function createAuditWriter(options: AuditWriterOptions): AuditWriter {
  const { clock, retentionDays, region, fnVersion, toolIndex = false, ...given } = options;
  const { first, second } = createSinks(given);
  const stamp = (): Stamp => {
    const logTs = clock();
    return { ttl: Math.floor(logTs / 1000) + retentionDays * 86_400, logTs, region, fnVersion, toolIndex };
  };
  return {
    intent: async (facts, until, mode = 'strict') => {
      const record = intentRecord(facts, stamp());
      try {
        await first(record, { withinMs: until - clock() });
        return { facts, record, mode, late: false };
      } catch (cause) {
        const isAdmitted = mode === 'available' && !(cause instanceof RecordConflict) && second(record);
        if (!isAdmitted) throw new GatewayError('AUDIT_UNAVAILABLE', { reason: 'intent_not_written', cause });
        return { facts, record, mode, late: true };
      }
    },
    outcome: async ({ record: intent, mode }, outcome) => {
      // Clocks are set back now and then, and no call took less than no time.
      const latencyMs = outcome.latencyMs && Math.max(0, outcome.latencyMs);
      const record = outcomeRecord(intent, { ...outcome, latencyMs }, stamp());
      try {
        await first(record);
        return { late: false };
      } catch (cause) {
        if (cause instanceof RecordConflict) {
          throw new GatewayError('OUTCOME_NOT_RECORDED', { reason: 'outcome_conflict', cause });
        }
        const isLate = second(record);
        if (isLate && mode === 'available') return { late: true };
        throw new GatewayError('OUTCOME_NOT_RECORDED', { reason: 'outcome_not_written', cause });
      }
    },
    denial: async (facts, code, reason) => {
      const record = denialRecord(facts, code, reason, stamp());
      await first(record).catch((cause) => cause instanceof RecordConflict || second(record));
    },
  };
}
