import { afterAll, beforeAll, expect, test } from '@jest/globals';
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

const storeOf = () => createUserStore(database.dynamo, database.state, () => now);
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
])('%s is refused', async (_name, key, value) => {
  await expect(storeOf()(alice, 'n').put(key, value)).rejects.toThrow();
});
