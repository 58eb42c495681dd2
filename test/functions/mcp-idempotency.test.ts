import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { IdempotencyRule } from '../../shared/features/feature.ts';
import { defineTool, ToolError } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await startDatabase();
});
afterEach(() => database.stop());

type Run = () => Promise<{ paid: number }>;
let runs = 0;
let keys: (string | undefined)[] = [];
beforeEach(() => {
  runs = 0;
  keys = [];
});

const pays: Run = async () => ({ paid: runs });

function payWith(idempotency: IdempotencyRule | undefined, run: Run = pays) {
  return defineTool({
    name: 'pay',
    title: 'Pay',
    description: 'Pays',
    scopes: ['starter.echo'],
    input: z.strictObject({ amount: z.int() }),
    output: z.strictObject({ paid: z.int() }),
    annotations: { readOnlyHint: false },
    ...(idempotency === undefined ? {} : { idempotency }),
    run: async (_input, { idempotencyKey }) => {
      runs++;
      keys.push(idempotencyKey);
      return run();
    },
  });
}

const gatewayWith = (...args: Parameters<typeof payWith>) => createTestGateway(database, { tools: [payWith(...args)] });

const call = (amount: number, key?: unknown) =>
  legacy('tools/call', {
    name: 'pay',
    arguments: { amount },
    ...(key === undefined ? {} : { _meta: { 'gatehouse/idempotencyKey': key } }),
  });

/** What the client got: the structured result with its mark, or the text of the error. */
function outcome({ body }: Answer): unknown {
  const { result, error } = body as {
    result?: { structuredContent?: object; _meta?: object; isError?: boolean; content: [{ text: string }] };
    error?: { data: { code: string } };
  };
  if (result === undefined) return error?.data.code;
  return result.isError ? result.content[0].text : { ...result.structuredContent, ...result._meta };
}

async function detailsOf(gateway: TestGateway) {
  return (await gateway.trail()).map(({ outcome: end, detail }) => `${end} ${detail ?? ''}`.trim()).sort();
}

const REPLAY = { 'gatehouse/replayOf': 'request-1' };

describe('by arguments', () => {
  test('the same call runs once, in every instance, and is answered and recorded twice', async () => {
    const gateway = gatewayWith({ by: 'arguments' });
    const first = outcome(await gateway.rpc(call(5)));
    const other = gatewayWith({ by: 'arguments' });
    const again = outcome(await other.rpc(call(5)));
    expect([first, again, runs, await detailsOf(gateway)]).toEqual([
      { paid: 1 },
      { paid: 1, ...REPLAY },
      1,
      ['ok', 'ok REPLAYED'],
    ]);
  });

  test('other arguments, another user, or the end of the window make another call', async () => {
    const gateway = gatewayWith({ by: 'arguments', windowSeconds: 60 });
    await gateway.rpc(call(5));
    await gateway.rpc(call(6));
    await gateway.rpc(call(5), { token: await gateway.token({ sub: 'bob' }) });
    gateway.time.now += 60_000;
    await gateway.rpc(call(5));
    expect(runs).toBe(4);
  });

  test('arguments against the schema are refused each time, and reserve nothing', async () => {
    const gateway = gatewayWith({ by: 'arguments' });
    const wrong = legacy('tools/call', { name: 'pay', arguments: { amount: 'x' } });
    const texts = [outcome(await gateway.rpc(wrong)), outcome(await gateway.rpc(wrong))];
    expect([texts.every((text) => String(text).startsWith('Invalid arguments')), runs]).toEqual([true, 0]);
  });
});

describe('by key', () => {
  test('a key makes the call run once; without one, or under another, it runs each time', async () => {
    const gateway = gatewayWith({ by: 'key' });
    const answers: unknown[] = [];
    for (const key of ['k1', 'k1', undefined, undefined, 'k2']) answers.push(outcome(await gateway.rpc(call(5, key))));
    expect([answers, runs]).toEqual([[{ paid: 1 }, { paid: 1, ...REPLAY }, { paid: 2 }, { paid: 3 }, { paid: 4 }], 4]);
  });

  test('a key with other arguments is refused', async () => {
    const gateway = gatewayWith({ by: 'key' });
    await gateway.rpc(call(5, 'k1'));
    expect([outcome(await gateway.rpc(call(6, 'k1'))), runs]).toEqual([
      'This idempotency key was used with other arguments. Take another key.',
      1,
    ]);
  });

  test('on the other door it is a header, also in quotation marks', async () => {
    const gateway = gatewayWith({ by: 'key' });
    const authorization = `Bearer ${await gateway.token()}`;
    const post = (key: string) =>
      gateway.send({ path: '/tools/pay', headers: { authorization, 'idempotency-key': key }, body: '{"amount":5}' });
    const answers = [await post('"k1"'), await post('k1'), await gateway.rpc(call(5, 'k1'))];
    expect([answers.map(({ status }) => status), runs]).toEqual([[200, 200, 200], 1]);
  });

  test.each(['', 'with space', 'x'.repeat(256), 7, null])('%j is no key', async (key) => {
    const gateway = gatewayWith({ by: 'key' });
    expect([outcome(await gateway.rpc(call(5, key))), runs]).toEqual(['INVALID_REQUEST', 0]);
  });

  test('the tool gets one key for all repetitions, which is not the client’s and not another user’s', async () => {
    const failing: Run = async () => {
      throw new ToolError('not now', { hadNoEffect: true });
    };
    const gateway = gatewayWith({ by: 'key' }, failing);
    await gateway.rpc(call(5, 'k1'));
    await gateway.rpc(call(5, 'k1'));
    await gateway.rpc(call(5, 'k1'), { token: await gateway.token({ sub: 'bob' }) });
    await gateway.rpc(call(5));
    expect([new Set(keys).size, keys[0] === keys[1], keys[3], keys.includes('k1')]).toEqual([
      3,
      true,
      undefined,
      false,
    ]);
  });
});

describe('an outcome that is not known', () => {
  const once = { by: 'arguments' } as const;
  const unknown =
    'The same call was made before (request request-1), and it is not known whether it had its effect. It was not run again. Check its effect before you call with another key.';

  test.each<[string, Run, string]>([
    [
      'an unexpected error',
      async () => Promise.reject(new Error('secret')),
      'The tool pay failed. Report the request id request-1.',
    ],
    ['an error for the model', async () => Promise.reject(new ToolError('broke halfway')), 'broke halfway'],
  ])('after %s is final', async (_name, run, message) => {
    const gateway = gatewayWith(once, run);
    const answers = [
      outcome(await gateway.rpc(call(5))),
      outcome(await gateway.rpc(call(5))),
      outcome(await gateway.rpc(call(5))),
    ];
    expect([answers, runs]).toEqual([[message, unknown, unknown], 1]);
  });

  test('while the call runs is “in progress”', async () => {
    let release: () => void = () => undefined;
    const waits: Run = () =>
      new Promise((resolve) => {
        release = () => resolve({ paid: 1 });
      });
    const gateway = gatewayWith(once, waits);
    const first = gateway.rpc(call(5));
    while (runs === 0) await new Promise(setImmediate);
    const second = outcome(await gateway.rpc(call(5)));
    release();
    expect([second, outcome(await first), outcome(await gateway.rpc(call(5)))]).toEqual([
      'The same call is running now. Wait a moment, then call again for its result.',
      { paid: 1 },
      { paid: 1, ...REPLAY },
    ]);
  });
});

test('a failure that had no effect may be repeated', async () => {
  const run: Run = async () => {
    if (runs === 1) throw new ToolError('not now', { hadNoEffect: true });
    return { paid: runs };
  };
  const gateway = gatewayWith({ by: 'arguments' }, run);
  expect([outcome(await gateway.rpc(call(5))), outcome(await gateway.rpc(call(5)))]).toEqual(['not now', { paid: 2 }]);
});

test('when the table cannot say whether the call was made before, nothing is run', async () => {
  const tools = [payWith({ by: 'arguments' })];
  const gateway = createTestGateway(database, {
    tools,
    dynamo: (real) => ({
      ...real,
      putIfAbsent: (table, item, options) =>
        table === database.state && item.pk !== 'KEYS#audit'
          ? Promise.reject(new Error('down'))
          : real.putIfAbsent(table, item, options),
    }),
  });
  const answer = await gateway.rpc(call(5));
  expect([answer.status, outcome(answer), runs]).toEqual([503, 'STATE_UNAVAILABLE', 0]);
});

test('nor when the outcome cannot be recorded either: that nothing was run stays the answer', async () => {
  const gateway = createTestGateway(database, {
    tools: [payWith({ by: 'arguments' })],
    dynamo: (real) => ({
      ...real,
      putIfAbsent: (table, item, options) =>
        (table === database.state && item.pk !== 'KEYS#audit') || item.sk.endsWith('#1')
          ? Promise.reject(new Error('down'))
          : real.putIfAbsent(table, item, options),
    }),
  });
  const answer = await gateway.rpc(call(5));
  expect([answer.status, outcome(answer), runs]).toEqual([503, 'STATE_UNAVAILABLE', 0]);
});

test('when the end cannot be written the caller gets it all the same, and a repetition is not run', async () => {
  const tools = [payWith({ by: 'arguments' })];
  const gateway = createTestGateway(database, {
    tools,
    dynamo: (real) => ({ ...real, put: () => Promise.reject(new Error('down')) }),
  });
  const first = outcome(await gateway.rpc(call(5)));
  const soon = outcome(await gateway.rpc(call(5)));
  gateway.time.now += 60_000;
  const later = outcome(await gateway.rpc(call(5)));
  expect([first, soon, String(later).includes('not known whether'), runs]).toEqual([
    { paid: 1 },
    'The same call is running now. Wait a moment, then call again for its result.',
    true,
    1,
  ]);
});

test('a list tells clients which tools take a key, and a wrong window stops the start', async () => {
  const gateway = gatewayWith({ by: 'key', windowSeconds: 600 });
  const { body } = await gateway.rpc(legacy('tools/list'));
  const [tool] = (body as { result: { tools: Array<{ _meta: Record<string, unknown> }> } }).result.tools;
  expect(tool!._meta['gatehouse/idempotency']).toEqual({ by: 'key', windowSeconds: 600 });
  expect(() => payWith({ by: 'key', windowSeconds: 59 })).toThrow('pay: windowSeconds is 60 to 604800');
});
