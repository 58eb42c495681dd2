import type { Dynamo, Item } from '../aws/dynamodb.ts';
import { AuditKey } from '../core/audit-key.ts';
import { uuidv7Time } from '../core/ids.ts';
import { openArguments } from './arguments.ts';
import { type CallKey, deriveCallKey } from './call-key.ts';
import { monthOf } from './item-keys.ts';
import { createMonthKeys } from './month-keys.ts';

export interface RevealOptions {
  readonly dynamo: Dynamo;
  readonly identities: string;
  readonly state: string;
  readonly userKey: (uid: string) => { readonly pk: string; readonly sk: string };
}

export type Revealed =
  /** `arguments`: JSON; at level `redacted` without secrets. */
  | { readonly kind: 'arguments'; readonly level: string; readonly json: string }
  /** Only their digest, or nothing, was kept. */
  | { readonly kind: 'not-kept'; readonly level: string; readonly mark: string | undefined }
  /** The user was erased, or the user or the month has no key. */
  | { readonly kind: 'unreadable' };

/** The key of one user and one month (`yyyymm`), or undefined when either has none. Makes none. */
export async function findCallKey(uid: string, month: string, options: RevealOptions): Promise<CallKey | undefined> {
  const { dynamo, identities, state, userKey } = options;
  const [user, secret] = await Promise.all([
    dynamo.get(identities, userKey(uid), { consistent: true }),
    createMonthKeys(dynamo, state, Date.now).find(month),
  ]);
  const auditKey = AuditKey.read(user?.['auditKey']);
  return auditKey && secret && deriveCallKey(secret, auditKey);
}

/**
 * What an intent has of its arguments. Whoever calls this writes the event of the reading first (events.ts).
 *
 * @param record an intent as it is read back
 */
export async function revealArguments(record: Item, options: RevealOptions): Promise<Revealed> {
  const { argsLevel, argsSealed, argsMark, callId, uid } = record;
  if (typeof argsSealed !== 'string') {
    const mark = typeof argsMark === 'string' ? argsMark : undefined;
    return { kind: 'not-kept', level: String(argsLevel ?? 'none'), mark };
  }
  const id = String(callId);
  const key = await findCallKey(String(uid), monthOf(uuidv7Time(id)), options);
  const json = key && openArguments(id, argsSealed, key);
  return json === undefined ? { kind: 'unreadable' } : { kind: 'arguments', level: String(argsLevel), json };
}
