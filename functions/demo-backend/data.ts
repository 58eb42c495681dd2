import { createHash, randomBytes } from 'node:crypto';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { Clock } from '../../shared/core/clock.ts';
import { type Deal, seedDeals } from './deals.ts';

export interface Note {
  readonly id: string;
  readonly text: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface Counts {
  readonly dbUsers: number;
  readonly dbEntries: number;
}

/**
 * Everything that one user has here. It is made from the `sub` of a verified assertion, and no method takes another user:
 * the rows of somebody else cannot be named.
 */
export interface UserData {
  /** As others see this user. */
  readonly label: string;
  notes(): Promise<readonly Note[]>;
  addNotes(texts: readonly string[]): Promise<readonly Note[]>;
  /** Made at the first look. `seeded`: by this one. */
  deals(): Promise<{ readonly deals: readonly Deal[]; readonly seeded: boolean }>;
  resetDeals(): Promise<readonly Deal[]>;
  /** Of all users together: how much this user does not see. */
  counts(): Promise<Counts>;
}

export const MAX_NOTES = 100;
const MAX_USERS = 1000;
/** Partition with one small item a user. */
const USERS = 'USERS';

function labelOf(uid: string): string {
  return `user-${createHash('sha256').update(uid).digest('hex').slice(0, 6)}`;
}

export function createUserData(dynamo: Dynamo, table: string, clock: Clock): (uid: string) => UserData {
  const everything = async (pk: string, limit: number, newestFirst = false) => {
    const partition = { name: 'pk', value: pk };
    const sort = { name: 'sk', from: '!', to: '~' };
    return (await dynamo.query(table, { partition, sort, limit, newestFirst, consistent: true })).items;
  };
  return (uid) => {
    const pk = (kind: string) => `${kind}#${uid}`;
    const dealsKey = { pk: pk('DEALS'), sk: 'ALL' };
    const seed = async (): Promise<readonly Deal[]> => {
      const deals = seedDeals(uid);
      // The entry first: whoever is cut off in between has no deals yet, and gets them with the next call.
      await dynamo.put(table, { pk: USERS, sk: uid, deals: deals.length });
      await dynamo.put(table, { ...dealsKey, deals: JSON.stringify(deals) });
      return deals;
    };
    return {
      label: labelOf(uid),
      notes: async () => (await everything(pk('NOTES'), MAX_NOTES, true)).map(toNote),
      addNotes: async (texts) => {
        const notes = texts.map((text, at) => newNote(text, at, clock()));
        for (const { id, ...note } of notes) await dynamo.put(table, { pk: pk('NOTES'), sk: id, ...note });
        return notes;
      },
      deals: async () => {
        const item = await dynamo.get(table, dealsKey, { consistent: true });
        if (item === undefined) return { deals: await seed(), seeded: true };
        return { deals: JSON.parse(String(item['deals'])) as readonly Deal[], seeded: false };
      },
      resetDeals: seed,
      counts: async () => {
        const users = await everything(USERS, MAX_USERS);
        return { dbUsers: users.length, dbEntries: users.reduce((sum, { deals }) => sum + Number(deals), 0) };
      },
    };
  };
}

/** Ids sort by time. */
function newNote(text: string, at: number, now: number): Note {
  const id = `note_${now}_${String(at).padStart(2, '0')}${randomBytes(3).toString('hex')}`;
  return { id, text, createdAt: new Date(now).toISOString() };
}

function toNote({ sk, text, createdAt }: Readonly<Record<string, unknown>>): Note {
  return { id: String(sk), text: String(text), createdAt: String(createdAt) };
}
