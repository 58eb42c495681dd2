import type { Item } from '../aws/dynamodb.ts';
import { hashOnTime } from './late.ts';
import { type AuditRecord, outcomeRecord } from './record.ts';

const UNKNOWN = { isError: true, errorType: 'UNKNOWN' } as const;

/** The end of a call whose end nobody knows. It expires with its intent. */
export function unknownRecord(intent: Item, now: number, toolIndex = false): AuditRecord {
  const onTime = { ...(intent as AuditRecord), hash: hashOnTime(intent as AuditRecord) };
  return outcomeRecord(onTime, UNKNOWN, { ttl: Number(intent['ttl']), logTs: now, toolIndex });
}
