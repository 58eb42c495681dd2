import type { Dynamo } from '../aws/dynamodb.ts';
import type { SetAttribute } from '../aws/set-attribute.ts';
import type { Actor, EventWriter } from './events.ts';
import type { UserHold, UserHolds } from './hold.ts';

export type Erased =
  | { readonly kind: 'erased' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'held'; readonly hold: UserHold };

export interface EraseOptions {
  readonly dynamo: Dynamo;
  readonly setAttribute: SetAttribute;
  /** The identities table. */
  readonly table: string;
  readonly userKey: (uid: string) => { readonly pk: string; readonly sk: string };
  readonly newKey: () => string;
  readonly holds: UserHolds;
  readonly events: EventWriter;
}

/**
 * Crypto-shredding: the user's key is replaced, so that nobody can compute or open what the trail has of the user's
 * arguments up to now. No record changes: every hash and every proof stays good. That it was asked for is itself an event,
 * written before, also where a hold then stops it. A copy of the table (point-in-time recovery, 35 days) still has the old
 * key: docs/audit-data.md.
 *
 * A hold is looked for again right before the change. One that is placed between that look and the write, some
 * milliseconds, comes too late: hold and key are in two tables, and nothing here writes to two at once.
 *
 * @throws GatewayError AUDIT_UNAVAILABLE, and then nothing was erased
 */
export async function eraseUser(uid: string, actor: Actor, options: EraseOptions): Promise<Erased> {
  const { dynamo, setAttribute, table, userKey, newKey, holds, events } = options;
  const hold = await holds.find(uid);
  if (hold) return { kind: 'held', hold };
  if ((await dynamo.get(table, userKey(uid), { consistent: true })) === undefined) return { kind: 'unknown' };
  await events.admin({ actor, action: 'audit/erase', detail: uid });
  const meanwhile = await holds.find(uid);
  if (meanwhile) return { kind: 'held', hold: meanwhile };
  const isThere = await setAttribute(table, userKey(uid), { name: 'auditKey', value: newKey() });
  return { kind: isThere ? 'erased' : 'unknown' };
}
