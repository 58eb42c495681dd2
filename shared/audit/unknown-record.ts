import type { Item } from '../aws/dynamodb.ts';
import { uuidv7Time } from '../core/ids.ts';
import { hashOnTime } from './late.ts';
import { type AuditRecord, dayOf, leafHash, PHASE, shardOf, stateKey, whoKey } from './record.ts';

/** The end of a call whose end nobody knows. It says what the intent said, and expires with it. */
export function unknownRecord(intent: Item, now: number): AuditRecord {
  const { hash: _hash, late: _late, ...said } = intent as AuditRecord;
  const callId = String(said['callId']);
  const uid = said['uid'];
  const record = {
    ...said,
    ...(typeof uid === 'string' ? { gsi1pk: whoKey(uid), gsi1sk: callId } : {}),
    gsi2pk: stateKey('unknown', dayOf(uuidv7Time(callId)), shardOf(callId)),
    gsi2sk: callId,
    isError: true,
    errorType: 'UNKNOWN',
    logTs: now,
    prevPhaseHash: hashOnTime(intent as AuditRecord),
    sk: `${callId}#${PHASE.outcome}`,
  } as Omit<AuditRecord, 'hash'>;
  return { ...record, hash: leafHash(record) } as AuditRecord;
}
