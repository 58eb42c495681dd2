import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { by, byFunction, directive, emf, emfOf, GATEHOUSE, linesOf } from '../support/emf.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const callOf = (name: string, args: object = {}, more: object = {}) =>
  legacy('tools/call', { name, arguments: args, ...more });
const echo = callOf('echo', { text: 'hi' });

const STAGES = ['verifyMs', 'identityMs', 'intentMs', 'executeMs', 'outcomeMs'];
const TIMES = { verifyMs: 1.5, identityMs: 1.5, intentMs: 1.5, executeMs: 1.5, outcomeMs: 1.5 };

describe('the line of a request is its metrics', () => {
  test('a first call: cold start, latency in all and by stage, and the call by its tool', async () => {
    const lines = await linesOf(database, (gateway) => gateway.rpc(echo));
    expect(lines.map(emfOf)).toEqual([
      {
        _aws: emf(directive(byFunction, 'latencyMs', 'coldStarts', ...STAGES), directive(by('tool'), 'calls')),
        dimensions: { ...GATEHOUSE, tool: 'echo' },
        values: { latencyMs: 0, coldStarts: 1, calls: 1, ...TIMES },
      },
    ]);
  });

  test('the next call is warm', async () => {
    const lines = await linesOf(database, async (gateway) => {
      await gateway.rpc(echo);
      await gateway.rpc(echo);
    });
    expect(emfOf(lines[1])).toEqual({
      _aws: emf(directive(byFunction, 'latencyMs', ...STAGES), directive(by('tool'), 'calls')),
      dimensions: { ...GATEHOUSE, tool: 'echo' },
      values: { latencyMs: 0, calls: 1, ...TIMES },
    });
  });

  test('a call whose tool fails is a call and a failed one', async () => {
    const lines = await linesOf(database, (gateway) => gateway.rpc(callOf('echo', { wrong: 1 })));
    expect(emfOf(lines[0])).toMatchObject({
      _aws: emf(expect.anything(), directive(by('tool'), 'calls', 'failedCalls')),
      values: { calls: 1, failedCalls: 1 },
    });
  });

  test('a denial is counted by its code and is no call', async () => {
    const lines = await linesOf(database, async (gateway) =>
      gateway.rpc(echo, { token: await gateway.token({ scope: 'starter.whoami' }) }),
    );
    expect(lines.map(emfOf)).toEqual([
      {
        _aws: emf(
          directive(byFunction, 'latencyMs', 'coldStarts', 'verifyMs', 'identityMs'),
          directive(by('code'), 'denials'),
        ),
        dimensions: { ...GATEHOUSE, tool: 'echo', code: 'INSUFFICIENT_SCOPE' },
        values: { latencyMs: 0, coldStarts: 1, verifyMs: 1.5, identityMs: 1.5, denials: 1 },
      },
    ]);
  });

  test.each([
    ['none', undefined, 'NO_AUTH'],
    ['junk', 'a.b.c', 'JWT_VERIFY_FAILED'],
    ['no JWT', 'opaque', 'ACCESS_TOKEN_NOT_JWS'],
  ])('a refused token (%s) is one line, one count by its code, and no item', async (_name, token, code) => {
    const before = (await database.dump()).length;
    const lines = await linesOf(database, (gateway) => gateway.rpc(echo, { token }));
    // The sample of a bad token is no request: test/functions/audit-modes.test.ts.
    const requests = lines.filter(({ message }) => message === 'request');
    expect({ lines: requests.map(emfOf), items: (await database.dump()).length - before }).toEqual({
      lines: [
        {
          _aws: emf(
            directive(byFunction, 'latencyMs', 'coldStarts', 'verifyMs'),
            directive(by('code'), 'authFailures'),
          ),
          dimensions: { ...GATEHOUSE, tool: 'echo', code },
          values: { latencyMs: 0, coldStarts: 1, verifyMs: 1.5, authFailures: 1 },
        },
      ],
      items: 0,
    });
  });

  test('the other functions count latency and cold starts', async () => {
    const lines = await linesOf(database, async (gateway) => {
      await gateway.send({ method: 'GET', path: '/health' });
      await gateway.send({ method: 'GET', path: '/.well-known/oauth-protected-resource' });
    });
    const each = {
      _aws: emf(directive(byFunction, 'latencyMs', 'coldStarts', 'executeMs')),
      dimensions: GATEHOUSE,
      values: { latencyMs: 0, coldStarts: 1, executeMs: 1.5 },
    };
    expect(lines.map(emfOf)).toEqual([each, each]);
  });
});

test('nothing that a client sends reaches a dimension: every value is one of ours', async () => {
  const lines = await linesOf(database, async (gateway) => {
    const headers = { 'x-tool': 'evil', 'mcp-name': 'evil', 'user-agent': 'evil', traceparent: 'evil' };
    const token = await gateway.token({ client_id: 'evil', scope: 'evil', sub: 'evil-user' });
    for (const name of ['evil', '__proto__', 'constructor', '', 'echo'])
      await gateway.rpc(callOf(name, { evil: 'evil' }, { _meta: { traceparent: 'evil', tool: 'evil' } }), {
        headers,
        token,
      });
    for (const method of ['evil', 'tools/list', '__proto__']) await gateway.rpc(legacy(method), { headers, token });
    await gateway.send({ path: '/tools/evil', body: '{"evil":1}', headers });
    await gateway.send({ path: '/evil', method: 'GET', headers });
    await gateway.rpc(echo, { token: 'evil.evil.evil', headers });
    await gateway.send({ body: 'evil' });
  });
  const used = lines.flatMap((line) =>
    (line._aws?.CloudWatchMetrics ?? []).flatMap(({ Dimensions }) =>
      Dimensions.flat().map((name) => `${name}=${String(line[name])}`),
    ),
  );
  expect(new Set(used)).toEqual(
    new Set([
      'stack=Gatehouse',
      'service=gatehouse-mcp',
      'code=UNKNOWN_TOOL',
      'code=INSUFFICIENT_SCOPE',
      'code=NO_AUTH',
      'code=JWT_VERIFY_FAILED',
    ]),
  );
});

test('one request is one write to the log', async () => {
  const lines = await linesOf(database, async (gateway) => {
    await gateway.rpc(echo);
    await gateway.rpc(echo, { token: undefined });
    await gateway.rpc(callOf('nope'));
  });
  expect(lines.map(({ message }) => message)).toEqual(['request', 'request', 'request']);
});
