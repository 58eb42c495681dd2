import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Backend } from '../../shared/backend/definition.ts';
import type { BackendSettings } from '../../shared/core/backend-settings.ts';
import { defineBackendTool } from '../../shared/tools/define-backend-tool.ts';
import { answerJson, type ReceivedRequest, type RunningBackend, startBackend } from '../support/backend.ts';
import { testConfig } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
let backend: RunningBackend | undefined;
beforeEach(async () => {
  database = await startDatabase();
});
afterEach(async () => {
  await backend?.stop();
  backend = undefined;
  await database.stop();
});

const addDeal = defineBackendTool({
  name: 'addDeal',
  title: 'Add a deal',
  description: 'Adds a deal of the signed-in user.',
  scopes: ['starter.echo'],
  backend: 'demo',
  input: z.strictObject({ account: z.string(), size: z.int() }),
  output: z.strictObject({ id: z.string() }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  request: { method: 'POST', path: '/accounts/{account}/deals' },
  explain: ({ body }) => {
    const { error = '' } = body as { error?: string };
    return { message: `Refused: ${error}`, structured: { id: 'none' } };
  },
});

interface Options {
  readonly backend?: Partial<Backend>;
  readonly settings?: BackendSettings | undefined;
}

async function gatewayOver(
  answer: Parameters<typeof startBackend>[0] = (_request, response) => answerJson(response, 201, { id: 'd1' }),
  options: Options = {},
) {
  backend = await startBackend(answer);
  const settings = 'settings' in options ? options.settings : { url: backend.url };
  const config = testConfig({
    environment: 'dev',
    ...(settings === undefined ? {} : { backends: { demo: settings } }),
  });
  const demo = { title: 'the CRM', optional: true, ...options.backend };
  return createTestGateway(database, {
    config,
    env: { ASSERTION_KEY: 'alias/test' },
    registry: { tools: [addDeal], backends: { demo } },
  });
}

const call = legacy('tools/call', { name: 'addDeal', arguments: { account: 'Oats', size: 3 } });

test('a call reaches the backend with an assertion about its user, and its answer comes back', async () => {
  const gateway = await gatewayOver();
  const { status, body } = await gateway.rpc(call);
  const [{ target, headers, body: sent }] = backend!.received as [ReceivedRequest];
  const { sub, tool, scope, aud, iss } = decodeJwt(headers.authorization?.replace('Bearer ', '') ?? '');
  const [row] = await gateway.trail();
  expect({ status, body, target, sent, sub, tool, scope, aud, iss }).toEqual({
    status: 200,
    body: {
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: '{"id":"d1"}' }], structuredContent: { id: 'd1' } },
    },
    target: '/v1/accounts/Oats/deals',
    sent: '{"size":3}',
    sub: row?.uid,
    tool: 'addDeal',
    scope: 'starter.echo',
    aud: backend!.url,
    iss: 'https://mcp.example.com',
  });
});

test('nothing that the client sent in headers or in its token reaches the backend', async () => {
  const gateway = await gatewayOver(undefined, { backend: { identityHeaders: true } });
  const token = await gateway.token();
  const forged = { 'x-user-id': 'usr_mallory', 'x-user-subject': 'mallory', cookie: 'planted', 'x-planted': 'planted' };
  await gateway.rpc(call, { token, headers: forged });
  const [received] = backend!.received as [ReceivedRequest];
  const [row] = await gateway.trail();
  expect([received.headers['x-user-id'], received.headers['x-user-subject']]).toEqual([row?.uid, 'alice']);
  const parts = token.split('.');
  expect(['mallory', 'planted', ...parts].filter((text) => JSON.stringify(received).includes(text))).toEqual([]);
});

test('a refusal is a tool error in the words and the shape that the author picked, on either door', async () => {
  const gateway = await gatewayOver((_request, response) =>
    answerJson(response, 403, { error: 'closed', trace: 'secret' }),
  );
  const { body } = await gateway.rpc(call);
  const authorization = `Bearer ${await gateway.token()}`;
  const arguments_ = JSON.stringify({ account: 'Oats', size: 3 });
  const rest = await gateway.send({ path: '/tools/addDeal', headers: { authorization }, body: arguments_ });
  expect([body, rest.status, rest.body]).toEqual([
    {
      jsonrpc: '2.0',
      id: 1,
      result: {
        content: [{ type: 'text', text: 'Refused: closed' }],
        structuredContent: { id: 'none' },
        isError: true,
      },
    },
    422,
    {
      ok: false,
      error: { code: 'BACKEND_REFUSED', message: 'Refused: closed', data: { id: 'none' } },
      requestId: 'request-1',
    },
  ]);
});

test('an argument that could lead to another path is refused, and nothing is sent', async () => {
  const gateway = await gatewayOver();
  const climbing = legacy('tools/call', { name: 'addDeal', arguments: { account: '../admin', size: 3 } });
  const { body } = await gateway.rpc(climbing);
  expect([body, backend!.received]).toEqual([
    {
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: 'account: cannot be in a path' }], isError: true },
    },
    [],
  ]);
});

test.each([
  [
    'a lost answer',
    'OUTCOME_UNKNOWN',
    (_request: unknown, response: { destroy(): unknown }) => void response.destroy(),
  ],
  [
    'a redirect',
    'OUTCOME_UNKNOWN',
    (_request: unknown, response: Parameters<typeof answerJson>[0]) =>
      answerJson(response, 302, {}, { location: 'http://169.254.169.254/' }),
  ],
  [
    'an answer of another shape',
    'OUTPUT_INVALID',
    (_request: unknown, response: Parameters<typeof answerJson>[0]) => answerJson(response, 200, { secret: 1 }),
  ],
] as const)('after a side effect: %s is recorded as %s and happens once', async (_name, code, answer) => {
  const gateway = await gatewayOver(answer);
  const { body } = await gateway.rpc(call);
  const [row] = await gateway.trail();
  expect([row?.outcome, row?.detail, backend!.received.length]).toEqual(['error', code, 1]);
  expect(JSON.stringify([body, gateway.lines])).not.toMatch(/secret|169\.254|localhost/);
});

describe('without an address for its backend', () => {
  test('a tool of an optional one is not there', async () => {
    const gateway = await gatewayOver(undefined, { settings: undefined });
    const listed = await gateway.rpc(legacy('tools/list'));
    const called = await gateway.rpc(call);
    const { headers } = await gateway.rpc(call, { token: undefined });
    expect([listed.body, called.body, headers['www-authenticate']]).toMatchObject([
      { result: { tools: [] } },
      { error: { data: { code: 'UNKNOWN_TOOL' } } },
      expect.not.stringContaining('starter.echo'),
    ]);
  });

  test('a gateway with any other does not start', async () => {
    const starting = gatewayOver(undefined, { settings: undefined, backend: { optional: false } });
    await expect(starting).rejects.toThrow('backend demo: url is needed');
  });
});
