import { describe, expect, test } from '@jest/globals';
import { createIdpDocument } from '../../../shared/auth/idp-document.ts';
import { createVerifier } from '../../../shared/auth/verifier.ts';
import type { GatewayConfig, IdpPresetName } from '../../../shared/core/config.ts';
import type { RawToken } from '../../../shared/core/principal.ts';
import { PRESETS } from '../../../shared/idp/presets.ts';
import { NOW, RESOURCE, testConfig } from '../../support/config.ts';
import { createIssuer } from '../../support/issuer.ts';
import { captureLog } from '../../support/log.ts';

const SECONDS = NOW / 1000;
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const times = { iat: SECONDS - 10, exp: SECONDS + 600 };

interface Fixture {
  readonly idp: Partial<GatewayConfig['idp']>;
  readonly header: { readonly alg?: string; readonly typ?: string | undefined };
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the principal says beyond issuer, audience and times. */
  readonly expected: object;
}

/** An access token as each provider's documentation shows it, with two of our scopes granted. */
const FIXTURES: Readonly<Record<IdpPresetName, Fixture>> = {
  cognito: {
    idp: { scopePrefix: `${RESOURCE}/`, allowedClientIds: ['client-1'] },
    header: { typ: undefined },
    claims: {
      sub: 'user-1',
      token_use: 'access',
      aud: RESOURCE,
      client_id: 'client-1',
      scope: `openid ${RESOURCE}/starter.echo ${RESOURCE}/starter.whoami`,
      'cognito:groups': ['admins'],
    },
    expected: { subject: 'user-1', clientId: 'client-1', roles: ['admins'] },
  },
  auth0: {
    idp: {},
    header: { typ: 'at+jwt' },
    claims: {
      sub: 'auth0|1',
      aud: [RESOURCE, 'https://acme.eu.auth0.com/userinfo'],
      azp: 'client-1',
      scope: 'starter.echo',
      permissions: ['starter.whoami'],
    },
    expected: {
      subject: 'auth0|1',
      clientId: 'client-1',
      roles: [],
      audience: [RESOURCE, 'https://acme.eu.auth0.com/userinfo'],
    },
  },
  okta: {
    idp: {},
    header: { typ: undefined },
    claims: {
      sub: 'a@acme.com',
      uid: '00u1',
      cid: 'client-1',
      aud: RESOURCE,
      scp: ['starter.echo', 'starter.whoami'],
      groups: ['ops'],
    },
    expected: { subject: '00u1', clientId: 'client-1', roles: ['ops'] },
  },
  'entra-v2': {
    idp: { audience: ['api-guid'] },
    header: {},
    claims: {
      ver: '2.0',
      sub: 'pairwise',
      tid: TENANT,
      oid: 'object-1',
      azp: 'client-1',
      aud: 'api-guid',
      scp: 'starter.echo starter.whoami',
      roles: ['Reader'],
    },
    expected: { subject: `${TENANT}/object-1`, clientId: 'client-1', roles: ['Reader'], audience: ['api-guid'] },
  },
  keycloak: {
    idp: {},
    header: { alg: 'PS256' },
    claims: {
      sub: 'kc-1',
      typ: 'Bearer',
      azp: 'client-1',
      aud: [RESOURCE, 'account'],
      scope: 'openid starter.echo starter.whoami',
      realm_access: { roles: ['staff'] },
    },
    expected: { subject: 'kc-1', clientId: 'client-1', roles: ['staff'], audience: [RESOURCE, 'account'] },
  },
  oidc: {
    idp: {},
    header: { alg: 'EdDSA', typ: 'application/at+jwt' },
    claims: { sub: 'any-1', client_id: 'client-1', aud: RESOURCE, scope: 'starter.echo starter.whoami' },
    expected: { subject: 'any-1', clientId: 'client-1', roles: [] },
  },
};

function setUp(preset: IdpPresetName, more: Partial<GatewayConfig['idp']> = {}) {
  const issuer = createIssuer(PRESETS[preset].issuerExample);
  const config = testConfig({ idp: { preset, issuer: issuer.issuer, ...FIXTURES[preset].idp, ...more } });
  const ports = { getJson: issuer.getJson, clock: () => NOW, log: captureLog().log };
  const verifier = createVerifier(config, createIdpDocument(config, ports), ports);
  const verify = async (claims: object, header: Fixture['header']) => {
    const token = await issuer.sign({ iss: issuer.issuer, ...times, ...claims }, header);
    return verifier.verify(token as RawToken);
  };
  return { issuer: issuer.issuer, verify };
}

const presets = Object.keys(PRESETS) as IdpPresetName[];

test.each(presets)('an access token of %s becomes a principal', async (preset) => {
  const { claims, header, expected } = FIXTURES[preset];
  const { issuer, verify } = setUp(preset);
  const { scopes, wireScopes, ...principal } = await verify(claims, header);
  expect({ ...principal, ours: scopes.filter((scope) => scope.startsWith('starter.')) }).toEqual({
    issuer,
    audience: [RESOURCE],
    expiresAt: times.exp,
    issuedAt: times.iat,
    tokenId: undefined,
    ours: ['starter.echo', 'starter.whoami'],
    ...expected,
  });
});

test.each(presets)('the example issuer of %s has the shape that synthesis demands', (preset) => {
  expect(PRESETS[preset].issuerPattern.test(PRESETS[preset].issuerExample)).toBe(true);
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
