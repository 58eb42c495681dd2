import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { localDynamo } from '../../../cli/dev/local-dynamo.ts';
import { createDynamo, type Dynamo } from '../../../shared/aws/dynamodb.ts';
import type { Uid } from '../../../shared/core/principal.ts';
import { type Begun, createIdempotency, type Ending, type OnceCall } from '../../../shared/store/idempotency.ts';
import { NOW } from '../../support/config.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

let now = NOW;
let name = 0;
beforeEach(() => {
  now = NOW;
  name++;
});

const HOUR = 3_600_000;
const LATE = Number.POSITIVE_INFINITY;
const callOf = (more: Partial<OnceCall> = {}): OnceCall => ({
  uid: 'usr_alice' as Uid,
  feature: `tool-${name}`,
  key: undefined,
  digest: 'd1',
  requestId: 'request-1',
  windowMs: HOUR,
  endsAt: NOW + 29_000,
  ...more,
});

/** Another instance of the function. */
const instance = (dynamo: Dynamo = database.dynamo) => createIdempotency(dynamo, database.state, () => now);

/** What the next caller meets. */
async function next(more: Partial<OnceCall> = {}): Promise<object> {
  const { finish: _ours, ...begun } = (await instance().begin(
    callOf({ requestId: 'request-2', ...more }),
    LATE,
  )) as Begun & {
    finish?: unknown;
  };
  return begun;
}

async function end(ending: Ending, more: Partial<OnceCall> = {}): Promise<void> {
  const begun = await instance().begin(callOf(more), LATE);
  if (begun.kind !== 'started') throw new Error(`it is ${begun.kind}`);
  await begun.finish(ending, LATE);
}

test('of many callers at once, in several instances, exactly one starts', async () => {
  const clients = Array.from({ length: 5 }, () => createDynamo(localDynamo(database.endpoint)));
  const begun = await Promise.all(
    Array.from({ length: 50 }, (_, at) => instance(clients[at % 5]).begin(callOf({ requestId: `r${at}` }), LATE)),
  );
  const kinds = begun.map(({ kind }) => kind);
  expect([
    kinds.filter((kind) => kind === 'started').length,
    kinds.filter((kind) => kind === 'running').length,
  ]).toEqual([1, 49]);
});

test('a completed call is answered with its result until its window ends, and then it is a new call', async () => {
  await end({ kind: 'completed', result: { content: [], n: 1 } });
  const soon = await next();
  now += HOUR - 1;
  const last = await next();
  now += 1000;
  expect([soon, last, await next()]).toEqual([
    { kind: 'completed', requestId: 'request-1', result: { content: [], n: 1 } },
    { kind: 'completed', requestId: 'request-1', result: { content: [], n: 1 } },
    { kind: 'started' },
  ]);
});

test('a call that had no effect may run again', async () => {
  await end({ kind: 'nothing' });
  expect(await next()).toEqual({ kind: 'started' });
});

test('an unknown outcome is final', async () => {
  await end({ kind: 'unknown' });
  now += HOUR / 2;
  expect([await next(), await next()]).toEqual([
    { kind: 'unknown', requestId: 'request-1' },
    { kind: 'unknown', requestId: 'request-1' },
  ]);
});

test('a call whose instance vanished is running until it must have ended, and unknown from then on', async () => {
  await instance().begin(callOf(), LATE);
  now = NOW + 28_999;
  const before = await next();
  now = NOW + 29_000;
  const after = await next();
  now = NOW + HOUR - 1;
  expect([before, after, await next()]).toEqual([
    { kind: 'running' },
    { kind: 'unknown', requestId: 'request-1' },
    { kind: 'unknown', requestId: 'request-1' },
  ]);
});

test('another user, another tool, other arguments or another key make another call', async () => {
  await end({ kind: 'completed', result: {} });
  const others = [{ uid: 'usr_bob' as Uid }, { feature: `other-${name}` }, { digest: 'd2' }, { key: 'k1' }];
  expect(await Promise.all(others.map(next))).toEqual(others.map(() => ({ kind: 'started' })));
});

test('a key belongs to the arguments it came with', async () => {
  await end({ kind: 'completed', result: { n: 1 } }, { key: 'k1' });
  expect([await next({ key: 'k1' }), await next({ key: 'k1', digest: 'd2' })]).toEqual([
    { kind: 'completed', requestId: 'request-1', result: { n: 1 } },
    { kind: 'other' },
  ]);
});

test('a result that is too large is known to have been', async () => {
  await end({ kind: 'completed', result: { text: 'x'.repeat(300_000) } });
  expect(await next()).toEqual({ kind: 'completed', requestId: 'request-1', result: undefined });
});

test('a reservation whose reply was lost is still ours, and not somebody else’s', async () => {
  const { dynamo } = database;
  const repeating: Dynamo = {
    ...dynamo,
    putIfAbsent: async (...args) => {
      await dynamo.putIfAbsent(...args);
      return dynamo.putIfAbsent(...args);
    },
  };
  const begun = await instance(repeating).begin(callOf(), LATE);
  expect([begun.kind, await next()]).toEqual(['started', { kind: 'running' }]);
});

test('what cannot be reserved is not started', async () => {
  const down: Dynamo = { ...database.dynamo, putIfAbsent: async () => Promise.reject(new Error('down')) };
  await expect(instance(down).begin(callOf(), LATE)).rejects.toThrow('down');
  expect(await next()).toEqual({ kind: 'started' });
});
