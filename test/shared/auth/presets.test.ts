import { describe, expect, test } from '@jest/globals';
import { createVerifier } from '../../../shared/auth/verifier.ts';
import type { IdpConfig, IdpPresetName } from '../../../shared/core/config.ts';
import { GatewayError } from '../../../shared/core/errors.ts';
import type { Principal, RawToken } from '../../../shared/core/principal.ts';
import { PRESETS } from '../../../shared/idp/presets.ts';
import { NOW, RESOURCE, testConfig } from '../../support/config.ts';
import { FIXTURES, type TokenShape } from '../../support/idp-fixtures.ts';
import { createIssuer } from '../../support/issuer.ts';
import { captureLog } from '../../support/log.ts';

const SECONDS = NOW / 1000;
const times = { iat: SECONDS - 10, exp: SECONDS + 600 };

function setUp(preset: IdpPresetName, more: Partial<IdpConfig> = {}) {
  const issuer = createIssuer(PRESETS[preset].issuerExample);
  const config = testConfig({ idp: { preset, issuer: issuer.issuer, ...FIXTURES[preset].idp, ...more } });
  const ports = { getJson: issuer.getJson, clock: () => NOW, log: captureLog().log };
  const verifier = createVerifier(config, ports);
  const verify = async (claims: object, header: TokenShape['header'] = {}) => {
    const token = await issuer.sign({ iss: issuer.issuer, ...times, ...claims }, header);
    return verifier.verify(token as RawToken);
  };
  return { issuer: issuer.issuer, verify };
}

/** The check that refused it, or the principal. */
async function outcome(promise: Promise<Principal>) {
  try {
    return await promise;
  } catch (error) {
    return error instanceof GatewayError ? error.reason : error;
  }
}

const presets = Object.keys(PRESETS) as IdpPresetName[];

test.each(presets)('an access token of %s becomes a principal', async (preset) => {
  const { access, expected } = FIXTURES[preset];
  const { issuer, verify } = setUp(preset);
  const { scopes, wireScopes, ...principal } = await verify(access.claims, access.header);
  expect({ ...principal, ours: scopes.filter((scope) => scope.startsWith('starter.')) }).toEqual({
    issuer,
    expiresAt: times.exp,
    issuedAt: times.iat,
    tokenId: undefined,
    ours: ['starter.echo', 'starter.whoami'],
    ...expected,
  });
});

describe.each(presets)('%s', (preset) => {
  const { access, idTokens, appOnly, otherTenant, noIssuers, scopes } = FIXTURES[preset];
  const { issuer, verify } = setUp(preset);
  /** The good token with this laid over its claims, undefined removes. */
  const spoilt = (claims: object, header: object = {}) =>
    outcome(verify({ ...access.claims, ...claims }, { ...access.header, ...header }));

  test('the example issuer and only the right shape of one is taken at synthesis', () => {
    const { issuerPattern } = PRESETS[preset];
    expect([issuer, otherTenant, ...noIssuers].filter((text) => issuerPattern.test(text))).toEqual([
      issuer,
      otherTenant,
    ]);
  });

  const bare = issuer.replace(/\/$/, '');
  test.each([
    ['of another tenant', otherTenant],
    ['with a slash more or less', issuer.endsWith('/') ? bare : `${issuer}/`],
    ['in capitals', issuer.toUpperCase()],
    ['of a host that starts like it', issuer.replace(/^(https:\/\/[^/]+)/, '$1.evil.example')],
    ['behind user information', issuer.replace('https://', 'https://evil.example@')],
    ['over plain http', issuer.replace('https:', 'http:')],
    ['with a path more', `${bare}/x`],
    ['with a query', `${issuer}?x=1`],
    ['with a blank at the end', `${issuer} `],
    ['in a list', [issuer]],
    ['that is absent', undefined],
  ])('an issuer %s is not ours, though its own keys signed', async (_name, iss) => {
    expect(await spoilt({ iss })).toBe('iss_mismatch');
  });

  test.each([
    ['none', undefined, 'aud_missing'],
    ['an empty list', [], 'aud_missing'],
    ['an empty text', '', 'aud_mismatch'],
    ['of another API', 'https://other.example/mcp', 'aud_mismatch'],
    ['a list of other APIs', ['https://a.example', 'https://b.example'], 'aud_mismatch'],
    ['that starts like ours', `${RESOURCE}.evil.example`, 'aud_mismatch'],
  ])('audience: %s is refused', async (_name, aud, reason) => {
    expect(await spoilt({ aud })).toBe(reason);
  });

  test('no exp, no iat', async () => {
    expect([await spoilt({ exp: undefined }), await spoilt({ iat: undefined })]).toEqual([
      'exp_missing',
      'iat_missing',
    ]);
  });

  test('HS256 with the public key as the secret', async () => {
    expect(await spoilt({}, { alg: 'HS256', kid: 'key-RS256' })).toBe('alg_not_allowed');
  });

  test.each(idTokens)('$what ($reason)', async ({ claims, header, reason }) => {
    expect(await outcome(verify(claims, header))).toBe(reason);
  });

  test(`${appOnly.what} (${appOnly.reason})`, async () => {
    expect(await outcome(verify(appOnly.claims, appOnly.header))).toBe(appOnly.reason);
  });

  test.each([
    ['text', `openid ${scopes.echo}`],
    ['a list', ['openid', scopes.echo]],
  ])('scopes as %s', async (_name, value) => {
    expect(await spoilt({ permissions: undefined, [scopes.claim]: value })).toMatchObject({
      scopes: PRESETS[preset].scopesOnWire === 'prefixed' ? ['starter.echo'] : ['openid', 'starter.echo'],
    });
  });

  test('a token that grants nothing is a token still: the client is told which scopes to ask for', async () => {
    const nothing = preset === 'entra-v2' ? 'app_only' : { scopes: [], clientId: 'client-1' };
    const result = await spoilt({ permissions: undefined, [scopes.claim]: undefined });
    expect(typeof nothing === 'string' ? { reason: result } : result).toMatchObject(
      typeof nothing === 'string' ? { reason: nothing } : nothing,
    );
  });
});

describe('what is no access token of that provider is refused with the check that failed', () => {
  const cases: ReadonlyArray<readonly [IdpPresetName, string, object, object, string, string]> = [
    ['cognito', 'an ID token', { token_use: 'id' }, {}, 'JWT_VERIFY_FAILED', 'claim_token_use'],
    ['cognito', 'a token of another client', { client_id: 'client-2' }, {}, 'JWT_VERIFY_FAILED', 'client_not_allowed'],
    ['cognito', 'a token without a client', { client_id: undefined }, {}, 'JWT_VERIFY_FAILED', 'client_not_allowed'],
    ['cognito', 'a token not bound to us', { aud: undefined }, {}, 'TOKEN_WRONG_AUDIENCE', 'aud_missing'],
    ['cognito', 'a typ of somebody else', {}, { typ: 'at+jwt' }, 'JWT_VERIFY_FAILED', 'typ_not_allowed'],
    ['auth0', 'another algorithm', {}, { alg: 'ES256' }, 'JWT_VERIFY_FAILED', 'alg_not_allowed'],
    [
      'auth0',
      'an app without a user',
      { sub: 'client-1@clients', azp: 'client-1@clients' },
      {},
      'TOKEN_NO_SUB',
      'app_only',
    ],
    ['auth0', 'an ID token', { nonce: 'n' }, { typ: 'JWT' }, 'JWT_VERIFY_FAILED', 'id_token'],
    ['okta', 'an app without a user', { uid: undefined }, {}, 'TOKEN_NO_SUB', 'no_subject'],
    ['okta', 'an ID token by its hash', { at_hash: 'h' }, {}, 'JWT_VERIFY_FAILED', 'id_token'],
    ['entra-v2', 'a v1 token', { ver: '1.0' }, {}, 'JWT_VERIFY_FAILED', 'claim_ver'],
    [
      'entra-v2',
      'a token of another tenant',
      { tid: '00000000-0000-0000-0000-000000000000' },
      {},
      'JWT_VERIFY_FAILED',
      'tenant_mismatch',
    ],
    ['entra-v2', 'an app without a user', { idtyp: 'app' }, {}, 'TOKEN_NO_SUB', 'app_only'],
    ['entra-v2', 'no typ', {}, { typ: undefined }, 'JWT_VERIFY_FAILED', 'typ_not_allowed'],
    ['keycloak', 'an ID token', { typ: 'ID' }, {}, 'JWT_VERIFY_FAILED', 'claim_typ'],
    ['keycloak', 'a refresh token', { typ: 'Refresh' }, {}, 'JWT_VERIFY_FAILED', 'claim_typ'],
    ['keycloak', 'roles and audience of others only', { aud: 'account' }, {}, 'TOKEN_WRONG_AUDIENCE', 'aud_mismatch'],
    ['oidc', 'a logout token', {}, { typ: 'logout+jwt' }, 'JWT_VERIFY_FAILED', 'typ_not_allowed'],
  ];
  test.each(cases)('%s: %s', async (preset, _name, claims, header, code, reason) => {
    const fixture = FIXTURES[preset];
    const attempt = setUp(preset).verify({ ...fixture.claims, ...claims }, { ...fixture.header, ...header });
    await expect(attempt).rejects.toMatchObject({ code, reason });
  });
});

describe('times and subjects', () => {
  const cases: ReadonlyArray<readonly [string, object, string, string]> = [
    ['expired 30 seconds ago', { exp: SECONDS - 30 }, 'TOKEN_EXPIRED', 'expired'],
    ['no exp', { exp: undefined }, 'JWT_VERIFY_FAILED', 'exp_missing'],
    ['exp as text', { exp: String(SECONDS + 60) }, 'JWT_VERIFY_FAILED', 'malformed_claims'],
    ['exp beyond all dates', { exp: 1e300 }, 'JWT_VERIFY_FAILED', 'exp_missing'],
    ['exp null', { exp: null }, 'JWT_VERIFY_FAILED', 'malformed_claims'],
    ['nbf in 31 seconds', { nbf: SECONDS + 31 }, 'JWT_VERIFY_FAILED', 'not_yet_valid'],
    ['nbf as text', { nbf: 'now' }, 'JWT_VERIFY_FAILED', 'malformed_claims'],
    ['no iat', { iat: undefined }, 'JWT_VERIFY_FAILED', 'iat_missing'],
    ['iat in 61 seconds', { iat: SECONDS + 61 }, 'JWT_VERIFY_FAILED', 'iat_in_future'],
    ['scopes of an odd form', { scope: { a: 1 } }, 'JWT_VERIFY_FAILED', 'malformed_claims'],
    ['an empty sub', { sub: '' }, 'TOKEN_NO_SUB', 'no_subject'],
    ['a number as sub', { sub: 5 }, 'JWT_VERIFY_FAILED', 'malformed_claims'],
    ['an array as sub', { sub: ['a'] }, 'JWT_VERIFY_FAILED', 'malformed_claims'],
    ['a sub of 256 characters', { sub: 'a'.repeat(256) }, 'TOKEN_NO_SUB', 'subject_too_long'],
    ['a line break in sub', { sub: 'a\nb' }, 'TOKEN_NO_SUB', 'no_subject'],
    ['a direction mark in sub', { sub: 'a\u202eb' }, 'TOKEN_NO_SUB', 'no_subject'],
    ['sub equal to the client', { sub: 'client-1' }, 'TOKEN_NO_SUB', 'app_only'],
    ['an empty audience', { aud: [] }, 'TOKEN_WRONG_AUDIENCE', 'aud_missing'],
    ['an audience with a number in it', { aud: [RESOURCE, 1] }, 'JWT_VERIFY_FAILED', 'malformed_claims'],
    ['an audience that starts like ours', { aud: `${RESOURCE}.evil.example` }, 'TOKEN_WRONG_AUDIENCE', 'aud_mismatch'],
    ['an audience with a slash more', { aud: `${RESOURCE}/` }, 'TOKEN_WRONG_AUDIENCE', 'aud_mismatch'],
    ['an audience in other case', { aud: RESOURCE.toUpperCase() }, 'TOKEN_WRONG_AUDIENCE', 'aud_mismatch'],
    ['an issuer with a slash more', { iss: `${PRESETS.oidc.issuerExample}/` }, 'JWT_VERIFY_FAILED', 'iss_mismatch'],
    ['an issuer in an array', { iss: [PRESETS.oidc.issuerExample] }, 'JWT_VERIFY_FAILED', 'iss_mismatch'],
  ];
  test.each(cases)('%s is refused', async (_name, claims, code, reason) => {
    const { claims: good } = FIXTURES.oidc;
    await expect(setUp('oidc').verify({ ...good, ...claims }, {})).rejects.toMatchObject({ code, reason });
  });

  test.each([
    ['29 seconds after its end', { exp: SECONDS - 29 }],
    ['30 seconds before its beginning', { nbf: SECONDS + 30 }],
    ['with a clock 60 seconds ahead', { iat: SECONDS + 60 }],
    ['with claims called like members of Object', { constructor: 1, hasOwnProperty: 'x', toString: null }],
  ])('a token %s is good', async (_name, claims) => {
    const principal = await setUp('oidc').verify({ ...FIXTURES.oidc.claims, ...claims }, {});
    expect(principal.subject).toBe('any-1');
  });
});

test('parameters narrow the algorithms and the typ of the oidc preset', async () => {
  const { claims } = FIXTURES.oidc;
  const strict = setUp('oidc', { algorithms: ['ES256'], requireAtJwt: true });
  await expect(strict.verify(claims, { alg: 'RS256', typ: 'at+jwt' })).rejects.toMatchObject({
    reason: 'alg_not_allowed',
  });
  await expect(strict.verify(claims, { alg: 'ES256', typ: 'JWT' })).rejects.toMatchObject({
    reason: 'typ_not_allowed',
  });
  expect((await strict.verify(claims, { alg: 'ES256', typ: 'at+jwt' })).subject).toBe('any-1');
});

test('parameters name the claims of the oidc preset, into objects too', async () => {
  const custom = setUp('oidc', {
    claims: { subject: 'employee', scope: 'perms', clientId: 'app', roles: 'org.roles' },
  });
  const principal = await custom.verify(
    {
      employee: 'e-1',
      perms: ['starter.echo'],
      app: 'client-9',
      org: { roles: ['boss'] },
      aud: RESOURCE,
      sub: 'x',
      scope: 'y',
    },
    {},
  );
  expect(principal).toMatchObject({ subject: 'e-1', clientId: 'client-9', scopes: ['starter.echo'], roles: ['boss'] });
});
