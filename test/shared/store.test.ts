import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Uid } from '../../shared/core/principal.ts';
import { createUserStore } from '../../shared/store/user-store.ts';
import { NOW } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let now = NOW;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const storeOf = () =>
  createUserStore(
    () => database.dynamo,
    database.state,
    () => now,
  );
const [alice, bob] = ['usr_alice' as Uid, 'usr_bob' as Uid];

test('a user reads back what they put, and nobody else and no other tool does', async () => {
  await storeOf()(alice, 'notes').put('k', { text: 'mine' });
  expect({
    own: await storeOf()(alice, 'notes').get('k'),
    other: await storeOf()(bob, 'notes').get('k'),
    otherTool: await storeOf()(alice, 'calendar').get('k'),
  }).toEqual({ own: { text: 'mine' }, other: undefined, otherTool: undefined });
});

test('a value is gone at its end of life, however late the database deletes it', async () => {
  const store = storeOf()(alice, 'ttl');
  await store.put('k', 1, { ttlSeconds: 60 });
  now += 59_000;
  const before = await store.get('k');
  now += 1_000;
  expect([before, await store.get('k')]).toEqual([1, undefined]);
});

test('a deleted value is gone', async () => {
  const store = storeOf()(alice, 'delete');
  await store.put('k', 1);
  await store.delete('k');
  expect(await store.get('k')).toBeUndefined();
});

test.each([
  ['an empty key', '', 1],
  ['a long key', 'k'.repeat(129), 1],
  ['a value over 8 KB', 'k', 'x'.repeat(8200)],
  ['no JSON', 'k', undefined],
  ['half of a surrogate pair', 'k\ud800', 1],
  ['the end of Unicode', 'k\u{10ffff}', 1],
])('%s is refused', async (_name, key, value) => {
  await expect(storeOf()(alice, 'n').put(key, value)).rejects.toThrow();
});

describe('a query', () => {
  const filled = async (namespace: string, keys: readonly string[]) => {
    const store = storeOf()(alice, namespace);
    for (const key of keys) await store.put(key, { of: key });
    return store;
  };

  test('lists entries by key, those with a prefix, from either end', async () => {
    const store = await filled('list', ['b', 'deal/1', 'deal/10', 'deal/2', 'deals', 'ü', '\u{1f600}']);
    const keys = async (query?: Parameters<typeof store.query>[0]) =>
      (await store.query(query)).entries.map(({ key }) => key);
    expect([await keys(), await keys({ prefix: 'deal/' }), await keys({ prefix: 'deal', descending: true })]).toEqual([
      ['b', 'deal/1', 'deal/10', 'deal/2', 'deals', 'ü', '\u{1f600}'],
      ['deal/1', 'deal/10', 'deal/2'],
      ['deals', 'deal/2', 'deal/10', 'deal/1'],
    ]);
    expect((await store.query({ prefix: 'deals' })).entries).toEqual([{ key: 'deals', value: { of: 'deals' } }]);
  });

  test('comes in pages that together have every entry once', async () => {
    const all = Array.from({ length: 7 }, (_, at) => `k${at}`);
    const store = await filled('pages', all);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.query({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.entries.map(({ key }) => key));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(all);
  });

  test('leaves out what has come to its end of life', async () => {
    const store = storeOf()(alice, 'ends');
    await store.put('a', 1, { ttlSeconds: 60 });
    await store.put('b', 2);
    now += 60_000;
    expect(await store.query()).toEqual({ entries: [{ key: 'b', value: 2 }], cursor: undefined });
  });

  test.each([{ limit: 0 }, { limit: 101 }, { limit: 1.5 }, { prefix: '\ud800' }, { cursor: '' }])(
    'with %j is refused',
    async (query) => {
      await expect(storeOf()(alice, 'n').query(query)).rejects.toThrow();
    },
  );

  test('with a cursor of another user stays with the own entries', async () => {
    const mine = await filled('cursors', ['a', 'b', 'c']);
    const theirs = storeOf()(bob, 'cursors');
    for (const key of ['b', 'secret']) await theirs.put(key, 'theirs');
    const { cursor = '' } = await mine.query({ limit: 2 });
    expect(await theirs.query({ cursor })).toEqual({
      entries: [{ key: 'secret', value: 'theirs' }],
      cursor: undefined,
    });
    const forged = Buffer.from('U#usr_alice#cursors').toString('base64url');
    expect((await theirs.query({ cursor: forged })).entries.map(({ value }) => value)).toEqual(['theirs', 'theirs']);
  });
});

test.each([
  ['usr_a#x', 'n'],
  ['usr_a', 'n#x'],
  ['', 'n'],
])('the user %j and the namespace %j have no store', (uid, namespace) => {
  expect(() => storeOf()(uid as Uid, namespace)).toThrow('no user or namespace has this name');
});

/** Names that try to be another's partition, and keys that try to be another's row. */
const hostile = fc.oneof(
  fc.constantFrom('a', 'ab', 'a/b', 'U', '..', '__proto__', 'KEYS', '%23', 'a\u0000', 'ü', '\u{1f600}'),
  fc
    .string({ minLength: 1, maxLength: 6, unit: 'grapheme' })
    .filter((text) => text.isWellFormed() && !text.includes('#')),
);
const key = fc.oneof(hostile, fc.constantFrom('U#usr_b#n', '#', 'a#b', '\u{10fffe}'));
const step = fc.record({
  user: hostile,
  namespace: hostile,
  act: fc.constantFrom('put', 'put', 'delete', 'get', 'query'),
  key,
  value: fc.integer(),
});

test('whatever users, tools and keys are called, each store is a map of its own', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 25 }), async (steps) => {
      run++;
      const model = new Map<string, Map<string, number>>();
      for (const { user, namespace, act, key: name, value } of steps) {
        // Each run has users of its own; the table is one.
        const store = storeOf()(`${run}:${user}` as Uid, namespace);
        const id = JSON.stringify([user, namespace]);
        const own = model.get(id) ?? new Map<string, number>();
        model.set(id, own);
        if (act === 'put') await store.put(name, value);
        if (act === 'put') own.set(name, value);
        if (act === 'delete') await store.delete(name);
        if (act === 'delete') own.delete(name);
        if (act === 'get') expect(await store.get(name)).toBe(own.get(name));
        if (act === 'query') {
          const wanted = [...own].filter(([at]) => at.startsWith(name));
          const { entries } = await store.query({ prefix: name });
          expect(new Map(entries.map((entry) => [entry.key, entry.value]))).toEqual(new Map(wanted));
        }
      }
    }),
    { numRuns: 25 },
  );
});
