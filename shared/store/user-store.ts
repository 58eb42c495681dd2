import type { Dynamo, Item } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';
import type { Uid } from '../core/principal.ts';
import { USER_PARTITIONS } from '../core/tables.ts';

export interface Entry {
  readonly key: string;
  readonly value: unknown;
}

export interface EntryQuery {
  /** Only keys that begin with it. */
  readonly prefix?: string;
  /** 1 to 100, 100 when it is not said. A page may have fewer and still not be the last. */
  readonly limit?: number;
  /** By key; the last first. */
  readonly descending?: boolean;
  /** Of the page before. */
  readonly cursor?: string;
}

export interface EntryPage {
  /** By the UTF-8 bytes of their keys. */
  readonly entries: readonly Entry[];
  /** Undefined on the last page. */
  readonly cursor: string | undefined;
}

/** A small store of one user in one namespace. A tool gets the caller's own and cannot name another user's. */
export interface UserStore {
  get(key: string): Promise<unknown>;
  /** @throws Error for a key over 128 characters or a value over 8 KB of JSON */
  put(key: string, value: unknown, options?: { readonly ttlSeconds?: number }): Promise<void>;
  delete(key: string): Promise<void>;
  query(query?: EntryQuery): Promise<EntryPage>;
}

const MAX_KEY = 128;
const MAX_VALUE_BYTES = 8192;
const MAX_PAGE = 100;
/** Sorts behind everything that follows a prefix. A noncharacter of Unicode: no key has it. */
const LAST = '\u{10ffff}';

/**
 * Items are `U#<uid>#<namespace>` / key: one user's data never shares a partition with another's, and no key, prefix or
 * cursor of a tool gets into its name. After `until` (epoch milliseconds) nothing is read or written: a tool that was
 * given up has no effect any more.
 *
 * @param dynamoOf the database, for everybody or as this user may see it
 */
export function createUserStore(dynamoOf: (uid: Uid) => Dynamo, table: string, clock: Clock) {
  return (uid: Uid, namespace: string, until = Number.POSITIVE_INFINITY): UserStore => {
    const left = () => ({ withinMs: until - clock() });
    const pk = partitionOf(uid, namespace);
    const dynamo = dynamoOf(uid);
    // TTL deletion lags by days: an expired item is gone the moment it expires.
    const isLive = ({ ttl }: Item) => typeof ttl !== 'number' || ttl * 1000 > clock();
    return {
      get: async (key) => {
        const item = await dynamo.get(table, { pk, sk: checked(key) }, { consistent: true, ...left() });
        return item !== undefined && isLive(item) ? contentOf(item) : undefined;
      },
      put: async (key, value, { ttlSeconds } = {}) => {
        const text = JSON.stringify(value);
        if (text === undefined || Buffer.byteLength(text) > MAX_VALUE_BYTES)
          throw new Error('a value has at most 8 KB of JSON');
        const ttl = ttlSeconds === undefined ? undefined : Math.floor(clock() / 1000) + ttlSeconds;
        await dynamo.put(table, { pk, sk: checked(key), value: text, ttl }, left());
      },
      delete: (key) => dynamo.delete(table, { pk, sk: checked(key) }, left()),
      query: async ({ prefix = '', limit = MAX_PAGE, descending = false, cursor } = {}) => {
        if (prefix !== '') checked(prefix);
        if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
          throw new Error(`a page has 1 to ${MAX_PAGE} entries`);
        const found = await dynamo.query(table, {
          partition: { name: 'pk', value: pk },
          // No key is empty, and an empty bound is none to DynamoDB.
          sort: { name: 'sk', from: prefix === '' ? '\0' : prefix, to: `${prefix}${LAST}` },
          limit,
          newestFirst: descending,
          consistent: true,
          ...left(),
          ...(cursor === undefined ? {} : { cursor: { pk, sk: readCursor(cursor) } }),
        });
        const entries = found.items.filter(isLive).map((item) => ({ key: String(item['sk']), value: contentOf(item) }));
        return { entries, cursor: found.cursor && writeCursor(String(found.cursor['sk'])) };
      },
    };
  };
}

/** @throws Error for a name that could be read as another one's partition: ours never have the divider */
function partitionOf(uid: Uid, namespace: string): string {
  if (uid === '' || `${uid}${namespace}`.includes('#')) throw new Error('no user or namespace has this name');
  return `${USER_PARTITIONS}${uid}#${namespace}`;
}

function checked(key: string): string {
  if (key === '' || key.length > MAX_KEY) throw new Error(`a key has 1 to ${MAX_KEY} characters`);
  // Half of a surrogate pair would be stored as another character, and so under another key.
  if (!key.isWellFormed() || key.includes(LAST)) throw new Error('a key is well-formed Unicode');
  return key;
}

function contentOf(item: Item): unknown {
  return JSON.parse(String(item['value']));
}

/** A cursor is a key of this partition and nothing more: the partition is not the client's to say. */
function writeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** @throws Error for what is no cursor */
function readCursor(cursor: string): string {
  return checked(Buffer.from(cursor, 'base64url').toString('utf8'));
}
