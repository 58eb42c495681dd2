import type { Dynamo } from '../aws/dynamodb.ts';
import { FALLBACK_EVENT, SAMPLE_EVENT } from '../core/audit-lines.ts';
import type { Log } from '../core/logger.ts';
import { isSameRecord, lateCopy } from './late.ts';
import { type AuditRecord, leafHash } from './record.ts';

export interface ReplayOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly log: Log;
}

export interface Replayed {
  /** Now in the table by this. */
  readonly written: number;
  /** There already: on time, or by an earlier delivery. */
  readonly present: number;
  /** Lines that are no records, and records that conflict: each an alarm, and never tried again. */
  readonly refused: number;
}

/**
 * Lines of sink B into sink A. A line may come twice or out of order, and its record may be in the table already, on time,
 * when only the reply to it was lost: what is equal but for `late` and `hash` is success. A different item under the id is
 * never overwritten: an alarm, unless it is a sample whose slot is taken.
 *
 * @throws what the table threw, so that the delivery is repeated; what was written before stays written
 */
export async function replay(lines: readonly string[], options: ReplayOptions): Promise<Replayed> {
  const { dynamo, table, log } = options;
  const counts = { written: 0, present: 0, refused: 0 };
  for (const line of lines) {
    const record = recordIn(line);
    if (record === undefined) {
      counts.refused += 1;
      log.error('audit.replay_unreadable', { bytes: Buffer.byteLength(line), alarm: true });
      continue;
    }
    const result = await dynamo.putIfAbsent(table, record);
    counts[result.created ? 'written' : judge(record, result.existing, log)] += 1;
  }
  return counts;
}

function judge(
  record: AuditRecord,
  existing: Readonly<Record<string, unknown>> | undefined,
  log: Log,
): 'present' | 'refused' {
  if (record['kind'] === 'auth-failure') return 'present';
  if (existing === undefined) {
    log.warn('audit.repeat_unconfirmed', { callId: String(record['callId']) });
    return 'present';
  }
  if (isSameRecord(existing, record)) return 'present';
  log.error('audit.conflict', { callId: String(record['callId']), record: JSON.stringify(record), alarm: true });
  return 'refused';
}

/** Of a line that we wrote, whole and unchanged; undefined for anything else that looks like one. */
function recordIn(line: string): AuditRecord | undefined {
  try {
    const { message, record: text } = JSON.parse(line) as { readonly message?: unknown; readonly record?: unknown };
    if ((message !== FALLBACK_EVENT && message !== SAMPLE_EVENT) || typeof text !== 'string') return undefined;
    const record = JSON.parse(text) as AuditRecord;
    const isWhole = typeof record.pk === 'string' && typeof record.sk === 'string' && record.hash === leafHash(record);
    return isWhole && lateCopy(record).hash === record.hash ? record : undefined;
  } catch {
    return undefined;
  }
}
