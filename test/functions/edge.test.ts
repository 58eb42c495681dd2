import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHandler } from '../../functions/discovery/handler.ts';
import { testConfig } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { createIssuer } from '../support/issuer.ts';
import { captureLog } from '../support/log.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const CURRENT = 'c'.repeat(48);
const NEXT = 'n'.repeat(48);
const locked = () => createTestGateway(database, { env: { EDGE_SECRETS: `${CURRENT},${NEXT}` } });
const echo = legacy('tools/call', { name: 'echo', arguments: { text: 'x' } });

test.each([
  ['no secret', undefined],
  ['a wrong one', 'x'.repeat(48)],
  ['a beginning of it', CURRENT.slice(0, 47)],
  ['more than it', `${CURRENT}c`],
  ['both at once', `${CURRENT},${NEXT}`],
  ['nothing', ''],
])('a request past the edge with %s is 403 on every route, even with a good token', async (_name, secret) => {
  const gateway = locked();
  const headers: Record<string, string> = secret === undefined ? {} : { 'x-gatehouse-edge': secret };
  const answers = [
    await gateway.rpc(echo, { headers }),
    await gateway.send({ path: '/tools/echo', body: '{}', headers }),
    await gateway.send({ path: '/health', method: 'GET', headers }),
    await gateway.send({ path: '/.well-known/oauth-protected-resource', method: 'GET', headers }),
  ];
  const codes = gateway.lines.filter(({ event }) => event === 'request').map(({ code }) => code);
  expect([answers.map(({ status }) => status), codes, await gateway.trail()]).toEqual([
    [403, 403, 403, 403],
    ['EDGE_REQUIRED', 'EDGE_REQUIRED', 'EDGE_REQUIRED', 'EDGE_REQUIRED'],
    [],
  ]);
});

test('a batch past the edge is refused as a whole', async () => {
  const gateway = locked();
  const { status, body } = await gateway.rpc([echo, { ...echo, id: 2 }]);
  const { error } = body as { error: { data: { code: string } } };
  expect([status, error.data.code, gateway.lines.filter(({ event }) => event === 'request').length]).toEqual([
    403,
    'EDGE_REQUIRED',
    1,
  ]);
});

test.each([
  ['the current secret', CURRENT],
  ['the next one', NEXT],
])('a request with %s passes and still needs a token', async (_name, secret) => {
  const gateway = locked();
  const headers = { 'x-gatehouse-edge': secret };
  const answers = [await gateway.rpc(echo, { headers }), await gateway.rpc(echo, { headers, token: undefined })];
  expect(answers.map(({ status }) => status)).toEqual([200, 401]);
});

test('the recorded address is the one that the edge saw, and never one that a client claims past it', async () => {
  const edge = { EDGE_SECRETS: CURRENT };
  const secret = { 'x-gatehouse-edge': CURRENT };
  expect([
    await recordedAddresses({ ...secret, 'x-gatehouse-viewer': '2001:db8::7' }, edge),
    await recordedAddresses({ ...secret, 'x-gatehouse-viewer': '1.2.3.4, 5.6.7.8' }, edge),
    await recordedAddresses({ 'x-gatehouse-viewer': '203.0.113.9' }, {}),
  ]).toEqual([['2001:db8::7'], ['192.0.2.1'], ['192.0.2.1']]);
});

/** Of one call, which is the only one in a database of its own. */
async function recordedAddresses(headers: Record<string, string>, env: Record<string, string>) {
  const own = await startDatabase();
  await createTestGateway(own, { env }).rpc(echo, { headers });
  const items = (await own.dump()) as ReadonlyArray<Record<string, { readonly S?: string } | undefined>>;
  await own.stop();
  return [...new Set(items.flatMap(({ sourceIp }) => (sourceIp === undefined ? [] : [sourceIp.S])))];
}

test.each(['', 'short', `${CURRENT},`, '{{resolve}}'])('a function with the secret %p does not start', (secret) => {
  const ports = {
    clock: () => 0,
    log: captureLog().log,
    getJson: createIssuer('https://login.example.com').getJson,
    dynamo: database.dynamo,
  };
  const env = { GATEHOUSE_CONFIG: JSON.stringify(testConfig()), EDGE_SECRETS: secret };
  expect(() => createHandler(env, ports)).toThrow('EDGE_SECRETS holds no secret');
});
