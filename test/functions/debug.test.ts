import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ISSUER, RESOURCE, testConfig } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database);
});
afterAll(() => database.stop());

const report = (token: string | undefined) =>
  gateway.send({
    method: 'GET',
    path: '/debug-token',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

test('GET / says what this is and where its metadata are', async () => {
  const { status, body } = await gateway.send({ method: 'GET', path: '/' });
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      service: 'gatehouse',
      version: '0.0.0',
      mcp: RESOURCE,
      protocolVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
      metadata: [
        'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
        'https://mcp.example.com/.well-known/oauth-authorization-server',
      ],
    },
  });
});

test('HEAD / and GET /health answer monitors', async () => {
  const head = await gateway.send({ method: 'HEAD', path: '/' });
  const health = await gateway.send({ method: 'GET', path: '/health' });
  expect([head.status, head.body, health.status, health.body]).toEqual([
    200,
    undefined,
    200,
    { ok: true, service: 'gatehouse', version: '0.0.0' },
  ]);
});

describe('/debug-token', () => {
  test('reads a good token aloud, creates nobody, and knows the uid after the first call', async () => {
    const token = await gateway.token({ sub: 'carol', scope: 'openid starter.echo' });
    const before = await report(token);
    await gateway.rpc(legacy('ping'), { token });
    const after = await report(token);
    const seconds = Math.floor(gateway.time.now / 1000);
    expect([before.status, before.body, after.body as { uid: string; account: string }]).toEqual([
      200,
      {
        ok: true,
        issuer: ISSUER,
        subject: 'carol',
        audience: [RESOURCE],
        clientId: 'test-client',
        scopes: ['openid', 'starter.echo'],
        scopesInToken: ['openid', 'starter.echo'],
        roles: [],
        issuedAt: new Date((seconds - 10) * 1000).toISOString(),
        expiresAt: new Date((seconds + 600) * 1000).toISOString(),
        uid: null,
        account: null,
      },
      expect.objectContaining({ uid: expect.stringMatching(/^usr_/), account: 'active' }),
    ]);
  });

  const cases: ReadonlyArray<readonly [string, object, string, string, RegExp]> = [
    [
      'another audience',
      { aud: 'https://other.example' },
      'TOKEN_WRONG_AUDIENCE',
      'aud_mismatch',
      /aud = https:\/\/mcp\.example\.com\/mcp/,
    ],
    ['another issuer', { iss: `${ISSUER}/` }, 'JWT_VERIFY_FAILED', 'iss_mismatch', /byte for byte/],
    ['an ID token', { nonce: 'n' }, 'JWT_VERIFY_FAILED', 'id_token', /access token/],
    ['an expired token', { exp: 1 }, 'TOKEN_EXPIRED', 'expired', /expired/],
  ];
  test.each(cases)('names the failing check and the fix for %s', async (_name, claims, code, check, fix) => {
    const { status, headers, body } = await report(await gateway.token(claims));
    expect({ status, challenge: headers['www-authenticate'], body }).toEqual({
      status: 401,
      challenge: expect.stringContaining('error="invalid_token"'),
      body: {
        ok: false,
        error: { code, message: expect.any(String), check, fix: expect.stringMatching(fix) },
        requestId: 'request-1',
      },
    });
  });

  test('without a token: 401 with the bare challenge', async () => {
    const { status, headers } = await report(undefined);
    expect([status, headers['www-authenticate']]).toEqual([
      401,
      'Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp", scope="starter.echo starter.whoami"',
    ]);
  });

  test('does not exist unless it is turned on', async () => {
    const off = createTestGateway(database, { config: testConfig({ debugToken: false }) });
    const { status } = await off.send({ method: 'GET', path: '/debug-token' });
    expect(status).toBe(404);
  });
});

test.each(['/nope', '/mcp/', '/tools', '/__proto__'])('GET %s is a JSON 404', async (path) => {
  const { status, body } = await gateway.send({ method: 'GET', path });
  expect({ status, body }).toEqual({
    status: 404,
    body: { ok: false, error: { code: 'NOT_FOUND', message: expect.any(String) }, requestId: 'request-1' },
  });
});
