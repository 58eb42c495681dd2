import { uuidv7Time } from '../core/ids.ts';
import { type AuditRecord, dayOf, leafHash, partitionKey, shardOf } from './record.ts';

/** Phase of what is no call: one item, with a `kind`. */
export const EVENT_PHASE = '5';

/**
 * `auth-failure`: a sample of refused tokens. `read`, `admin`: somebody asked the trail or changed something. `token`: the
 * relay gave a program a token; its `tokenId` is that of the calls made with it.
 */
export type EventKind = 'auth-failure' | 'read' | 'admin' | 'token';

type Value = string | number | boolean;

export interface EventFields {
  readonly kind: EventKind;
  /** What was done, in a fixed word of ours: `audit/query`. */
  readonly method: string;
  readonly [name: string]: Value | undefined;
}

export interface EventTimes {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly retentionDays: number;
}

const TENANT = 'default';
const VERSION = 2;

/** The one item of an event. Its place follows from its id, a UUIDv7, as that of a call does. */
export function eventRecord(callId: string, fields: EventFields, { now, retentionDays }: EventTimes): AuditRecord {
  const ts = uuidv7Time(callId);
  const all: Record<string, Value | undefined> = {
    ...fields,
    callId,
    tenant: TENANT,
    v: VERSION,
    ts,
    logTs: now,
    ttl: Math.floor(now / 1000) + retentionDays * 86_400,
    pk: partitionKey(dayOf(ts), shardOf(callId)),
    sk: `${callId}#${EVENT_PHASE}`,
  };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const record = present as Omit<AuditRecord, 'hash'>;
  return { ...record, hash: leafHash(record) } as AuditRecord;
}

/** Of a text that may be anything: one line, well-formed and no longer than an item bears. */
export function bounded(text: string, length = 256): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .slice(0, length)
    .toWellFormed();
}
