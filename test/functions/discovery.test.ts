import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ISSUER, testConfig } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const get = (gateway: ReturnType<typeof createTestGateway>, path: string, method = 'GET', headers = {}) =>
  gateway.send({ method, path, headers });

const endpoints = {
  authorization: 'https://acme.auth.example/oauth2/authorize',
  token: 'https://acme.auth.example/oauth2/token',
  revocation: 'https://acme.auth.example/oauth2/revoke',
  jwks: `${ISSUER}/jwks`,
};
const inMetadataMode = () =>
  createTestGateway(database, {
    config: testConfig({
      authorizationServer: 'metadata',
      endpoints,
      idp: { preset: 'cognito', scopePrefix: 'https://mcp.example.com/mcp/', allowedClientIds: ['app'] },
    }),
  });

describe('protected resource metadata', () => {
  const paths = [
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-protected-resource-v2',
  ];
  test.each(paths)('%s names the identity provider in direct mode', async (path) => {
    const { status, headers, body } = await get(createTestGateway(database), path);
    expect({ status, cache: headers['cache-control'], cors: headers['access-control-allow-origin'], body }).toEqual({
      status: 200,
      cache: 'public, max-age=300',
      cors: '*',
      body: {
        resource: 'https://mcp.example.com/mcp',
        authorization_servers: [ISSUER],
        scopes_supported: ['starter.echo', 'starter.whoami'],
        bearer_methods_supported: ['header'],
        resource_name: 'gatehouse',
      },
    });
  });

  test('names our own origin, and scopes in wire names, in metadata mode', async () => {
    const { body } = await get(inMetadataMode(), paths[0]!);
    expect(body).toEqual({
      resource: 'https://mcp.example.com/mcp',
      authorization_servers: ['https://mcp.example.com'],
      scopes_supported: ['https://mcp.example.com/mcp/starter.echo', 'https://mcp.example.com/mcp/starter.whoami'],
      bearer_methods_supported: ['header'],
      resource_name: 'gatehouse',
    });
  });

  test('HEAD has the headers of GET and no body', async () => {
    const gateway = createTestGateway(database);
    const [head, whole] = [await get(gateway, paths[1]!, 'HEAD'), await get(gateway, paths[1]!)];
    expect({ status: head.status, body: head.body, headers: head.headers }).toEqual({
      status: 200,
      body: undefined,
      headers: whole.headers,
    });
  });

  test('is not moved by Host or X-Forwarded headers', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
    const { body } = await get(createTestGateway(database), paths[0]!, 'GET', headers);
    expect((body as { resource: string }).resource).toBe('https://mcp.example.com/mcp');
  });
});

describe.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])('%s', (path) => {
  test('is our document over the endpoints of the provider in metadata mode', async () => {
    const { status, body } = await get(inMetadataMode(), path);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        issuer: 'https://mcp.example.com',
        authorization_endpoint: endpoints.authorization,
        token_endpoint: endpoints.token,
        revocation_endpoint: endpoints.revocation,
        revocation_endpoint_auth_methods_supported: ['none'],
        jwks_uri: endpoints.jwks,
        response_types_supported: ['code'],
        response_modes_supported: ['query'],
        grant_types_supported: ['authorization_code', 'refresh_token'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none'],
        scopes_supported: ['https://mcp.example.com/mcp/starter.echo', 'https://mcp.example.com/mcp/starter.whoami'],
      },
    });
  });

  test('is the document of the provider in direct mode, also while the provider is down', async () => {
    const gateway = createTestGateway(database);
    const fresh = await get(gateway, path);
    gateway.issuer.fail();
    gateway.time.now += 3_600_000;
    const stale = await get(gateway, path);
    const document = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` };
    expect([fresh.status, fresh.body, stale.status, stale.body]).toEqual([200, document, 200, document]);
  });

  test('is 502 with Retry-After when there never was one', async () => {
    const gateway = createTestGateway(database);
    gateway.issuer.fail();
    const { status, headers, body } = await get(gateway, path);
    expect({ status, retry: headers['retry-after'], body }).toEqual({
      status: 502,
      retry: '5',
      body: {
        ok: false,
        error: { code: 'DISCOVERY_FETCH_FAILED', message: expect.any(String) },
        requestId: 'request-1',
      },
    });
  });

  test('has no twin under /mcp, because our issuer has no path', async () => {
    expect((await get(createTestGateway(database), `${path}/mcp`)).status).toBe(404);
  });
});

test('the OpenAI domain challenge is plain text, and absent unless configured', async () => {
  const path = '/.well-known/openai-apps-challenge';
  const without = await get(createTestGateway(database), path);
  const gateway = createTestGateway(database, { config: testConfig({ openaiAppsChallenge: '"a1b2"' }) });
  const answer = await get(gateway, path);
  expect([without.status, answer.status, answer.body, answer.headers['content-type']]).toEqual([
    404,
    200,
    'a1b2',
    'text/plain; charset=utf-8',
  ]);
});

test.each(['/.well-known/nope', '/.well-known/oauth-protected-resource/other', '/.well-known/__proto__'])(
  '%s is a JSON 404',
  async (path) => {
    const { status, body } = await get(createTestGateway(database), path);
    expect({ status, body }).toEqual({
      status: 404,
      body: { ok: false, error: { code: 'NOT_FOUND', message: expect.any(String) }, requestId: 'request-1' },
    });
  },
);

test('POST is refused with what is allowed, and OPTIONS is answered for any origin', async () => {
  const gateway = createTestGateway(database);
  const post = await get(gateway, '/.well-known/oauth-protected-resource', 'POST');
  const options = await get(gateway, '/.well-known/oauth-protected-resource', 'OPTIONS', {
    origin: 'https://x.example',
  });
  expect({
    post: [post.status, post.headers['allow']],
    options: [
      options.status,
      options.headers['access-control-allow-origin'],
      options.headers['access-control-allow-methods'],
    ],
  }).toEqual({ post: [405, 'GET, HEAD, OPTIONS'], options: [204, '*', 'GET, HEAD, OPTIONS'] });
});
