import type { Dynamo } from '../aws/dynamodb.ts';
import type { Within } from '../aws/end-within.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Log } from '../core/logger.ts';
import {
  type AuditRecord,
  type CallFacts,
  denialRecord,
  intentRecord,
  type Outcome,
  outcomeRecord,
  type Stamp,
} from './record.ts';

export interface IntentReceipt {
  readonly facts: CallFacts;
  readonly record: AuditRecord;
}

/** No effect without a record: strict, always. */
export interface AuditWriter {
  /**
   * `until`: epoch milliseconds, by when the intent is written or never.
   *
   * @throws GatewayError AUDIT_UNAVAILABLE: the call must not be executed
   */
  intent(facts: CallFacts, until: number): Promise<IntentReceipt>;
  /** @throws GatewayError OUTCOME_NOT_RECORDED after the whole record went to the log as second sink */
  outcome(receipt: IntentReceipt, outcome: Outcome): Promise<void>;
  /** Never throws: a denial stays a denial when its record cannot be written. */
  denial(facts: CallFacts, code: string, reason: string | undefined): Promise<void>;
}

export interface AuditWriterOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly retentionDays: number;
  readonly region?: string | undefined;
  /** Of the gateway. */
  readonly fnVersion?: string | undefined;
}

export function createAuditWriter(options: AuditWriterOptions): AuditWriter {
  const { dynamo, table, clock, log, retentionDays, region, fnVersion } = options;
  const stamp = (): Stamp => {
    const logTs = clock();
    return { ttl: Math.floor(logTs / 1000) + retentionDays * 86_400, logTs, region, fnVersion };
  };
  const append = async (record: AuditRecord, within: Within = {}): Promise<void> => {
    const result = await dynamo.putIfAbsent(table, record, within);
    if (result.created) return;
    if (result.existing === undefined) {
      // The id is random and ours, so this is our own write whose reply was lost.
      log.warn('audit.repeat_unconfirmed', { callId: String(record['callId']) });
    } else if (result.existing['hash'] !== record.hash) {
      log.error('audit.conflict', { callId: String(record['callId']), alarm: true });
      throw new Error('another record has this id');
    }
  };
  return {
    intent: async (facts, until) => {
      const record = intentRecord(facts, stamp());
      try {
        await append(record, { withinMs: until - clock() });
      } catch (cause) {
        throw new GatewayError('AUDIT_UNAVAILABLE', { reason: 'intent_not_written', cause });
      }
      return { facts, record };
    },
    outcome: async ({ record: intent }, outcome) => {
      // Clocks are set back now and then, and no call took less than no time.
      const latencyMs = outcome.latencyMs && Math.max(0, outcome.latencyMs);
      const record = outcomeRecord(intent, { ...outcome, latencyMs }, stamp());
      try {
        await append(record);
      } catch (cause) {
        log.error('audit.outcome_fallback', { record: JSON.stringify(record), alarm: true });
        throw new GatewayError('OUTCOME_NOT_RECORDED', { reason: 'outcome_not_written', cause });
      }
    },
    denial: async (facts, code, reason) => {
      try {
        await append(denialRecord(facts, code, reason, stamp()));
      } catch {
        log.error('audit.denial_lost', { callId: facts.callId, code, alarm: true });
      }
    },
  };
}
