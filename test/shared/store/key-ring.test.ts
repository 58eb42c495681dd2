import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Dynamo, Item } from '../../../shared/aws/dynamodb.ts';
import { createKeyRing } from '../../../shared/store/key-ring.ts';
import { createUseOnce } from '../../../shared/store/once.ts';
import { NOW } from '../../support/config.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';

const DAY = 86_400_000;
const FOREVER = Number.POSITIVE_INFINITY;
let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const ringAt = (now: () => number, purpose = 'test') => createKeyRing(database.dynamo, database.state, now, purpose);

test('instances that need the first key of a day at the same time get the same one', async () => {
  const keys = await Promise.all(Array.from({ length: 10 }, () => ringAt(() => NOW).current(FOREVER)));
  expect(new Set(keys.map(({ id, secret }) => `${id} ${secret.toString('hex')}`)).size).toBe(1);
  expect([keys[0]?.id, keys[0]?.secret.length]).toEqual(['20261124', 32]);
});

test('every day has another key; yesterday’s opens, the one before does not', async () => {
  let now = NOW;
  const ring = ringAt(() => now, 'rotation');
  const first = await ring.current(FOREVER);
  now += DAY;
  const second = await ring.current(FOREVER);
  const yesterday = await ring.find(first.id, FOREVER);
  now += DAY;
  expect({
    differ: !first.secret.equals(second.secret),
    yesterday: yesterday?.secret.equals(first.secret),
    older: await ring.find(first.id, FOREVER),
    unknown: await ring.find('20200101', FOREVER),
    odd: await ring.find('__proto__', FOREVER),
  }).toEqual({ differ: true, yesterday: true, older: undefined, unknown: undefined, odd: undefined });
});

test('two purposes never share a key', async () => {
  const [one, two] = await Promise.all([
    ringAt(() => NOW, 'a').current(FOREVER),
    ringAt(() => NOW, 'b').current(FOREVER),
  ]);
  expect(one?.secret.equals(two?.secret ?? Buffer.alloc(0))).toBe(false);
});

test('a key and a mark expire by themselves', async () => {
  await ringAt(() => NOW, 'ttl').current(FOREVER);
  await createUseOnce(database.dynamo, database.state, () => NOW)('one', NOW + 600_000, FOREVER);
  const ttlOf = async (pk: string, sk: string) => (await database.dynamo.get(database.state, { pk, sk }))?.['ttl'];
  expect([await ttlOf('KEYS#ttl', '20261124'), await ttlOf('USED#one', 'USED')]).toEqual([
    NOW / 1000 + 3 * 86_400,
    NOW / 1000 + 660,
  ]);
});

test('an id is used once, whoever asks', async () => {
  const uses = await Promise.all(
    Array.from({ length: 20 }, () => createUseOnce(database.dynamo, database.state, () => NOW)('race', NOW, FOREVER)),
  );
  expect(uses.filter(Boolean).length).toBe(1);
});

test.each([
  ['our own mark, whose first reply was lost', (by: unknown) => ({ by }), true],
  ['the mark of somebody else', () => ({ by: 'other' }), false],
  ['a mark that the engine does not show', () => undefined, false],
])('%s', async (_name, existing, used) => {
  const dynamo = {
    putIfAbsent: async (_table: string, item: Item) => ({ created: false, existing: existing(item['by']) }),
  } as unknown as Dynamo;
  expect(await createUseOnce(dynamo, 'state', () => NOW)('one', NOW, FOREVER)).toBe(used);
});
