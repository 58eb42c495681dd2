import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createHandler } from '../../../functions/oauth/handler.ts';
import type { FunctionEnvironment } from '../../../shared/core/config.ts';
import { defineTool } from '../../../shared/tools/define-tool.ts';
import { goodClaims, ISSUER, NOW, RESOURCE, testConfig } from '../../support/config.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';
import { createTestGateway, type TestGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { captureLog } from '../../support/log.ts';
import { legacy } from '../../support/messages.ts';
import {
  askConsent,
  CLAUDE,
  codeGrant,
  createTestRelay,
  goodRequest,
  newPkce,
  ORIGIN,
  refreshGrant,
  signInAt,
  takeLeaks,
  UPSTREAM_CLIENT,
} from '../../support/relay.ts';
import { createSecrets } from '../../support/secrets.ts';
import { createUpstream } from '../../support/upstream.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
afterEach(() => expect(takeLeaks()).toEqual([]));

/** The other functions of a gateway in relay mode. */
const inRelayMode = (options: TestGatewayOptions = {}): TestGateway => {
  const { config } = createTestRelay({ relay: { registration: true } });
  return createTestGateway(database, { config, ...options });
};

describe('attack 27: another host in the headers', () => {
  const POISON = {
    host: 'evil.example',
    forwarded: 'host=evil.example;proto=http',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    'x-original-url': 'https://evil.example/',
  };

  test.each([
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/mcp',
  ])('%s stays what it is, to the byte', async (path) => {
    const gateway = inRelayMode();
    const get = (headers: Record<string, string>) => gateway.send({ method: 'GET', path, headers });
    const [plain, poisoned] = [await get({}), await get(POISON)];
    expect(JSON.stringify(poisoned.body)).toBe(JSON.stringify(plain.body));
    expect(JSON.stringify(plain.body)).toContain(ORIGIN);
  });

  test('so does the challenge of /mcp', async () => {
    const gateway = inRelayMode();
    const ask = (headers: Record<string, string>) => gateway.rpc(legacy('tools/list'), { token: undefined, headers });
    const [plain, poisoned] = [await ask({}), await ask(POISON)];
    expect(poisoned.headers['www-authenticate']).toBe(plain.headers['www-authenticate']);
    expect(plain.headers['www-authenticate']).toContain(`${ORIGIN}/.well-known/oauth-protected-resource/mcp`);
  });

  test('and every redirect of a sign-in', async () => {
    const relay = createTestRelay();
    const { challenge } = newPkce();
    const prompted = await askConsent(relay, goodRequest(challenge));
    const form = { consent: prompted.consent, decision: 'approve' };
    const away = await relay.post('/oauth/consent', form, { cookies: [prompted.cookie], headers: POISON });
    const state = away.location?.searchParams.get('state') ?? '';
    const more = { cookies: [prompted.cookie], headers: POISON };
    const back = await relay.get('/oauth/callback', { code: 'c', state }, more);
    expect({
      callback: away.location?.searchParams.get('redirect_uri'),
      iss: back.location?.searchParams.get('iss'),
      evil: [away, back].some(({ headers }) => JSON.stringify(headers).includes('evil')),
    }).toEqual({ callback: `${ORIGIN}/oauth/callback`, iss: ORIGIN, evil: false });
  });
});

describe('attack 30: the client’s token handed on', () => {
  test('a tool neither has it nor could send it, and nothing the gateway asks for carries it', async () => {
    const outgoing: string[] = [];
    const nosy = defineTool({
      name: 'nosy',
      title: 'Nosy',
      description: 'd',
      scopes: [],
      input: z.strictObject({}),
      output: z.strictObject({}),
      annotations: { readOnlyHint: true },
      run: (input, context) => {
        outgoing.push(JSON.stringify([input, context]));
        return {};
      },
    });
    const relay = createTestRelay();
    const getJson: typeof relay.upstream.getJson = (url, limits) => {
      outgoing.push(JSON.stringify([url, limits]));
      return relay.upstream.getJson(url, limits);
    };
    const gateway = createTestGateway(database, { config: relay.config, tools: [nosy], getJson });
    const token = await relay.upstream.issuer.sign({ ...goodClaims(), client_id: UPSTREAM_CLIENT });
    const { status } = await gateway.rpc(legacy('tools/call', { name: 'nosy' }), { token });
    expect({ status, seen: outgoing.length > 1, leaks: outgoing.filter((text) => text.includes(token)) }).toEqual({
      status: 200,
      seen: true,
      leaks: [],
    });
  });

  test('nor does the relay pass on what a client sends beside its grant', async () => {
    const relay = createTestRelay();
    const { code, pkce } = await signInAt(relay);
    const headers = { authorization: 'Bearer token-of-the-client', cookie: 'session=of-the-client' };
    const extra = { client_secret: 'secret-of-the-client', subject_token: 'token-of-the-client', scope: 'admin' };
    const { json } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier, extra), { headers });
    await relay.post('/oauth/token', refreshGrant(json['refresh_token']), { headers });
    expect(JSON.stringify(relay.upstream.calls)).not.toMatch(/of-the-client|admin/);
    expect(relay.upstream.calls.map(({ options }) => options.authorization?.split(' ', 1)[0])).toEqual([
      'Basic',
      'Basic',
    ]);
  });
});

describe('attack 31: a token that the provider did not make for this gateway', () => {
  const CLAIMS = { ...goodClaims(), client_id: UPSTREAM_CLIENT };
  const ask = (gateway: TestGateway, token: string) => gateway.rpc(legacy('tools/list'), { token });
  type Forge = (gateway: TestGateway) => Promise<string>;

  test.each<readonly [string, Forge]>([
    ['an ID token', ({ issuer }) => issuer.sign({ ...CLAIMS, aud: UPSTREAM_CLIENT, nonce: 'n' })],
    ['a token for the userinfo endpoint', ({ issuer }) => issuer.sign({ ...CLAIMS, aud: `${ISSUER}/userinfo` })],
    ['a token of another tenant', ({ issuer }) => issuer.sign({ ...CLAIMS, iss: 'https://other.example.com' })],
    ['a token of another client of the provider', ({ issuer }) => issuer.sign({ ...CLAIMS, client_id: 'somebody' })],
    ['an audience list without us', ({ issuer }) => issuer.sign({ ...CLAIMS, aud: [[RESOURCE], `${RESOURCE}/`] })],
    [
      'a token signed with the public key as a secret',
      ({ issuer }) => issuer.sign(CLAIMS, { alg: 'HS256', kid: 'key-RS256' }),
    ],
    [
      'a token without a signature',
      async () => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
        return `${part({ alg: 'none', kid: 'key-RS256' })}.${part(CLAIMS)}.AA`;
      },
    ],
  ])('%s is 401', async (_name, forge) => {
    const gateway = inRelayMode();
    const { status, headers } = await ask(gateway, await forge(gateway));
    expect([status, /error="invalid_token"/.test(headers['www-authenticate'] ?? '')]).toEqual([401, true]);
  });

  test('what the relay seals is no token for /mcp', async () => {
    const relay = createTestRelay();
    const { code, pkce } = await signInAt(relay);
    const { json } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
    const gateway = createTestGateway(database, { config: relay.config });
    const statuses = [];
    for (const token of [code, String(json['refresh_token'])]) statuses.push((await ask(gateway, token)).status);
    expect(statuses).toEqual([401, 401]);
  });

  test('the token that the relay hands out is one for /mcp', async () => {
    const relay = createTestRelay();
    const { code, pkce } = await signInAt(relay);
    const claims = { ...goodClaims(), client_id: UPSTREAM_CLIENT };
    relay.upstream.extra = { access_token: await relay.upstream.issuer.sign(claims) };
    const { json } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
    const gateway = createTestGateway(database, { config: relay.config, issuer: relay.upstream.issuer });
    expect((await ask(gateway, String(json['access_token']))).status).toBe(200);
  });

  test('its record leads to the client that signed in, although the provider knows only the gateway', async () => {
    const relay = createTestRelay();
    const { code, pkce } = await signInAt(relay);
    const claims = { ...goodClaims(), client_id: UPSTREAM_CLIENT, jti: 'token-of-claude' };
    relay.upstream.extra = { access_token: await relay.upstream.issuer.sign(claims) };
    const { json } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
    const gateway = createTestGateway(database, { config: relay.config, issuer: relay.upstream.issuer });
    const token = String(json['access_token']);
    await gateway.rpc(legacy('tools/call', { name: 'whoami', arguments: {} }), { token });
    const line = relay.lines.find(({ event }) => event === 'oauth.token');
    const records = JSON.stringify(await database.dump());
    expect([line?.['client'], records.includes(`"${String(line?.['tokenId'])}"`)]).toEqual([CLAUDE, true]);
  });

  test('a flood of invented key ids costs at most one fetch of the keys in 30 seconds', async () => {
    const gateway = inRelayMode();
    await ask(gateway, await gateway.token({ client_id: UPSTREAM_CLIENT }));
    gateway.time.now += 31_000;
    const before = gateway.issuer.keyFetches();
    const statuses = new Set<number>();
    for (let at = 0; at < 40; at++) {
      const token = await gateway.issuer.sign(CLAIMS, { kid: `junk-${at}` });
      statuses.add((await ask(gateway, token)).status);
    }
    expect({ statuses: [...statuses], fetches: gateway.issuer.keyFetches() - before }).toEqual({
      statuses: [401],
      fetches: 1,
    });
  });
});

describe('the metadata of the relay', () => {
  const DOCUMENT = {
    issuer: ORIGIN,
    authorization_endpoint: `${ORIGIN}/oauth/authorize`,
    token_endpoint: `${ORIGIN}/oauth/token`,
    revocation_endpoint: `${ORIGIN}/oauth/revoke`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
  };
  const SCOPES = ['starter.echo', 'starter.whoami'];
  const documentOf = async (gateway: TestGateway, name = 'oauth-authorization-server') =>
    (await gateway.send({ method: 'GET', path: `/.well-known/${name}` })).body;

  test('is a document of our own, which needs no answer of the provider', async () => {
    const gateway = inRelayMode();
    gateway.issuer.fail();
    const documents = [await documentOf(gateway), await documentOf(gateway, 'openid-configuration')];
    const expected = {
      ...DOCUMENT,
      registration_endpoint: `${ORIGIN}/oauth/register`,
      scopes_supported: [...SCOPES, 'offline_access'],
    };
    expect(documents).toEqual([expected, expected]);
  });

  test('in front of Cognito: its keys, its names for scopes, no offline_access and no registration', async () => {
    const prefix = `${RESOURCE}/`;
    const jwks = `${ISSUER}/.well-known/jwks.json`;
    const { config } = createTestRelay({
      config: {
        idp: { preset: 'cognito', scopePrefix: prefix },
        endpoints: { authorization: `${ISSUER}/a`, token: `${ISSUER}/t`, jwks },
      },
    });
    expect(await documentOf(createTestGateway(database, { config }))).toEqual({
      ...DOCUMENT,
      jwks_uri: jwks,
      scopes_supported: SCOPES.map((scope) => prefix + scope),
    });
  });

  test('the resource names us as its authorization server, and other issuers after us', async () => {
    const other = { preset: 'okta', issuer: 'https://acme.okta.com/oauth2/a', audience: [RESOURCE] } as const;
    const { config } = createTestRelay();
    const otherIdps = [{ ...other, audience: [RESOURCE], scopePrefix: '', allowedClientIds: [] }];
    const gateway = createTestGateway(database, { config: { ...config, otherIdps } });
    expect(await documentOf(gateway, 'oauth-protected-resource')).toMatchObject({
      resource: RESOURCE,
      authorization_servers: [ORIGIN, other.issuer],
      scopes_supported: SCOPES,
    });
  });

  test.each<readonly [string, () => unknown, string]>([
    ['a table for its marks', () => createTestRelay({ relay: { strict: true } }), 'STATE_TABLE is not set'],
    ['its part of the configuration', () => withoutRelay({ RELAY_KEYS_ARN: 'a', UPSTREAM_SECRET_ARN: 'b' }), 'relay'],
    ['its keys', () => withoutRelay({ UPSTREAM_SECRET_ARN: 'b' }), 'RELAY_KEYS_ARN is not set'],
    ['its secret at the provider', () => withoutRelay({ RELAY_KEYS_ARN: 'a' }), 'UPSTREAM_SECRET_ARN is not set'],
  ])('a relay without %s does not start', (_name, start, message) => {
    expect(start).toThrow(message);
  });
});

function withoutRelay(env: FunctionEnvironment): unknown {
  const { getJson, postForm } = createUpstream(() => NOW);
  const { readSecret } = createSecrets();
  const ports = { clock: () => NOW, log: captureLog().log, getJson, postForm, readSecret, dynamo: database.dynamo };
  return createHandler({ GATEHOUSE_CONFIG: JSON.stringify(testConfig()), AUDIT_TABLE: 'a', ...env }, ports);
}
