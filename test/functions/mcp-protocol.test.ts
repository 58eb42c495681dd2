import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, createTestGateway, type TestGateway } from '../support/gateway.ts';
import { handshake, legacy, MODERN, modern, modernHeaders } from '../support/messages.ts';

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database);
});
afterAll(() => database.stop());

/** Status, echoed id, JSON-RPC code and our code of a refusal. */
function refusal({ status, body }: Answer) {
  const { id, error } = body as { id?: unknown; error: { code: number; data: { code: string } } };
  return { status, id, rpc: error.code, code: error.data.code };
}

const raw = async (body: string, headers: Record<string, string> = {}) =>
  gateway.send({ body, headers: { authorization: `Bearer ${await gateway.token()}`, ...headers } });

describe('what is no message is refused before authentication', () => {
  const cases: ReadonlyArray<readonly [string, string, object]> = [
    ['an empty body', '', { status: 400, id: undefined, rpc: -32700, code: 'PARSE_ERROR' }],
    ['no JSON', '{"jsonrpc":', { status: 400, id: undefined, rpc: -32700, code: 'PARSE_ERROR' }],
    [
      '33 levels',
      '['.repeat(33) + ']'.repeat(33),
      { status: 400, id: undefined, rpc: 40001, code: 'JSON_LIMIT_EXCEEDED' },
    ],
    [
      '2001 members',
      `[${'1,'.repeat(2001)}1]`,
      { status: 400, id: undefined, rpc: 40001, code: 'JSON_LIMIT_EXCEEDED' },
    ],
    ['an empty array', '[]', { status: 400, id: undefined, rpc: -32600, code: 'INVALID_REQUEST' }],
    ['a number', '7', { status: 400, id: undefined, rpc: -32600, code: 'INVALID_REQUEST' }],
    [
      'id null',
      '{"jsonrpc":"2.0","id":null,"method":"ping"}',
      { status: 400, id: undefined, rpc: -32600, code: 'INVALID_REQUEST' },
    ],
    [
      'a fractional id',
      '{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
      { status: 400, id: undefined, rpc: -32600, code: 'INVALID_REQUEST' },
    ],
    ['no version', '{"id":5,"method":"ping"}', { status: 400, id: 5, rpc: -32600, code: 'INVALID_REQUEST' }],
    ['no method', '{"jsonrpc":"2.0","id":"a"}', { status: 400, id: 'a', rpc: -32600, code: 'INVALID_REQUEST' }],
    [
      'params as an array',
      '{"jsonrpc":"2.0","id":5,"method":"ping","params":[]}',
      { status: 400, id: 5, rpc: -32600, code: 'INVALID_REQUEST' },
    ],
  ];
  test.each(cases)('%s', async (_name, body, expected) => {
    expect(refusal(await gateway.send({ body }))).toEqual(expected);
  });
});

test('brackets and commas inside strings do not count against the limits', async () => {
  const answer = await gateway.rpc(legacy('tools/call', { name: 'echo', arguments: { text: '[{,"\\'.repeat(700) } }));
  expect({ status: answer.status, isError: (answer.body as { result: { isError?: boolean } }).result.isError }).toEqual(
    {
      status: 200,
      isError: undefined,
    },
  );
});

describe('transport', () => {
  const cases: ReadonlyArray<readonly [string, object, number, string, string | undefined]> = [
    ['GET', { method: 'GET' }, 405, 'METHOD_NOT_ALLOWED', 'POST, OPTIONS'],
    ['DELETE', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED', 'POST, OPTIONS'],
    ['text/plain', { headers: { 'content-type': 'text/plain' } }, 415, 'UNSUPPORTED_MEDIA_TYPE', undefined],
    ['an Accept of HTML only', { headers: { accept: 'text/html' } }, 406, 'NOT_ACCEPTABLE', undefined],
    ['more than 1 MB', { body: `"${'x'.repeat(1_048_576)}"` }, 413, 'BODY_TOO_LARGE', undefined],
    ['a foreign web origin', { headers: { origin: 'https://evil.example' } }, 403, 'ORIGIN_NOT_ALLOWED', undefined],
    ['the origin null', { headers: { origin: 'null' } }, 403, 'ORIGIN_NOT_ALLOWED', undefined],
  ];
  test.each(cases)('%s is refused', async (_name, request, status, code, allow) => {
    const answer = await gateway.send({ body: JSON.stringify(legacy('ping')), ...request });
    expect({ status: answer.status, code: refusal(answer).code, allow: answer.headers['allow'] }).toEqual({
      status,
      code,
      allow,
    });
  });

  test('every answer carries the request id and is not stored', async () => {
    const { headers } = await gateway.rpc(legacy('ping'));
    expect(headers).toEqual({
      'content-type': 'application/json',
      'x-request-id': 'request-1',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      vary: 'Origin',
    });
  });

  test('a preflight from an allowed origin is answered without a token, also for Mcp-Param headers', async () => {
    const answer = await gateway.send({
      method: 'OPTIONS',
      headers: {
        origin: 'https://claude.ai',
        'access-control-request-headers': 'authorization, mcp-param-region, x-evil',
      },
    });
    expect(answer).toEqual({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://claude.ai',
        'access-control-expose-headers':
          'WWW-Authenticate, MCP-Protocol-Version, Mcp-Session-Id, Retry-After, X-Request-Id, X-Gatehouse-Audit',
        vary: 'Origin',
        allow: 'POST, OPTIONS',
        'access-control-allow-methods': 'POST, OPTIONS',
        'access-control-allow-headers':
          'authorization, content-type, accept, mcp-protocol-version, mcp-method, mcp-name, mcp-session-id, last-event-id, mcp-param-region',
        'access-control-max-age': '7200',
        'x-content-type-options': 'nosniff',
      },
      body: undefined,
    });
  });

  test('a preflight from another origin gets no permission', async () => {
    const answer = await gateway.send({ method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    expect(answer.headers).toEqual({
      allow: 'POST, OPTIONS',
      vary: 'Origin',
      'x-content-type-options': 'nosniff',
    });
  });
});

describe('the legacy era', () => {
  test.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2024-11-05'],
    ['1999-01-01', '2025-11-25'],
    [MODERN, '2025-11-25'],
  ])('initialize with %s negotiates %s', async (asked, agreed) => {
    const { status, body } = await gateway.rpc(handshake(asked));
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        jsonrpc: '2.0',
        id: 1,
        result: {
          protocolVersion: agreed,
          capabilities: { tools: {} },
          serverInfo: { name: 'gatehouse', version: '0.0.0' },
          instructions: expect.any(String),
        },
      },
    });
  });

  test('ping is answered with an empty result and the very id', async () => {
    expect((await gateway.rpc(legacy('ping', {}, 'id-é'))).body).toEqual({ jsonrpc: '2.0', id: 'id-é', result: {} });
  });

  test.each(['notifications/initialized', 'notifications/cancelled', 'tools/call'])(
    'the notification %s is accepted and runs nothing',
    async (method) => {
      const before = (await gateway.trail()).length;
      const answer = await gateway.rpc({ jsonrpc: '2.0', method, params: { name: 'echo', arguments: { text: 'x' } } });
      expect({ status: answer.status, body: answer.body, trail: (await gateway.trail()).length }).toEqual({
        status: 202,
        body: undefined,
        trail: before,
      });
    },
  );

  test('a posted response is accepted and dropped', async () => {
    expect((await gateway.rpc({ jsonrpc: '2.0', id: 1, result: {} })).status).toBe(202);
  });

  test.each(['server/discover', 'no/such', 'toString', '__proto__'])(
    '%s is an unknown method, in band',
    async (method) => {
      expect(refusal(await gateway.rpc(legacy(method)))).toEqual({
        status: 200,
        id: 1,
        rpc: -32601,
        code: 'METHOD_NOT_FOUND',
      });
    },
  );

  test('an unknown version header is refused with what is served', async () => {
    const answer = await gateway.rpc(legacy('ping'), { headers: { 'mcp-protocol-version': '1999-01-01' } });
    expect(refusal(answer)).toEqual({ status: 400, id: 1, rpc: -32022, code: 'UNSUPPORTED_PROTOCOL_VERSION' });
  });

  test('results carry none of the modern members', async () => {
    const { body } = await gateway.rpc(legacy('tools/list'));
    expect(Object.keys((body as { result: object }).result)).toEqual(['tools']);
  });
});

describe('the modern era', () => {
  const send = (message: object, headers: Record<string, string>) => gateway.rpc(message, { headers });
  const serverInfo = { 'io.modelcontextprotocol/serverInfo': { name: 'gatehouse', version: '0.0.0' } };

  test('server/discover says what is served', async () => {
    expect((await send(modern('server/discover'), modernHeaders('server/discover'))).body).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        resultType: 'complete',
        supportedVersions: [MODERN],
        capabilities: { tools: {}, logging: {} },
        instructions: expect.any(String),
        ttlMs: 60_000,
        cacheScope: 'private',
        _meta: serverInfo,
      },
    });
  });

  test('a tool call carries resultType and no cache hints', async () => {
    const call = modern('tools/call', { name: 'echo', arguments: { text: 'hi' } }, 'a');
    expect((await send(call, modernHeaders('tools/call', 'echo'))).body).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      result: {
        resultType: 'complete',
        content: [{ type: 'text', text: '{"text":"hi"}' }],
        structuredContent: { text: 'hi' },
        _meta: serverInfo,
      },
    });
  });

  test('a name outside ASCII may come base64 in Mcp-Name', async () => {
    const name = `=?base64?${Buffer.from('echo').toString('base64')}?=`;
    const call = modern('tools/call', { name: 'echo', arguments: { text: 'hi' } });
    expect((await send(call, modernHeaders('tools/call', name))).status).toBe(200);
  });

  test.each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'subscriptions/listen', 'prompts/list'])(
    '%s does not exist here',
    async (method) => {
      const answer = await send(modern(method), modernHeaders(method));
      expect(refusal(answer)).toEqual({ status: 404, id: 1, rpc: -32601, code: 'METHOD_NOT_FOUND' });
    },
  );

  const list = modernHeaders('tools/list');
  const mismatch = { status: 400, id: 1, rpc: -32020, code: 'HEADER_MISMATCH' };
  const envelope = { status: 400, id: 1, rpc: -32602, code: 'INVALID_ENVELOPE' };
  const { 'mcp-protocol-version': _version, ...withoutVersion } = list;
  const { 'mcp-method': _method, ...withoutMethod } = list;
  const call = modern('tools/call', { name: 'echo', arguments: { text: 'hi' } });
  const cases: ReadonlyArray<readonly [string, object, Record<string, string>, object]> = [
    ['without a version header', modern('tools/list'), withoutVersion, mismatch],
    ['without Mcp-Method', modern('tools/list'), withoutMethod, mismatch],
    [
      'with another version in the header',
      modern('tools/list'),
      { ...list, 'mcp-protocol-version': '2025-11-25' },
      mismatch,
    ],
    ['with another method in the header', modern('tools/list'), modernHeaders('tools/call'), mismatch],
    ['without Mcp-Name', call, modernHeaders('tools/call'), mismatch],
    ['with another name in the header', call, modernHeaders('tools/call', 'whoami'), mismatch],
    ['with broken base64 in Mcp-Name', call, modernHeaders('tools/call', '=?base64?%%?='), mismatch],
    ['with a modern header and no claim', legacy('tools/list'), list, envelope],
    ['with initialize and a modern header', legacy('initialize', { protocolVersion: MODERN }), list, mismatch],
  ];
  test.each(cases)('a request %s is refused', async (_name, message, headers, expected) => {
    expect(refusal(await send(message, headers))).toEqual(expected);
  });

  test('a claim without capabilities is refused', async () => {
    const message = legacy('tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN } });
    expect(refusal(await send(message, list))).toEqual(envelope);
  });

  test('a revision that is not served is refused with those that are', async () => {
    const message = modern('tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2027-01-01' } });
    const { status, body } = await send(message, { ...list, 'mcp-protocol-version': '2027-01-01' });
    const { error } = body as { error: { code: number; data: Record<string, unknown> } };
    expect({
      status,
      code: error.code,
      supported: error.data['supported'],
      requested: error.data['requested'],
    }).toEqual({
      status: 400,
      code: -32022,
      supported: [MODERN],
      requested: '2027-01-01',
    });
  });
});

describe('parameters', () => {
  const invalid = { status: 200, id: 1, rpc: -32602, code: 'INVALID_PARAMS' };
  test.each([
    ['tools/call without a name', legacy('tools/call', {}), invalid],
    ['tools/call with a number as name', legacy('tools/call', { name: 5 }), invalid],
    ['tools/call with an array of arguments', legacy('tools/call', { name: 'echo', arguments: [] }), invalid],
    ['tools/list with a cursor nobody gave out', legacy('tools/list', { cursor: 'x' }), invalid],
    ['initialize without a version', legacy('initialize', {}), invalid],
  ])('%s is refused in band', async (_name, message, expected) => {
    expect(refusal(await gateway.rpc(message))).toEqual(expected);
  });

  test('an empty cursor is the first page', async () => {
    expect((await gateway.rpc(legacy('tools/list', { cursor: '' }))).status).toBe(200);
  });
});

test('repeated Authorization headers, joined by API Gateway, are a malformed header', async () => {
  const answer = await raw(JSON.stringify(legacy('ping')), { authorization: 'Bearer a,Bearer b' });
  expect(refusal(answer)).toEqual({ status: 400, id: 1, rpc: 40002, code: 'INVALID_AUTH_HEADER' });
});
