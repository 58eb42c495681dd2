import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineTool, ToolError } from '../../shared/tools/define-tool.ts';
import { ISSUER, RESOURCE, testConfig } from '../support/config.ts';
import { shipped } from '../support/shipped.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

const databases: TestDatabase[] = [];
let database: TestDatabase;
let gateway: TestGateway;
beforeEach(async () => {
  database = await startDatabase();
  databases.push(database);
  gateway = createTestGateway(database);
});
afterAll(() => Promise.all(databases.map(({ stop }) => stop())));

const METADATA = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"';
const callOf = (name: unknown, args: object = {}) => legacy('tools/call', { name, arguments: args });
const echo = callOf('echo', { text: 'hi' });

async function recorded(from: TestGateway = gateway) {
  return (await from.trail()).map(({ subject, tool, decision, outcome, detail }) => [
    subject,
    tool,
    decision,
    outcome,
    detail,
  ]);
}

function codeOf({ body }: Answer): string {
  return (body as { error: { data: { code: string } } }).error.data.code;
}

const base = {
  title: 'T',
  description: 'd',
  input: z.strictObject({}),
  output: z.strictObject({ ok: z.boolean() }),
  annotations: { readOnlyHint: true },
};

describe('who may call', () => {
  test('without a token: 401, a challenge without error, and nothing recorded', async () => {
    const answer = await gateway.rpc(echo, { token: undefined });
    expect({
      status: answer.status,
      challenge: answer.headers['www-authenticate'],
      code: codeOf(answer),
      rows: await recorded(),
    }).toEqual({
      status: 401,
      challenge: `Bearer ${METADATA}, scope="starter.echo starter.whoami"`,
      code: 'NO_AUTH',
      rows: [],
    });
  });

  test('with an expired token: 401 with the reason in the challenge, and nothing recorded', async () => {
    const token = await gateway.token({ exp: gateway.time.now / 1000 - 120 });
    const answer = await gateway.rpc(echo, { token });
    expect({
      status: answer.status,
      challenge: answer.headers['www-authenticate'],
      code: codeOf(answer),
      rows: await recorded(),
    }).toEqual({
      status: 401,
      challenge: `Bearer error="invalid_token", error_description="token expired", ${METADATA}, scope="starter.echo starter.whoami"`,
      code: 'TOKEN_EXPIRED',
      rows: [],
    });
  });

  test('without the scope: 403, a challenge that keeps what the token has, and a denial', async () => {
    const answer = await gateway.rpc(echo, { token: await gateway.token({ scope: 'starter.whoami other.scope' }) });
    expect({ status: answer.status, challenge: answer.headers['www-authenticate'], rows: await recorded() }).toEqual({
      status: 403,
      challenge: `Bearer error="insufficient_scope", scope="starter.echo starter.whoami", ${METADATA}, error_description="the token lacks a scope this tool needs"`,
      rows: [['alice', 'echo', 'denied', 'INSUFFICIENT_SCOPE', 'scope_missing']],
    });
  });

  test('ChatGPT gets the same refusal as a tool result with the challenge inside, and the record is the same', async () => {
    const message = legacy('tools/call', {
      name: 'echo',
      arguments: { text: 'x' },
      _meta: { 'openai/userAgent': 'ChatGPT' },
    });
    const answer = await gateway.rpc(message, { token: await gateway.token({ scope: 'starter.whoami' }) });
    const { result } = answer.body as { result: { isError: boolean; _meta: Record<string, string[]> } };
    expect({
      status: answer.status,
      isError: result.isError,
      challenge: result._meta['mcp/www_authenticate'],
      rows: await recorded(),
    }).toEqual({
      status: 200,
      isError: true,
      challenge: [expect.stringContaining('error="insufficient_scope"')],
      rows: [['alice', 'echo', 'denied', 'INSUFFICIENT_SCOPE', 'scope_missing']],
    });
  });

  test.each(['toString', '__proto__', 'constructor', 'hasOwnProperty', 'nope', ''])(
    'the unknown tool %p is refused in band and recorded without its name',
    async (name) => {
      const answer = await gateway.rpc(callOf(name));
      expect({ status: answer.status, code: codeOf(answer), rows: await recorded() }).toEqual({
        status: 200,
        code: 'UNKNOWN_TOOL',
        rows: [['alice', '(unknown)', 'denied', 'UNKNOWN_TOOL', 'no_such_tool']],
      });
    },
  );

  test('an unknown user under provisioning=deny: 403, recorded, and nobody created', async () => {
    const strict = createTestGateway(database, { config: testConfig({ provisioning: 'deny' }) });
    const answer = await strict.rpc(echo);
    expect({ status: answer.status, code: codeOf(answer), rows: await recorded(strict) }).toEqual({
      status: 403,
      code: 'ACCOUNT_UNKNOWN',
      rows: [['alice', 'echo', 'denied', 'ACCOUNT_UNKNOWN', 'not_provisioned']],
    });
    const token = await strict.token();
    const report = await strict.send({
      method: 'GET',
      path: '/debug-token',
      headers: { authorization: `Bearer ${token}` },
    });
    expect((report.body as { uid: unknown }).uid).toBeNull();
  });

  test('a user disabled between two calls is refused at the second', async () => {
    await gateway.rpc(echo);
    const [row] = await gateway.trail();
    const key = { pk: `USER#${row!.uid}`, sk: 'USER' };
    const item = await database.dynamo.get(database.identities, key);
    await database.dynamo.put(database.identities, { ...item, ...key, status: 'disabled' });
    gateway.time.now += 1;
    const answer = await gateway.rpc(echo);
    expect({ status: answer.status, code: codeOf(answer), rows: await recorded() }).toEqual({
      status: 403,
      code: 'ACCOUNT_DISABLED',
      rows: [
        ['alice', 'echo', 'denied', 'ACCOUNT_DISABLED', 'account_disabled'],
        ['alice', 'echo', 'allowed', 'ok', null],
      ],
    });
  });

  test('while the keys cannot be had: 503 with Retry-After, and the token stays good', async () => {
    const fresh = createTestGateway(database);
    fresh.issuer.fail();
    const answer = await fresh.rpc(echo);
    fresh.issuer.recover();
    fresh.time.now += 31_000;
    expect({
      status: answer.status,
      code: codeOf(answer),
      retry: answer.headers['retry-after'],
      later: (await fresh.rpc(echo)).status,
    }).toEqual({ status: 503, code: 'KEYS_UNAVAILABLE', retry: '5', later: 200 });
  });
});

describe('whoami', () => {
  test('tells the user, and how that was proven', async () => {
    const { body } = await gateway.rpc(callOf('whoami'));
    const now = Math.floor(gateway.time.now / 1000);
    expect((body as { result: { structuredContent: unknown } }).result.structuredContent).toEqual({
      uid: expect.stringMatching(/^usr_[0-9A-HJKMNP-TV-Z]{26}$/),
      subject: 'alice',
      issuer: ISSUER,
      scopes: ['starter.echo', 'starter.whoami'],
      clientId: 'test-client',
      provenBy: {
        method: 'signed access token',
        audience: [RESOURCE],
        issuedAt: new Date((now - 10) * 1000).toISOString(),
        expiresAt: new Date((now + 600) * 1000).toISOString(),
      },
    });
  });
});

describe('the list', () => {
  test('shows schemas both ways, annotations and the scopes in wire names', async () => {
    const { body } = await gateway.rpc(legacy('tools/list'));
    const schemes = [{ type: 'oauth2', scopes: ['starter.echo'] }];
    expect((body as { result: { tools: unknown[] } }).result.tools[0]).toEqual({
      name: 'echo',
      title: 'Echo',
      description: expect.any(String),
      inputSchema: {
        type: 'object',
        properties: { text: { type: 'string', minLength: 1, maxLength: 4000, description: 'What to send back' } },
        required: ['text'],
        additionalProperties: false,
      },
      outputSchema: {
        type: 'object',
        properties: { text: { type: 'string' } },
        required: ['text'],
        additionalProperties: false,
      },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      securitySchemes: schemes,
      _meta: { securitySchemes: schemes },
    });
  });

  test('hides a tool whose role the user lacks, and calling it answers like an unknown one', async () => {
    const admin = defineTool({ ...base, name: 'admin', scopes: [], roles: ['admin'], run: () => ({ ok: true }) });
    const own = createTestGateway(database, { tools: [...shipped.tools, admin] });
    const names = async (claims: object) => {
      const { body } = await own.rpc(legacy('tools/list'), { token: await own.token(claims) });
      return (body as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);
    };
    const refused = await own.rpc(callOf('admin'));
    const unknown = await own.rpc(callOf('nope'));
    expect({
      plain: await names({}),
      admin: await names({ roles: ['admin'] }),
      sameAnswer: JSON.stringify(refused.body) === JSON.stringify(unknown.body),
      allowed: (await own.rpc(callOf('admin'), { token: await own.token({ roles: ['admin'] }) })).status,
    }).toEqual({ plain: ['echo', 'whoami'], admin: ['echo', 'whoami', 'admin'], sameAnswer: true, allowed: 200 });
  });
});

describe('the trail comes first', () => {
  test('an intent that cannot be written: 503, and the tool did not run', async () => {
    let runs = 0;
    const counted = defineTool({ ...base, name: 'counted', scopes: [], run: () => ({ ok: ++runs > 0 }) });
    const broken = createTestGateway(database, {
      tools: [counted],
      dynamo: (real) => ({
        ...real,
        putIfAbsent: async (table, item) =>
          table === database.audit ? Promise.reject(new Error('down')) : real.putIfAbsent(table, item),
      }),
    });
    const answer = await broken.rpc(callOf('counted'));
    expect({ status: answer.status, code: codeOf(answer), retry: answer.headers['retry-after'], runs }).toEqual({
      status: 503,
      code: 'AUDIT_UNAVAILABLE',
      retry: '5',
      runs: 0,
    });
  });

  test('an outcome that cannot be written: 500 that says the tool ran, and the record is in the log', async () => {
    const broken = createTestGateway(database, {
      dynamo: (real) => ({
        ...real,
        putIfAbsent: async (table, item) =>
          item.sk.endsWith('#1') ? Promise.reject(new Error('down')) : real.putIfAbsent(table, item),
      }),
    });
    const answer = await broken.rpc(echo);
    expect({
      status: answer.status,
      code: codeOf(answer),
      rows: await recorded(broken),
      fallback: broken.lines.filter(({ event }) => event === 'audit.fallback').length,
    }).toEqual({
      status: 500,
      code: 'OUTCOME_NOT_RECORDED',
      rows: [['alice', 'echo', 'allowed', 'open', null]],
      fallback: 1,
    });
  });

  test('nor does an answer that is too large to send hide that its outcome is lost', async () => {
    const large = defineTool({
      ...base,
      name: 'large',
      scopes: ['starter.echo'],
      output: z.strictObject({ text: z.string() }),
      run: () => ({ text: 'x'.repeat(5_000_000) }),
    });
    const broken = createTestGateway(database, {
      tools: [large],
      dynamo: (real) => ({
        ...real,
        putIfAbsent: async (table, item) =>
          item.sk.endsWith('#1') ? Promise.reject(new Error('down')) : real.putIfAbsent(table, item),
      }),
    });
    const answer = await broken.rpc(callOf('large'));
    expect([answer.status, codeOf(answer), await recorded(broken)]).toEqual([
      500,
      'OUTCOME_NOT_RECORDED',
      [['alice', 'large', 'allowed', 'open', null]],
    ]);
  });

  test('the text of an error that looks like a stack is not logged', async () => {
    const failing = createTestGateway(database, {
      dynamo: (real) => ({ ...real, get: () => Promise.reject(new Error('a\n    at SECRET (b)\n    at SECRET2')) }),
    });
    await failing.rpc(echo);
    const refused = failing.lines.filter(({ event }) => event === 'refused');
    expect({
      refused: refused.map(({ code, cause, at }) => [code, cause, String(at).startsWith('at ')]),
      leaked: JSON.stringify(failing.lines).includes('SECRET'),
    }).toEqual({ refused: [['IDENTITY_UNAVAILABLE', 'Error', true]], leaked: false });
  });

  test('a user table that cannot be reached: 503, nothing executed, nothing recorded', async () => {
    const broken = createTestGateway(database, {
      dynamo: (real) => ({ ...real, get: () => Promise.reject(new Error('down')) }),
    });
    const answer = await broken.rpc(echo);
    expect({ status: answer.status, code: codeOf(answer), rows: await recorded(broken) }).toEqual({
      status: 503,
      code: 'IDENTITY_UNAVAILABLE',
      rows: [],
    });
  });

  test('lists, pings and initialize are logged and not recorded', async () => {
    await gateway.rpc(legacy('tools/list'));
    await gateway.rpc(legacy('ping'));
    expect(await recorded()).toEqual([]);
  });
});

describe('how a tool ends', () => {
  const failing = [
    defineTool({
      ...base,
      name: 'told',
      scopes: [],
      run: () => {
        throw new ToolError('Pick a date in the future.');
      },
    }),
    defineTool({
      ...base,
      name: 'threw',
      scopes: [],
      run: () => {
        throw new Error('password=hunter2');
      },
    }),
    defineTool({ ...base, name: 'wrong', scopes: [], run: () => ({ ok: 'yes' }) as unknown as { ok: boolean } }),
    defineTool({ ...base, name: 'slow', scopes: [], run: () => new Promise<{ ok: boolean }>(() => undefined) }),
  ];
  const cases: ReadonlyArray<readonly [string, string, object, RegExp, string, number]> = [
    ['a ToolError reaches the model', 'told', {}, /^Pick a date in the future\.$/, 'BACKEND_ERROR', 500],
    [
      'any other error keeps its text',
      'threw',
      {},
      /^The tool threw failed\. Report the request id request-1\.$/,
      'BACKEND_ERROR',
      500,
    ],
    ['an output against its schema is withheld', 'wrong', {}, /does not allow/, 'OUTPUT_INVALID', 500],
    ['a tool over its time is given up', 'slow', {}, /did not finish in time/, 'TOOL_TIMEOUT', 504],
    [
      'an argument against the schema is explained',
      'told',
      { x: 1 },
      /^Invalid arguments for told\. .*"x"/,
      'INVALID_ARGUMENTS',
      400,
    ],
  ];
  test.each(cases)('%s', async (_title, name, args, text, errorType, status) => {
    const own = createTestGateway(database, { tools: failing });
    const authorization = `Bearer ${await own.token()}`;
    // Two seconds are kept for the outcome.
    const request = { headers: { authorization }, remainingMs: 3_000 };
    const mcp = await own.send({ ...request, body: JSON.stringify(callOf(name, args)) });
    const rest = await own.send({ ...request, path: `/tools/${name}`, body: JSON.stringify(args) });
    const { result } = mcp.body as { result: { isError: boolean; content: { text: string }[] } };
    expect({
      mcp: [mcp.status, result.isError, result.content[0]!.text],
      rest: [rest.status, rest.body],
      rows: await recorded(own),
    }).toEqual({
      mcp: [200, true, expect.stringMatching(text)],
      rest: [
        status,
        { ok: false, error: { code: errorType, message: expect.stringMatching(text) }, requestId: 'request-1' },
      ],
      rows: [
        ['alice', name, 'allowed', 'error', errorType],
        ['alice', name, 'allowed', 'error', errorType],
      ],
    });
  });
});

describe('the plain-HTTP door', () => {
  const post = async (path: string, body: string | undefined, claims: object = {}) =>
    gateway.send({
      path,
      headers: { authorization: `Bearer ${await gateway.token(claims)}` },
      ...(body === undefined ? {} : { body }),
    });

  test('answers a call with data, request id, time and uid, and records it', async () => {
    const answer = await post('/tools/echo', '{"text":"hi"}');
    const { uid, ...rest } = answer.body as { uid: string };
    expect({ status: answer.status, rest, rows: await recorded() }).toEqual({
      status: 200,
      rest: { ok: true, data: { text: 'hi' }, requestId: 'request-1', elapsedMs: 0 },
      rows: [['alice', 'echo', 'allowed', 'ok', null]],
    });
    expect((await gateway.trail())[0]!.uid).toBe(uid);
  });

  test('an empty body is no arguments', async () => {
    expect((await post('/tools/whoami', undefined)).status).toBe(200);
  });

  const refused = (code: string) => ({
    ok: false,
    error: { code, message: expect.any(String) },
    requestId: 'request-1',
  });
  test.each([
    ['an unknown tool', '/tools/nope', '{}', {}, 404, 'UNKNOWN_TOOL'],
    ['a name with a slash in it', '/tools/a%2Fb', '{}', {}, 404, 'UNKNOWN_TOOL'],
    ['a missing scope', '/tools/echo', '{"text":"x"}', { scope: '' }, 403, 'INSUFFICIENT_SCOPE'],
    ['arguments that are no object', '/tools/echo', '[]', {}, 400, 'INVALID_REQUEST'],
    ['no JSON', '/tools/echo', '{', {}, 400, 'PARSE_ERROR'],
    ['no tool in the path', '/tools/', '{}', {}, 400, 'NO_TOOL'],
  ])('%s is refused in the one envelope', async (_name, path, body, claims, status, code) => {
    const answer = await post(path, body, claims);
    expect({ status: answer.status, body: answer.body }).toEqual({ status, body: refused(code) });
  });

  test('without a token it sends the same challenge as /mcp', async () => {
    const answer = await gateway.send({ path: '/tools/echo', body: '{}' });
    expect({ status: answer.status, challenge: answer.headers['www-authenticate'], body: answer.body }).toEqual({
      status: 401,
      challenge: `Bearer ${METADATA}, scope="starter.echo starter.whoami"`,
      body: refused('NO_AUTH'),
    });
  });
});

test('one line is logged a request, with uid, tool and decision', async () => {
  await gateway.rpc(echo);
  const [row] = await gateway.trail();
  expect(gateway.lines.filter(({ event }) => event === 'request')).toEqual([
    {
      level: 'info',
      event: 'request',
      route: 'ANY /mcp',
      status: 200,
      door: 'mcp',
      revision: '2025-03-26',
      method: 'tools/call',
      tool: 'echo',
      uid: row!.uid,
      clientId: 'test-client',
      decision: 'allowed',
      latencyMs: 0,
      requestId: 'request-1',
      traceId: undefined,
      code: undefined,
      reason: undefined,
    },
  ]);
});
