import type { Dynamo } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';
import type { Uid } from '../core/principal.ts';

/** A small store of one user in one namespace. A tool gets the caller's own and cannot name another user's. */
export interface UserStore {
  get(key: string): Promise<unknown>;
  /** @throws Error for a key over 128 characters or a value over 8 KB of JSON */
  put(key: string, value: unknown, options?: { readonly ttlSeconds?: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

const MAX_KEY = 128;
const MAX_VALUE_BYTES = 8192;

/**
 * Items are `U#<uid>#<namespace>` / key: one user's data never shares a partition with another's. After `until` (epoch
 * milliseconds) nothing is read or written: a tool that was given up has no effect any more.
 */
export function createUserStore(dynamo: Dynamo, table: string, clock: Clock) {
  return (uid: Uid, namespace: string, until = Number.POSITIVE_INFINITY): UserStore => {
    const left = () => ({ withinMs: until - clock() });
    const keyOf = (key: string) => {
      if (key === '' || key.length > MAX_KEY) throw new Error(`a key has 1 to ${MAX_KEY} characters`);
      return { pk: `U#${uid}#${namespace}`, sk: key };
    };
    return {
      get: async (key) => {
        const item = await dynamo.get(table, keyOf(key), { consistent: true, ...left() });
        // TTL deletion lags by days: an expired item is gone the moment it expires.
        if (item === undefined || (typeof item['ttl'] === 'number' && item['ttl'] * 1000 <= clock())) return undefined;
        return JSON.parse(String(item['value']));
      },
      put: async (key, value, { ttlSeconds } = {}) => {
        const text = JSON.stringify(value);
        if (text === undefined || Buffer.byteLength(text) > MAX_VALUE_BYTES)
          throw new Error('a value has at most 8 KB of JSON');
        const ttl = ttlSeconds === undefined ? undefined : Math.floor(clock() / 1000) + ttlSeconds;
        await dynamo.put(table, { ...keyOf(key), value: text, ttl }, left());
      },
      delete: (key) => dynamo.delete(table, keyOf(key), left()),
    };
  };
}
