import { randomBytes } from 'node:crypto';
import type { Dynamo } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';

/** Secret keys that every instance shares and that change every day. `until`: epoch milliseconds. */
export interface KeyRing {
  /** Today's key, made by whoever needs it first. */
  current(until: number): Promise<SecretKey>;
  /** A key of today or yesterday; undefined for any other id. */
  find(id: string, until: number): Promise<SecretKey | undefined>;
}

export interface SecretKey {
  /** The UTC day, `yyyymmdd`. */
  readonly id: string;
  /** 32 random bytes. */
  readonly secret: Buffer;
}

const DAY_MS = 86_400_000;
const KEPT_DAYS = 3;

/**
 * Keys in the state table, encrypted at rest with the table: no environment variable to leak, no rotation to run, and
 * nothing in one instance's memory that another would miss. Tools cannot name this partition (user-store.ts).
 */
export function createKeyRing(dynamo: Dynamo, table: string, clock: Clock, purpose: string): KeyRing {
  const known = new Map<string, SecretKey>();
  const keyOf = (id: string) => ({ pk: `KEYS#${purpose}`, sk: id });
  const left = (until: number) => ({ withinMs: until - clock() });
  const read = async (id: string, until: number): Promise<SecretKey | undefined> => {
    const cached = known.get(id);
    if (cached) return cached;
    const item = await dynamo.get(table, keyOf(id), { consistent: true, ...left(until) });
    return item && remember(id, item['secret']);
  };
  const remember = (id: string, secret: unknown): SecretKey => {
    const key = { id, secret: Buffer.from(String(secret), 'base64') };
    if (known.size > KEPT_DAYS) known.clear();
    known.set(id, key);
    return key;
  };
  const make = async (id: string, until: number): Promise<SecretKey> => {
    const secret = randomBytes(32).toString('base64');
    const ttl = Math.floor(clock() / 1000) + KEPT_DAYS * 86_400;
    const { created } = await dynamo.putIfAbsent(table, { ...keyOf(id), secret, ttl }, left(until));
    if (created) return remember(id, secret);
    const winner = await read(id, until);
    if (winner === undefined) throw new Error('a key vanished');
    return winner;
  };
  return {
    current: async (until) => {
      const today = dayOf(clock());
      return (await read(today, until)) ?? make(today, until);
    },
    find: async (id, until) => ([dayOf(clock()), dayOf(clock() - DAY_MS)].includes(id) ? read(id, until) : undefined),
  };
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}
