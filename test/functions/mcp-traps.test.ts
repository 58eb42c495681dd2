import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { synthGateway } from '../../infra/synth.ts';
import { testConfig } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy, modern, modernHeaders } from '../support/messages.ts';
import { callModern } from '../support/modern-client.ts';

/** What servers of this protocol get wrong again and again, one test each. */
let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database);
});
afterAll(() => database.stop());

const PRM = '/.well-known/oauth-protected-resource';
const fetchDocument = async (path: string, from = gateway, headers = {}) =>
  (await from.send({ method: 'GET', path, headers })).body as Record<string, unknown>;
const challengeOf = ({ headers }: Answer) => headers['www-authenticate'] ?? '';
const unauthorized = (headers = {}) => gateway.rpc(legacy('ping'), { token: undefined, headers });

test('1 the resource is one configured text, whatever Host the request names', async () => {
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
  const resources = [await fetchDocument(PRM, gateway, headers), await fetchDocument(`${PRM}/mcp`, gateway, headers)];
  expect({
    resources: resources.map(({ resource }) => resource),
    evil: challengeOf(await unauthorized(headers)).includes('evil'),
  }).toEqual({ resources: ['https://mcp.example.com/mcp', 'https://mcp.example.com/mcp'], evil: false });
});

test.each(['https://acme.eu.auth0.com/', 'https://login.example.com'])(
  '2 the issuer %s is listed byte for byte',
  async (issuer) => {
    const other = createTestGateway(database, { config: testConfig({ idp: { issuer } }) });
    expect((await fetchDocument(PRM, other))['authorization_servers']).toEqual([issuer]);
  },
);

test('3 the stage is $default, and no authorizer answers 401 by itself', () => {
  const context = { environment: 'dev', idp: 'oidc', issuer: 'https://login.example.com' };
  const { Resources } = synthGateway({ context, bundling: false }).template;
  const all = (type: string) => Object.values(Resources).filter(({ Type }) => Type === `AWS::ApiGatewayV2::${type}`);
  expect({
    stages: all('Stage').map(({ Properties }) => Properties?.['StageName']),
    authorizers: all('Authorizer').length,
    authorization: all('Route').map(({ Properties }) => Properties?.['AuthorizationType']),
  }).toEqual({ stages: ['$default'], authorizers: 0, authorization: all('Route').map(() => 'NONE') });
});

test('4 no stream is offered: GET is 405 although it asks for one', async () => {
  const { status, headers } = await gateway.send({ method: 'GET', headers: { accept: 'text/event-stream' } });
  expect([status, headers['allow'], headers['content-type']]).toEqual([405, 'POST, OPTIONS', 'application/json']);
});

test('5 a browser may read the challenge and send every header of the protocol', async () => {
  const origin = { origin: 'https://claude.ai' };
  const exposed = (await unauthorized(origin)).headers['access-control-expose-headers'];
  const preflight = await gateway.send({
    method: 'OPTIONS',
    headers: { ...origin, 'access-control-request-headers': 'authorization,mcp-method,mcp-name,mcp-param-region' },
  });
  const allowed = preflight.headers['access-control-allow-headers'] ?? '';
  expect({
    exposed: exposed?.includes('WWW-Authenticate'),
    allowed: ['authorization', 'mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-param-region'].every((name) =>
      allowed.split(', ').includes(name),
    ),
  }).toEqual({ exposed: true, allowed: true });
});

test('6 OPTIONS needs no token on any route', async () => {
  const paths = ['/mcp', '/tools/echo', PRM, '/debug-token', '/'];
  const answers = await Promise.all(paths.map((path) => gateway.send({ method: 'OPTIONS', path })));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 204));
});

test('7 a first probe without a token is 401 and no failure, since 5xx and 403 end a client for good', async () => {
  const answer = await gateway.rpc(modern('server/discover'), {
    token: undefined,
    headers: modernHeaders('server/discover'),
  });
  expect(answer.status).toBe(401);
});

test('8 a legacy client is never answered 404, and a modern 404 carries the id', async () => {
  const names = ['no/such', 'resources/read', 'prompts/get'];
  const old = await Promise.all(names.map((method) => gateway.rpc(legacy(method))));
  const now = await gateway.rpc(modern('no/such', {}, 'x'), { headers: modernHeaders('no/such') });
  expect([old.map(({ status }) => status), now.status, (now.body as { id: unknown }).id]).toEqual([
    [200, 200, 200],
    404,
    'x',
  ]);
});

test('9 Mcp-Name is decoded before it is compared, and compared case by case', async () => {
  const call = (name: string) =>
    callModern(gateway, 'tools/call', { name: 'echo', arguments: { text: 'x' } }, { headers: { 'mcp-name': name } });
  const names = ['=?base64?ZWNobw==?=', 'echo', 'Echo', '=?BASE64?ZWNobw==?=', 'echo,echo'];
  const statuses = [];
  for (const name of names) statuses.push((await call(name)).status);
  expect(statuses).toEqual([200, 200, 400, 400, 400]);
});

test('10 the ids 0 and "" are ids, params may be absent, and what has no answer has no body', async () => {
  const idOf = ({ body }: Answer) => (body as { id?: unknown }).id;
  const absent = await gateway.rpc({ jsonrpc: '2.0', id: 3, method: 'tools/list' });
  const notified = await gateway.rpc({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const head = await gateway.send({ method: 'HEAD', path: '/' });
  expect({
    ids: [idOf(await gateway.rpc(legacy('ping', {}, 0))), idOf(await gateway.rpc(legacy('ping', {}, '')))],
    unread: Object.hasOwn((await gateway.rpc({ jsonrpc: '2.0', id: null, method: 'ping' })).body as object, 'id'),
    absent: absent.status,
    notified: [notified.status, notified.body, notified.headers['content-type']],
    head: [head.status, head.body],
  }).toEqual({
    ids: [0, ''],
    unread: false,
    absent: 200,
    notified: [202, undefined, undefined],
    head: [200, undefined],
  });
});

test('11 a charset does not make JSON something else', async () => {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  expect((await gateway.rpc(legacy('ping'), { headers })).status).toBe(200);
});

test('12 a list that depends on the caller is private, and no answer is stored', async () => {
  const { headers, body } = await callModern(gateway, 'tools/list', {});
  const { cacheScope } = (body as { result: { cacheScope: string } }).result;
  expect([cacheScope, headers['cache-control'], (await unauthorized()).headers['cache-control']]).toEqual([
    'private',
    'no-store',
    'no-store',
  ]);
});

test('13 only scopes that can be granted are advertised, and never offline_access', async () => {
  const { scopes_supported } = await fetchDocument(PRM);
  const challenged = /scope="([^"]*)"/.exec(challengeOf(await unauthorized()))?.[1];
  expect([scopes_supported, challenged]).toEqual([['starter.echo', 'starter.whoami'], 'starter.echo starter.whoami']);
});

test('14 our own server metadata offers no registration that nobody would answer', async () => {
  const url = 'https://login.example.com';
  const config = testConfig({
    authorizationServer: 'metadata',
    endpoints: { authorization: `${url}/authorize`, token: `${url}/token`, jwks: `${url}/jwks` },
  });
  const document = await fetchDocument(
    '/.well-known/oauth-authorization-server',
    createTestGateway(database, { config }),
  );
  expect([
    document['registration_endpoint'],
    document['client_id_metadata_document_supported'],
    document['code_challenge_methods_supported'],
  ]).toEqual([undefined, undefined, ['S256']]);
});

test('15 the challenge is one line of quoted parameters with commas between them', async () => {
  const expired = await gateway.rpc(legacy('ping'), { token: await gateway.token({ exp: 1 }) });
  const refused = await gateway.rpc(legacy('tools/call', { name: 'echo' }), {
    token: await gateway.token({ scope: '' }),
  });
  const form = /^Bearer [a-z_]+="[\x20\x21\x23-\x5b\x5d-\x7e]*"(?:, [a-z_]+="[\x20\x21\x23-\x5b\x5d-\x7e]*")*$/;
  const challenges = [await unauthorized(), expired, refused].map(challengeOf);
  expect(challenges.map((challenge) => form.test(challenge))).toEqual([true, true, true]);
});

test('16 no Origin passes, the page of the Inspector passes in dev only, and a missing token is still 401', async () => {
  const statusFor = async (origin: string | undefined, token: string | undefined) =>
    (await gateway.rpc(legacy('ping'), { token, headers: origin === undefined ? {} : { origin } })).status;
  const token = await gateway.token();
  const origins = (environment: 'dev' | 'prod') => {
    const context = {
      environment,
      idp: 'oidc',
      issuer: 'https://login.example.com',
      publicUrl: 'https://mcp.example.com',
    };
    const { template } = synthGateway({ context, bundling: false });
    return JSON.stringify(template).includes('http://localhost:6274');
  };
  expect({
    none: await statusFor(undefined, token),
    host: await statusFor('https://claude.ai', undefined),
    foreign: await statusFor('https://evil.example', undefined),
    inspector: [origins('dev'), origins('prod')],
  }).toEqual({ none: 200, host: 401, foreign: 403, inspector: [true, false] });
});

test('17 schemas have object roots and no reference outside, and extra arguments are an error the model can read', async () => {
  const { body } = await gateway.rpc(legacy('tools/list'));
  const { tools } = (body as { result: { tools: Array<Record<string, { type: string }>> } }).result;
  const extra = await gateway.rpc(legacy('tools/call', { name: 'echo', arguments: { text: 'x', more: 1 } }));
  expect({
    roots: tools.flatMap(({ inputSchema, outputSchema }) => [inputSchema?.type, outputSchema?.type]),
    references: JSON.stringify(tools).includes('$ref'),
    extra: [extra.status, (extra.body as { result: { isError: boolean } }).result.isError],
  }).toEqual({ roots: tools.flatMap(() => ['object', 'object']), references: false, extra: [200, true] });
});

test('18 results name no request and no trace, and logs no token and no arguments', async () => {
  const token = await gateway.token();
  const marked = 'marked-argument';
  const meta = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  const params = { name: 'echo', arguments: { text: marked } };
  const { body } = await callModern(gateway, 'tools/call', params, { token, meta });
  const [answer, logged] = [JSON.stringify(body), JSON.stringify(gateway.lines)];
  expect({
    answer: ['request-1', '0af7651916cd43dd8448eb211c80319c'].filter((text) => answer.includes(text)),
    logged: [marked, ...token.split('.')].filter((text) => logged.includes(text)),
  }).toEqual({ answer: [], logged: [] });
});
