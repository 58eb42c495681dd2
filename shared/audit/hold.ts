import type { Dynamo } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';
import type { Actor, EventWriter } from './events.ts';

/** One user must not be erased for now. */
export interface UserHold {
  readonly uid: string;
  readonly reason: string;
  /** Who asked for it. */
  readonly by: string;
  /** Epoch milliseconds. */
  readonly since: number;
}

const keyOf = (uid: string) => ({ pk: 'HOLDS#audit', sk: uid });

export interface HoldOptions {
  readonly dynamo: Dynamo;
  /** The state table. */
  readonly table: string;
  readonly clock: Clock;
  readonly events: EventWriter;
}

/** Legal hold on a user: while it stands, eraseUser refuses. Each change is an event of the trail before it is made. */
export interface UserHolds {
  find(uid: string): Promise<UserHold | undefined>;
  /** Returns the hold that stands. The first one stays: `isNew` is false, and nothing was changed. */
  place(uid: string, reason: string, actor: Actor): Promise<UserHold & { readonly isNew: boolean }>;
  /** Returns whether there was one. */
  release(uid: string, actor: Actor): Promise<boolean>;
}

export function createUserHolds({ dynamo, table, clock, events }: HoldOptions): UserHolds {
  const find = async (uid: string): Promise<UserHold | undefined> => {
    const item = await dynamo.get(table, keyOf(uid), { consistent: true });
    return item && { uid, reason: String(item['reason']), by: String(item['by']), since: Number(item['since']) };
  };
  return {
    find,
    place: async (uid, reason, actor) => {
      const before = await find(uid);
      if (before) return { ...before, isNew: false };
      await events.admin({ actor, action: 'audit/hold', detail: `${uid} ${reason}` });
      const hold: UserHold = { uid, reason, by: `${actor.issuer}:${actor.subject}`, since: clock() };
      const { created } = await dynamo.putIfAbsent(table, { ...keyOf(uid), ...hold });
      // Somebody else may have been faster by a moment.
      return { ...(created ? hold : ((await find(uid)) ?? hold)), isNew: created };
    },
    release: async (uid, actor) => {
      if ((await find(uid)) === undefined) return false;
      await events.admin({ actor, action: 'audit/release', detail: uid });
      await dynamo.delete(table, keyOf(uid));
      return true;
    },
  };
}
