import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { content, text } from '../../shared/features/content.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy, modern } from '../support/messages.ts';

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database);
});
afterAll(() => database.stop());

const echo = (text: string, id: string | number) => legacy('tools/call', { name: 'echo', arguments: { text } }, id);
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };

interface Entry {
  readonly id?: unknown;
  readonly result?: { readonly structuredContent?: unknown };
  readonly error?: { readonly code: number; readonly data: { readonly code: string } };
}

const summary = (body: unknown) =>
  (body as readonly Entry[]).map(({ id, result, error }) => [
    id,
    result?.structuredContent ?? error?.data.code ?? result,
  ]);

describe('a batch of revision 2025-03-26', () => {
  test('is answered as one array in order, each request with its id, and notifications not at all', async () => {
    const { status, headers, body } = await gateway.rpc([legacy('ping', {}, 'a'), initialized, echo('hi', 0)]);
    expect({ status, type: headers['content-type'], answers: summary(body) }).toEqual({
      status: 200,
      type: 'application/json',
      answers: [
        ['a', {}],
        [0, { text: 'hi' }],
      ],
    });
  });

  test('is served with its own version header too', async () => {
    const answer = await gateway.rpc([legacy('ping')], { headers: { 'mcp-protocol-version': '2025-03-26' } });
    expect([answer.status, answer.body]).toEqual([200, [{ jsonrpc: '2.0', id: 1, result: {} }]]);
  });

  test('of notifications and responses alone is accepted without a body', async () => {
    const { status, headers, body } = await gateway.rpc([initialized, { jsonrpc: '2.0', id: 7, result: {} }]);
    expect({ status, type: headers['content-type'], body }).toEqual({ status: 202, type: undefined, body: undefined });
  });

  test('decides and records each call on its own: one allowed, one refused, one unknown', async () => {
    gateway.time.now += 1000;
    const token = await gateway.token({ scope: 'starter.whoami' });
    const messages = [
      legacy('tools/call', { name: 'whoami' }, 1),
      echo('no', 2),
      legacy('tools/call', { name: 'x' }, 3),
    ];
    const { status, headers, body } = await gateway.rpc(messages, { token });
    const rows = (await gateway.trail()).filter(({ time }) => time === gateway.time.now);
    expect({
      status,
      challenge: headers['www-authenticate'],
      answers: summary(body).map(([id, answer]) => [id, typeof answer === 'string' ? answer : 'ran']),
      recorded: rows.map(({ tool, decision }) => `${tool} ${decision}`).sort(),
    }).toEqual({
      status: 200,
      challenge: undefined,
      answers: [
        [1, 'ran'],
        [2, 'INSUFFICIENT_SCOPE'],
        [3, 'UNKNOWN_TOOL'],
      ],
      recorded: ['(unknown) denied', 'echo denied', 'whoami allowed'],
    });
  });

  test('with something that is no message answers that one with id null', async () => {
    const { body } = await gateway.rpc([7, legacy('ping', {}, 2)]);
    expect(summary(body)).toEqual([
      [null, 'INVALID_REQUEST'],
      [2, {}],
    ]);
  });

  test('without a token is refused as a whole, with the challenge and no id', async () => {
    const { status, headers, body } = await gateway.rpc([echo('hi', 1), echo('ho', 2)], { token: undefined });
    expect({ status, challenge: headers['www-authenticate']?.split(' ')[0], body }).toMatchObject({
      status: 401,
      challenge: 'Bearer',
      body: { jsonrpc: '2.0', error: { code: 40101 } },
    });
    expect(Object.keys(body as object)).toEqual(['jsonrpc', 'error']);
  });

  test.each([
    ['something that is no message', [7, echo('hi', 1)]],
    ['two such things', [7, null, initialized]],
  ])('without a token is refused as a whole behind %s too', async (_name, messages) => {
    const { status, headers, body } = await gateway.rpc(messages, { token: undefined });
    expect({ status, challenge: headers['www-authenticate']?.split(' ')[0], body }).toMatchObject({
      status: 401,
      challenge: 'Bearer',
      body: { jsonrpc: '2.0', error: { code: 40101 } },
    });
  });

  test('from a foreign web origin is refused as a whole', async () => {
    const { status, body } = await gateway.rpc([echo('hi', 1)], { headers: { origin: 'https://evil.example' } });
    expect({ status, code: (body as Entry).error?.data.code }).toEqual({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
  });
});

describe('what is no batch of that revision is refused whole', () => {
  const many = Array.from({ length: 21 }, (_, at) => legacy('ping', {}, at));
  const cases: ReadonlyArray<readonly [string, unknown, Record<string, string>]> = [
    ['an empty array', [], {}],
    ['more than 20 messages', many, {}],
    ['initialize inside', [legacy('initialize', { protocolVersion: '2025-03-26' })], {}],
    ['a modern message inside', [modern('tools/list')], {}],
    ['the version 2025-06-18', [legacy('ping')], { 'mcp-protocol-version': '2025-06-18' }],
    ['the version 2025-11-25', [legacy('ping')], { 'mcp-protocol-version': '2025-11-25' }],
    ['the version 2024-11-05', [legacy('ping')], { 'mcp-protocol-version': '2024-11-05' }],
    ['the version 2026-07-28', [legacy('ping')], { 'mcp-protocol-version': '2026-07-28' }],
  ];
  test.each(cases)('%s', async (_name, messages, headers) => {
    const { status, body } = await gateway.rpc(messages, { headers });
    const { error } = body as Entry;
    expect({ status, rpc: error?.code, code: error?.data.code }).toEqual({
      status: 400,
      rpc: -32600,
      code: 'INVALID_REQUEST',
    });
  });
});

describe('a batch whose answers would not fit into one', () => {
  let runs = 0;
  const large = defineTool({
    name: 'large',
    title: 'T',
    description: 'd',
    scopes: [],
    annotations: { readOnlyHint: true },
    input: z.strictObject({ bytes: z.int() }),
    run: ({ bytes }) => {
      runs++;
      return content(text('x'.repeat(bytes)));
    },
  });
  const sizesOf = async (sizes: readonly number[]) => {
    runs = 0;
    const gateway = createTestGateway(database, { tools: [large] });
    gateway.time.now += 3_600_000 * (1 + sizes.length);
    const messages = sizes.map((bytes, id) => legacy('tools/call', { name: 'large', arguments: { bytes } }, id));
    const answer = await gateway.rpc(messages);
    const rows = (await gateway.trail()).filter(({ time }) => time === gateway.time.now);
    return {
      status: answer.status,
      fits: JSON.stringify(answer.body).length <= 3_000_000,
      answers: (answer.body as readonly Entry[]).map(({ error }) => error?.data.code ?? 'ran'),
      recorded: rows.map(({ outcome, detail }) => detail ?? outcome).sort(),
      runs,
    };
  };

  test('gives each an equal part of what is left, and records which could not be sent', async () => {
    expect(await sizesOf([2_000_000, 900_000, 100, 1_900_000])).toEqual({
      status: 200,
      fits: true,
      answers: ['ANSWER_TOO_LARGE', 'ran', 'ran', 'ran'],
      recorded: ['ANSWER_TOO_LARGE', 'ok', 'ok', 'ok'],
      runs: 4,
    });
  });

  test('stays under the limit with twenty large ones', async () => {
    expect(await sizesOf(Array.from({ length: 20 }, () => 2_900_000))).toEqual({
      status: 200,
      fits: true,
      answers: Array.from({ length: 20 }, (_, at) => (at === 19 ? 'ran' : 'ANSWER_TOO_LARGE')),
      recorded: [...Array.from({ length: 19 }, () => 'ANSWER_TOO_LARGE'), 'ok'],
      runs: 20,
    });
  });

  test('has room for one large answer', async () => {
    expect((await sizesOf([2_900_000])).answers).toEqual(['ran']);
  });
});
