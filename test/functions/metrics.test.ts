import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { createLog } from '../../shared/core/logger.ts';
import { METRICS } from '../../shared/core/metrics.ts';
import { deployed } from '../../shared/registry/index.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

type Line = Readonly<Record<string, unknown>> & {
  readonly _aws?: { readonly CloudWatchMetrics: ReadonlyArray<{ readonly Dimensions: string[][] }> };
};

const callOf = (name: string, args: object = {}, more: object = {}) =>
  legacy('tools/call', { name, arguments: args, ...more });
const echo = callOf('echo', { text: 'hi' });

/** The lines that the deployed logger writes while `work` runs. Each stage of a call takes 1.5 ms here. */
async function linesOf(
  work: (gateway: TestGateway) => Promise<unknown>,
  options: TestGatewayOptions = {},
): Promise<readonly Line[]> {
  const written: string[] = [];
  const keep = (chunk: unknown) => written.push(String(chunk)) > 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
  let ticks = 0;
  const timer = () => {
    ticks += 1.5;
    return ticks;
  };
  try {
    await work(createTestGateway(database, { log: createLog('gatehouse-mcp', 'Gatehouse'), timer, ...options }));
  } finally {
    jest.restoreAllMocks();
  }
  return written
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

/** One log line as CloudWatch reads it: its metrics and dimensions, with the directive that declares them. */
function emfOf(line: Line | undefined) {
  const { _aws, stack, service, tool, code, dependency, event } = line ?? {};
  const dimensions = { stack, service, tool, code, dependency, event };
  const values = Object.values(METRICS).flatMap((name) => (line && name in line ? [[name, line[name]]] : []));
  return { _aws, dimensions, values: Object.fromEntries(values) };
}

const directive = (dimensions: readonly string[][], ...metrics: readonly string[]) => ({
  Namespace: 'Gatehouse',
  Dimensions: dimensions,
  Metrics: metrics.map((Name) => ({ Name })),
});
const emf = (...directives: readonly object[]) => ({ Timestamp: expect.any(Number), CloudWatchMetrics: directives });
const byFunction = [['stack', 'service']];
const by = (dimension: string) => [['stack'], ['stack', dimension]];
const GATEHOUSE = { stack: 'Gatehouse', service: 'gatehouse-mcp' };
const STAGES = ['verifyMs', 'identityMs', 'intentMs', 'executeMs', 'outcomeMs'];
const TIMES = { verifyMs: 1.5, identityMs: 1.5, intentMs: 1.5, executeMs: 1.5, outcomeMs: 1.5 };

describe('the line of a request is its metrics', () => {
  test('a first call: cold start, latency in all and by stage, and the call by its tool', async () => {
    const lines = await linesOf((gateway) => gateway.rpc(echo));
    expect(lines.map(emfOf)).toEqual([
      {
        _aws: emf(directive(byFunction, 'latencyMs', 'coldStarts', ...STAGES), directive(by('tool'), 'calls')),
        dimensions: { ...GATEHOUSE, tool: 'echo' },
        values: { latencyMs: 0, coldStarts: 1, calls: 1, ...TIMES },
      },
    ]);
  });

  test('the next call is warm', async () => {
    const lines = await linesOf(async (gateway) => {
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
    const lines = await linesOf((gateway) => gateway.rpc(callOf('echo', { wrong: 1 })));
    expect(emfOf(lines[0])).toMatchObject({
      _aws: emf(expect.anything(), directive(by('tool'), 'calls', 'failedCalls')),
      values: { calls: 1, failedCalls: 1 },
    });
  });

  test('a denial is counted by its code and is no call', async () => {
    const lines = await linesOf(async (gateway) =>
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
    const lines = await linesOf((gateway) => gateway.rpc(echo, { token }));
    expect({ lines: lines.map(emfOf), items: (await database.dump()).length - before }).toEqual({
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
    const lines = await linesOf(async (gateway) => {
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

describe('a dependency that fails is counted by its name, once a failure', () => {
  const failing = (event: string, line: Line) => line['message'] === event;

  test('the user table', async () => {
    const lines = await linesOf((gateway) => gateway.rpc(echo), {
      dynamo: (real) => ({ ...real, get: () => Promise.reject(new RangeError('down')) }),
    });
    const found = lines.filter((line) => failing('dependency.failed', line));
    expect(found.map((line) => ({ ...emfOf(line), error: line['error'] }))).toEqual([
      {
        _aws: emf(directive(by('dependency'), 'dependencyErrors')),
        dimensions: { ...GATEHOUSE, dependency: 'identities' },
        values: { dependencyErrors: 1 },
        error: 'RangeError',
      },
    ]);
  });

  test('the state table, that a tool uses, with the reason why it throttles', async () => {
    const throttled = Object.assign(new Error('slow down'), {
      name: 'ThrottlingException',
      throttlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded' }],
    });
    const tool = defineTool({
      name: 'counter',
      title: 'T',
      description: 'd',
      scopes: [],
      input: z.strictObject({}),
      output: z.strictObject({}),
      annotations: {},
      run: async (_input, { store }) => {
        await store.put('a', { n: 1 });
        return {};
      },
    });
    const lines = await linesOf((gateway) => gateway.rpc(callOf('counter')), {
      tools: [...deployed.tools, tool],
      dynamo: (real) => ({ ...real, put: () => Promise.reject(throttled) }),
    });
    expect(
      lines
        .filter((line) => failing('dependency.failed', line))
        .map(({ dependency, error, throttled: why, dependencyErrors }) => [dependency, error, why, dependencyErrors]),
    ).toEqual([['state', 'ThrottlingException', 'TableWriteKeyRangeThroughputExceeded', 1]]);
  });

  test('an outcome that cannot be written is an error of the audit table and an alarm', async () => {
    const lines = await linesOf((gateway) => gateway.rpc(echo), {
      dynamo: (real) => ({
        ...real,
        putIfAbsent: async (table, item) =>
          item.sk.endsWith('#1') ? Promise.reject(new Error('down')) : real.putIfAbsent(table, item),
      }),
    });
    const counted = lines.filter(({ message }) => message !== 'request' && message !== 'refused').map(emfOf);
    expect(counted).toEqual([
      {
        _aws: emf(directive(by('dependency'), 'dependencyErrors')),
        dimensions: { ...GATEHOUSE, dependency: 'audit' },
        values: { dependencyErrors: 1 },
      },
      {
        _aws: emf(directive(by('event'), 'alarms')),
        dimensions: { ...GATEHOUSE, event: 'audit.outcome_fallback' },
        values: { alarms: 1 },
      },
    ]);
  });

  test('signing keys and discovery', async () => {
    const lines = await linesOf(async (gateway) => {
      gateway.issuer.fail();
      await gateway.rpc(echo);
      await gateway.send({ method: 'GET', path: '/.well-known/oauth-authorization-server' });
    });
    const counted = lines.filter(({ dependencyErrors }) => dependencyErrors !== undefined);
    expect(new Set(counted.map(({ dependency }) => dependency))).toEqual(new Set(['discovery', 'jwks']));
  });
});

test('nothing that a client sends reaches a dimension: every value is one of ours', async () => {
  const lines = await linesOf(async (gateway) => {
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
  const lines = await linesOf(async (gateway) => {
    await gateway.rpc(echo);
    await gateway.rpc(echo, { token: undefined });
    await gateway.rpc(callOf('nope'));
  });
  expect(lines.map(({ message }) => message)).toEqual(['request', 'request', 'request']);
});
