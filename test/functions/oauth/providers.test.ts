import { afterEach, describe, expect, test } from '@jest/globals';
import type { IdpPresetName } from '../../../shared/core/config.ts';
import { ISSUER, NOW, RESOURCE } from '../../support/config.ts';
import {
  approve,
  askConsent,
  CLAUDE,
  CLAUDE_CALLBACK,
  CLAUDE_CODE,
  codeGrant,
  createTestRelay,
  goodRequest,
  newPkce,
  signInAt,
  type TestRelayOptions,
  takeLeaks,
} from '../../support/relay.ts';
import { createUpstream } from '../../support/upstream.ts';

afterEach(() => expect(takeLeaks()).toEqual([]));

const GUID = '6e74172b-be56-4843-9ff4-e66a39bb12e3';
const { challenge } = newPkce();

/** What the provider is asked, without what is the same for all. */
async function asked(preset: IdpPresetName, scope: string | undefined, options: TestRelayOptions = {}) {
  const { config = {}, ...rest } = options;
  const relay = createTestRelay({ ...rest, config: { ...config, idp: { preset, ...config.idp } } });
  const { location } = await approve(relay, await askConsent(relay, goodRequest(challenge, { scope })));
  const { scope: scopes, resource, audience, prompt } = Object.fromEntries(location?.searchParams ?? []);
  return { scopes, resource, audience, prompt };
}

const OURS = 'starter.echo starter.whoami';
const none = { resource: undefined, audience: undefined, prompt: undefined };

describe('each provider is asked in its own way', () => {
  const withOffline = `${OURS} offline_access`;
  test.each<readonly [IdpPresetName, object]>([
    ['auth0', { ...none, scopes: withOffline, audience: RESOURCE }],
    ['authkit', { ...none, scopes: withOffline, resource: RESOURCE }],
    ['clerk', { ...none, scopes: OURS, resource: RESOURCE }],
    ['cognito', { ...none, scopes: OURS, resource: RESOURCE }],
    ['descope', { ...none, scopes: OURS, resource: RESOURCE }],
    ['entra-v2', { ...none, scopes: `openid profile ${withOffline}` }],
    ['keycloak', { ...none, scopes: withOffline, resource: RESOURCE }],
    ['oidc', { ...none, scopes: withOffline, resource: RESOURCE, prompt: 'consent' }],
    ['okta', { ...none, scopes: withOffline }],
    ['pingone', { ...none, scopes: OURS }],
    ['stytch', { ...none, scopes: withOffline }],
  ])('%s', async (preset, expected) => {
    expect(await asked(preset, withOffline)).toEqual(expected);
  });
});

test('openid is accepted and dropped, and alone it means everything of ours', async () => {
  expect([await asked('okta', `openid ${OURS}`), await asked('okta', 'openid')]).toEqual([
    { ...none, scopes: OURS },
    { ...none, scopes: OURS },
  ]);
});

test('an audience that is an id is no resource; one that is another URL is the one to ask for', async () => {
  const of = (audience: string) => ({ config: { idp: { audience: [audience] } } });
  expect([
    await asked('oidc', 'starter.echo', of(GUID)),
    await asked('oidc', 'starter.echo', of('https://api.example.com')),
    await asked('auth0', 'starter.echo', of('my-api')),
  ]).toEqual([
    { ...none, scopes: 'starter.echo' },
    { ...none, scopes: 'starter.echo', resource: 'https://api.example.com' },
    { ...none, scopes: 'starter.echo', audience: 'my-api' },
  ]);
});

test('with reauth the provider is told to ask for the login again', async () => {
  const relay = { reauth: true };
  expect([
    (await asked('okta', undefined, { relay })).prompt,
    (await asked('oidc', 'starter.echo offline_access', { relay })).prompt,
  ]).toEqual(['login', 'login consent']);
});

test('configured endpoints are used without asking for the discovery document', async () => {
  const endpoints = {
    authorization: 'https://a.example/x?tenant=1',
    token: 'https://t.example/y',
    jwks: `${ISSUER}/j`,
  };
  const getJson = async () => {
    throw new Error('not to be asked');
  };
  const relay = createTestRelay({ config: { endpoints }, getJson });
  const { away, code, pkce } = await signInAt(relay);
  await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
  expect([
    away.headers['location']?.startsWith('https://a.example/x?tenant=1&response_type=code&'),
    relay.upstream.calls[0]?.url,
  ]).toEqual([true, 'https://t.example/y']);
});

describe('a discovery document that cannot be used', () => {
  const unavailable = `${CLAUDE_CALLBACK}?error=temporarily_unavailable&error_description=sign-in%20does%20not%20work%20now%2C%20try%20again&state=state-of-the-client&iss=https%3A%2F%2Fmcp.example.com`;

  test.each<readonly [string, object]>([
    ['without endpoints', { authorization_endpoint: undefined, token_endpoint: undefined }],
    ['with an endpoint over http', { token_endpoint: 'http://login.example.com/token' }],
    ['with a script as an endpoint', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('%s: the client hears that it cannot be done now', async (_name, document) => {
    const relay = createTestRelay();
    relay.upstream.document = document;
    const { status, headers } = await relay.get('/oauth/authorize', goodRequest(challenge));
    expect([status, headers['location'], headers['retry-after']]).toEqual([302, unavailable, undefined]);
  });

  test('none at all: the same, and an operator sees it', async () => {
    const relay = createTestRelay();
    relay.upstream.issuer.fail();
    const { headers } = await relay.get('/oauth/authorize', goodRequest(challenge));
    const loud = relay.lines.filter(({ level }) => level !== 'info').map(({ event }) => event);
    expect([headers['location'], loud]).toEqual([unavailable, ['discovery.failed', 'refused']]);
  });
});

test('scopes that the provider names without their prefix are ours all the same', async () => {
  const scopePrefix = 'api://gateway/';
  const relay = createTestRelay({ config: { idp: { preset: 'entra-v2', scopePrefix } } });
  relay.upstream.extra = { scope: 'openid profile starter.echo api://gateway/starter.whoami' };
  const { code, pkce } = await signInAt(relay);
  const { json } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
  expect(json['scope']).toBe('api://gateway/starter.echo api://gateway/starter.whoami');
});

test('what a provider leaves out or says oddly is left out', async () => {
  const relay = createTestRelay();
  relay.upstream.extra = { refresh_token: 7, expires_in: 'soon', scope: 'profile', token_type: 'bearer' };
  const { code, pkce } = await signInAt(relay);
  const { status, json } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
  expect([status, json]).toEqual([200, { access_token: relay.upstream.given[0], token_type: 'Bearer' }]);
});

describe('revocation', () => {
  async function withToken(options: TestRelayOptions = {}) {
    const relay = createTestRelay(options);
    const { code, pkce } = await signInAt(relay);
    const { json } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
    relay.upstream.calls.length = 0;
    const revoke = async (changes: Record<string, string | undefined> = {}) => {
      const form = { token: String(json['refresh_token']), client_id: CLAUDE, ...changes };
      const { status, json: said } = await relay.post('/oauth/revoke', form);
      return { status, error: said['error'], upstream: relay.upstream.calls.map(({ url, form: sent }) => [url, sent]) };
    };
    return { relay, revoke, accessToken: String(json['access_token']) };
  }

  test('ends the provider’s own refresh token', async () => {
    const { revoke } = await withToken();
    const sent = { token: 'upstream-refresh-token-0', token_type_hint: 'refresh_token' };
    expect(await revoke()).toEqual({ status: 200, error: undefined, upstream: [[`${ISSUER}/revoke`, sent]] });
  });

  test('what is no token of ours counts as revoked, and nobody is asked', async () => {
    const { revoke, accessToken } = await withToken();
    const done = { status: 200, error: undefined, upstream: [] };
    expect([
      await revoke({ token: 'made-up' }),
      await revoke({ token: 'upstream-refresh-token-0' }),
      await revoke({ token: accessToken }),
      await revoke({ token: accessToken, token_type_hint: 'access_token' }),
    ]).toEqual([done, done, done, { ...done, status: 400, error: 'unsupported_token_type' }]);
  });

  test.each<readonly [string, Record<string, string | undefined>, object]>([
    ['of another client', { client_id: CLAUDE_CODE }, { status: 400, error: 'invalid_grant' }],
    ['of an unknown client', { client_id: 'nobody' }, { status: 401, error: 'invalid_client' }],
    ['without a client', { client_id: undefined }, { status: 400, error: 'invalid_request' }],
    ['without a token', { token: undefined }, { status: 400, error: 'invalid_request' }],
  ])('%s is refused', async (_name, changes, expected) => {
    const { revoke } = await withToken();
    expect(await revoke(changes)).toEqual({ ...expected, upstream: [] });
  });

  test('where the provider has none, the client hears so', async () => {
    const upstream = createUpstream(() => NOW);
    upstream.document = { revocation_endpoint: undefined };
    const { revoke } = await withToken({ upstream });
    expect(await revoke()).toEqual({ status: 400, error: 'unsupported_token_type', upstream: [] });
  });

  test('a provider that fails leaves it to be tried again', async () => {
    const { relay, revoke } = await withToken();
    relay.upstream.answer = async () => ({ status: 500, json: undefined });
    expect(await revoke()).toMatchObject({ status: 503, error: 'temporarily_unavailable' });
  });
});

test('clients of the configuration sign in like those that are built in, and may replace them', async () => {
  const clients = [
    { client_id: 'https://ide.example/client.json', client_name: 'My IDE', redirect_uris: ['https://ide.example/cb'] },
    { client_id: 'internal-cli', client_name: 'Internal CLI', redirect_uris: ['http://localhost/cb'] },
    { client_id: CLAUDE, client_name: 'Our Claude', redirect_uris: ['https://claude.example/cb'] },
  ];
  const relay = createTestRelay({ relay: { clients } });
  const pages: string[] = [];
  for (const { client_id, redirect_uris } of clients) {
    const redirect_uri = redirect_uris[0]?.replace('localhost', 'localhost:7777');
    pages.push((await askConsent(relay, goodRequest(challenge, { client_id, redirect_uri }))).page.text);
  }
  expect(clients.map(({ client_name }, at) => pages[at]?.includes(client_name))).toEqual([true, true, true]);
  expect(pages.map((text) => text.includes('was entered by those who run'))).toEqual([true, true, true]);
});
