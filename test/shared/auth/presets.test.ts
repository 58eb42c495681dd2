import { describe, expect, test } from '@jest/globals';
import type { IdpPresetName } from '../../../shared/core/config.ts';
import { PRESETS } from '../../../shared/idp/presets.ts';
import { RESOURCE } from '../../support/config.ts';
import { FIXTURES } from '../../support/idp-fixtures.ts';
import { outcome, times, verifierFor } from '../../support/preset-verifier.ts';

const presets = Object.keys(PRESETS) as IdpPresetName[];

test.each(presets)('an access token of %s becomes a principal', async (preset) => {
  const { access, expected } = FIXTURES[preset];
  const { issuer, verify } = verifierFor(preset);
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
  const { issuer, verify } = verifierFor(preset);
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
});

describe('what is no access token of that provider is refused with the check that failed', () => {
  const cases: ReadonlyArray<readonly [IdpPresetName, string, object, object, string, string]> = [
    ['cognito', 'an ID token', { token_use: 'id' }, {}, 'JWT_VERIFY_FAILED', 'claim_token_use'],
    ['cognito', 'a token of another client', { client_id: 'client-2' }, {}, 'JWT_VERIFY_FAILED', 'client_not_allowed'],
    ['cognito', 'a token without a client', { client_id: undefined }, {}, 'JWT_VERIFY_FAILED', 'client_not_allowed'],
    ['cognito', 'a token not bound to us', { aud: undefined }, {}, 'TOKEN_WRONG_AUDIENCE', 'aud_missing'],
    ['cognito', 'a typ of somebody else', {}, { typ: 'at+jwt' }, 'JWT_VERIFY_FAILED', 'typ_not_allowed'],
    ['auth0', 'another algorithm', {}, { alg: 'ES256' }, 'JWT_VERIFY_FAILED', 'alg_not_allowed'],
    ['auth0', 'an app without a user', { sub: 'client-1@clients' }, {}, 'TOKEN_NO_SUB', 'app_only'],
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
    ['entra-v2', 'no tenant', { tid: undefined }, {}, 'TOKEN_NO_SUB', 'no_subject'],
    ['keycloak', 'an ID token', { typ: 'ID' }, {}, 'JWT_VERIFY_FAILED', 'claim_typ'],
    ['keycloak', 'a refresh token', { typ: 'Refresh' }, {}, 'JWT_VERIFY_FAILED', 'claim_typ'],
    ['keycloak', 'roles and audience of others only', { aud: 'account' }, {}, 'TOKEN_WRONG_AUDIENCE', 'aud_mismatch'],
    ['oidc', 'a logout token', {}, { typ: 'logout+jwt' }, 'JWT_VERIFY_FAILED', 'typ_not_allowed'],
  ];
  test.each(cases)('%s: %s', async (preset, _name, claims, header, code, reason) => {
    const { access } = FIXTURES[preset];
    const attempt = verifierFor(preset).verify({ ...access.claims, ...claims }, { ...access.header, ...header });
    await expect(attempt).rejects.toMatchObject({ code, reason });
  });
});
