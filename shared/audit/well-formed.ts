import { NotCanonical } from '../core/canonical-json.ts';
import { uuidv7Time } from '../core/ids.ts';
import { CALL_ID, partitionOf, SORT_KEY } from './item-keys.ts';
import { type AuditRecord, leafHash } from './record.ts';

export interface WellFormed {
  readonly record: AuditRecord;
  readonly callId: string;
  readonly phase: string;
  /** Epoch milliseconds, of the id. */
  readonly time: number;
  /** Hex, of what the record is; it may state another one. */
  readonly leaf: string;
}

/** The last millisecond whose year has four digits. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * An item of the audit table that can be a record: keys that belong together, a hash, one text. Whoever may write to the
 * table can put in anything. What is none is left out by everybody who works over all records, each with an alarm: it must
 * not stop what is done for the others. All of them ask here, so that what is archived is what is sealed.
 */
export function wellFormed(item: Readonly<Record<string, unknown>>): WellFormed | undefined {
  const { pk, sk, hash } = item;
  const [, callId, phase] = SORT_KEY.exec(typeof sk === 'string' ? sk : '') ?? [];
  if (callId === undefined || phase === undefined || typeof hash !== 'string') return undefined;
  if (!isCallId(callId) || pk !== partitionOf(callId)) return undefined;
  const time = uuidv7Time(callId);
  try {
    return { record: item as AuditRecord, callId, phase, time, leaf: leafHash(item) };
  } catch (error) {
    if (error instanceof NotCanonical) return undefined;
    throw error;
  }
}

/** A UUIDv7 of a year with four digits, as all that follows from it is written. */
export function isCallId(text: string): boolean {
  return CALL_ID.test(text) && uuidv7Time(text) <= LAST_MS;
}
