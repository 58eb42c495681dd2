import type { Dynamo } from '../aws/dynamodb.ts';
import { FALLBACK_EVENT, SAMPLE_EVENT } from '../core/audit-lines.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';
import { isSameRecord, lateCopy } from './late.ts';
import type { PutBack } from './put-back.ts';
import { type AuditRecord, PHASE } from './record.ts';
import { type WellFormed, wellFormed } from './well-formed.ts';

export interface ReplayOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly putBack: Pick<PutBack, 'mark'>;
  readonly clock: Clock;
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
 * @throws what the table threw, after all other lines: the delivery is repeated, and what was written stays written
 */
export async function replay(lines: readonly string[], options: ReplayOptions): Promise<Replayed> {
  const counts = { written: 0, present: 0, refused: 0 };
  let failure: { readonly error: unknown } | undefined;
  for (const line of lines) {
    try {
      counts[await putBack(line, options)] += 1;
    } catch (error) {
      // One that the table does not take must not keep back those after it.
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
  return counts;
}

async function putBack(line: string, options: ReplayOptions): Promise<keyof Replayed> {
  const { dynamo, table, clock, log } = options;
  const found = recordIn(line);
  if (found === undefined) {
    log.error('audit.replay_unreadable', { bytes: Buffer.byteLength(line), alarm: true });
    return 'refused';
  }
  const { record, callId, phase } = found;
  if (phase === PHASE.intent) await options.putBack.mark(callId, clock());
  const result = await dynamo.putIfAbsent(table, record);
  return result.created ? 'written' : judge(record, result.existing, log);
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
function recordIn(line: string): WellFormed | undefined {
  try {
    const { message, record: text } = JSON.parse(line) as { readonly message?: unknown; readonly record?: unknown };
    if ((message !== FALLBACK_EVENT && message !== SAMPLE_EVENT) || typeof text !== 'string') return undefined;
    const found = wellFormed(JSON.parse(text) as Readonly<Record<string, unknown>>);
    const isWhole = found !== undefined && found.leaf === found.record.hash;
    return isWhole && lateCopy(found.record).hash === found.leaf ? found : undefined;
  } catch {
    return undefined;
  }
}
