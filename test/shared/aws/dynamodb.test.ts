import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localDynamo } from '../../../cli/dev/local-dynamo.ts';
import type { WireFault } from '../../../cli/failures/row.ts';
import { createDynamo, type Dynamo, type DynamoLimits } from '../../../shared/aws/dynamodb.ts';
import type { Within } from '../../../shared/aws/end-within.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';
import { type FaultProxy, forwardTo, startFaultProxy } from '../../support/fault-proxy.ts';

let database: TestDatabase;
const proxies: FaultProxy[] = [];
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => Promise.all([database.stop(), ...proxies.map(({ close }) => close())]));

const HOUR = 3_600_000;
const PATIENT: DynamoLimits = { attempts: 2, connectMs: HOUR, requestMs: HOUR, totalMs: HOUR };
const key = { pk: 'a', sk: 'b' };

async function behind(fault: WireFault, limits: DynamoLimits) {
  const proxy = await startFaultProxy(forwardTo(database.endpoint));
  proxies.push(proxy);
  await proxy.inject(fault);
  return { proxy, dynamo: createDynamo({ ...localDynamo(proxy.url), limits }) };
}

type Operation = (dynamo: Dynamo, within?: Within) => Promise<unknown>;
const OPERATIONS: ReadonlyArray<readonly [string, Operation]> = [
  ['get', (dynamo, within) => dynamo.get(database.state, key, within)],
  ['putIfAbsent', (dynamo, within) => dynamo.putIfAbsent(database.state, key, within)],
  ['put', (dynamo, within) => dynamo.put(database.state, key, within)],
  ['delete', (dynamo, within) => dynamo.delete(database.state, key, within)],
];

describe.each(OPERATIONS)('%s', (_name, operation) => {
  test.each(['hang', 'slow body'] as const)('ends within the time left to its caller: %s', async (fault) => {
    const { dynamo } = await behind(fault, PATIENT);
    await expect(operation(dynamo, { withinMs: 50 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('ends within the limit of all attempts together, whatever its caller gives it', async () => {
    const { dynamo } = await behind('hang', { ...PATIENT, totalMs: 50 });
    const within = { withinMs: Number.POSITIVE_INFINITY };
    await expect(operation(dynamo, within)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test.each([0, -1, Number.NaN])('sends nothing with %p milliseconds left', async (withinMs) => {
    const { dynamo, proxy } = await behind('hang', PATIENT);
    await expect(operation(dynamo, { withinMs })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(proxy.asked()).toBe(0);
  });
});

test('of an item with a number that a double cannot hold a query brings the keys, and all others whole', async () => {
  const client = new DynamoDBClient(localDynamo(database.endpoint));
  const items = [
    { pk: { S: 'odd' }, sk: { S: '1' }, n: { N: '1' } },
    { pk: { S: 'odd' }, sk: { S: '2' }, n: { N: '12345678901234567.5' }, text: { S: 'x' } },
  ];
  for (const Item of items) await client.send(new PutItemCommand({ TableName: database.state, Item }));
  client.destroy();
  const range = { partition: { name: 'pk', value: 'odd' }, sort: { name: 'sk', from: '0', to: '9' } };
  const page = await database.dynamo.query(database.state, { ...range, limit: 9, newestFirst: false });
  expect(page.items).toEqual([
    { pk: 'odd', sk: '1', n: 1 },
    { pk: 'odd', sk: '2' },
  ]);
});

test('a query ends within the limit', async () => {
  const { dynamo } = await behind('hang', { ...PATIENT, totalMs: 50 });
  const range = { partition: { name: 'pk', value: 'a' }, sort: { name: 'sk', from: 'a', to: 'b' } };
  const query = dynamo.query(database.state, { ...range, limit: 1, newestFirst: true });
  await expect(query).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('each attempt has its own limit, and the number of attempts is one', async () => {
  const { dynamo, proxy } = await behind('hang', { ...PATIENT, attempts: 3, requestMs: 200 });
  await expect(dynamo.get(database.state, key)).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(proxy.asked()).toBe(3);
});

test('after the caller was told, nothing is sent any more', async () => {
  const { dynamo, proxy } = await behind('throttled', { ...PATIENT, attempts: 1000, totalMs: 200 });
  await expect(dynamo.put(database.state, key)).rejects.toMatchObject({ name: 'TimeoutError' });
  // What was on its way arrives; then three times the longest pause between two attempts.
  await wait(200);
  const arrived = proxy.asked();
  await wait(150);
  expect(proxy.asked()).toBe(arrived);
});
