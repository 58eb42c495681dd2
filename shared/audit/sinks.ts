import type { Dynamo } from '../aws/dynamodb.ts';
import type { Within } from '../aws/end-within.ts';
import { FALLBACK_EVENT } from '../core/audit-lines.ts';
import type { Log } from '../core/logger.ts';
import { lateCopy } from './late.ts';
import type { AuditRecord } from './record.ts';

/** The item has this id already and says something else. Nothing was overwritten. */
export class RecordConflict extends Error {
  override readonly name = 'RecordConflict';
}

/** The two ways a record can take (docs/adr/0015). */
export interface Sinks {
  /**
   * Sink A, the table. Resolves when it has exactly this record, also when that was written by an attempt whose reply was
   * lost.
   *
   * @throws RecordConflict after an alarm; anything else: it is not known to be there
   */
  first(record: AuditRecord, within?: Within): Promise<void>;
  /**
   * Sink B, the function's own log: one line with the whole record, marked late, which functions/audit-replay puts into
   * the table. Returns whether the line was written; nobody acknowledges that it arrives.
   */
  second(record: AuditRecord): boolean;
}

export interface SinkOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly log: Log;
}

export function createSinks({ dynamo, table, log }: SinkOptions): Sinks {
  return {
    first: async (record, within = {}) => {
      const result = await dynamo.putIfAbsent(table, record, within);
      if (result.created) return;
      if (result.existing === undefined) {
        // The id is random and ours, so this is our own write whose reply was lost.
        log.warn('audit.repeat_unconfirmed', { callId: String(record['callId']) });
      } else if (result.existing['hash'] !== record.hash) {
        // Whole, since this line is all that is left of it.
        log.error('audit.conflict', { callId: String(record['callId']), record: JSON.stringify(record), alarm: true });
        throw new RecordConflict('another record has this id');
      }
    },
    second: (record) => {
      try {
        log.error(FALLBACK_EVENT, {
          callId: String(record['callId']),
          record: JSON.stringify(lateCopy(record)),
          alarm: true,
        });
        return true;
      } catch {
        return false;
      }
    },
  };
}
