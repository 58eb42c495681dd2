import { describe, expect, test } from '@jest/globals';
import type { IdpPresetName } from '../../../shared/core/config.ts';
import { PRESETS } from '../../../shared/idp/presets.ts';
import { RESOURCE } from '../../support/config.ts';
import { FIXTURES } from '../../support/idp-fixtures.ts';
import { outcome, SECONDS, verifierFor } from '../../support/preset-verifier.ts';

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
    const { claims: good } = FIXTURES.oidc.access;
    await expect(verifierFor('oidc').verify({ ...good, ...claims }, {})).rejects.toMatchObject({ code, reason });
  });

  test.each([
    ['29 seconds after its end', { exp: SECONDS - 29 }],
    ['30 seconds before its beginning', { nbf: SECONDS + 30 }],
    ['with a clock 60 seconds ahead', { iat: SECONDS + 60 }],
    ['with claims called like members of Object', { constructor: 1, hasOwnProperty: 'x', toString: null }],
  ])('a token %s is good', async (_name, claims) => {
    const principal = await verifierFor('oidc').verify({ ...FIXTURES.oidc.access.claims, ...claims }, {});
    expect(principal.subject).toBe('any-1');
  });
});

test('parameters narrow the algorithms and the typ of the oidc preset', async () => {
  const { claims } = FIXTURES.oidc.access;
  const strict = verifierFor('oidc', { algorithms: ['ES256'], requireAtJwt: true });
  await expect(strict.verify(claims, { alg: 'RS256', typ: 'at+jwt' })).rejects.toMatchObject({
    reason: 'alg_not_allowed',
  });
  await expect(strict.verify(claims, { alg: 'ES256', typ: 'JWT' })).rejects.toMatchObject({
    reason: 'typ_not_allowed',
  });
  expect((await strict.verify(claims, { alg: 'ES256', typ: 'at+jwt' })).subject).toBe('any-1');
});

test('parameters name the claims of the oidc preset, into objects too', async () => {
  const custom = verifierFor('oidc', {
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

describe('access tokens and ID tokens', () => {
  const marks = { nonce: 'n', at_hash: 'h', c_hash: 'h' };
  /** One registration for API and client. */
  const shared = { aud: 'api-guid', azp: 'api-guid' };
  const cases: ReadonlyArray<readonly [string, IdpPresetName, object, unknown]> = [
    ['an access token of Cognito with a nonce', 'cognito', marks, { subject: 'user-1' }],
    ['an access token of Keycloak with a nonce', 'keycloak', marks, { subject: 'kc-1' }],
    ['an access token of Entra with a nonce', 'entra-v2', marks, { clientId: 'client-1' }],
    ['an access token of a shared registration', 'entra-v2', shared, { clientId: 'api-guid' }],
    ['an ID token of a shared registration', 'entra-v2', { ...shared, azp: undefined, scp: undefined }, 'id_token'],
    ['the same with azp', 'entra-v2', { ...shared, scp: undefined }, 'id_token'],
    ['the same with an empty scp', 'entra-v2', { ...shared, scp: '' }, 'id_token'],
    ['the same in a list', 'entra-v2', { ...shared, aud: ['api-guid'], scp: undefined }, 'id_token'],
    ['a grant without a client', 'entra-v2', { azp: undefined }, 'id_token'],
    ['a client without a grant is an app', 'entra-v2', { scp: undefined }, 'app_only'],
    ['a client with an empty grant is an app', 'entra-v2', { scp: '' }, 'app_only'],
    ['an app with an app role called scp', 'entra-v2', { idtyp: 'app', scp: 'x' }, 'app_only'],
  ];
  test.each(cases)('%s', async (_name, preset, claims, expected) => {
    const { access } = FIXTURES[preset];
    const result = await outcome(verifierFor(preset).verify({ ...access.claims, ...claims }, access.header));
    expect(result).toEqual(typeof expected === 'string' ? expected : expect.objectContaining(expected as object));
  });

  const plain = (Object.keys(PRESETS) as IdpPresetName[]).filter((name) => PRESETS[name].accessTokenBy === 'markers');
  test.each(plain)(
    'a token of %s that names its client but grants nothing is one: the client is told what to ask for',
    async (preset) => {
      const { access, scopes } = FIXTURES[preset];
      const claims = { ...access.claims, permissions: undefined, [scopes.claim]: undefined };
      expect(await outcome(verifierFor(preset).verify(claims, access.header))).toMatchObject({
        clientId: 'client-1',
        scopes: [],
      });
    },
  );

  test('a token for its own client is an ID token, unless it grants something', async () => {
    const { verify } = verifierFor('oidc', { audience: ['client-1'] });
    const claims = { sub: 'any-1', client_id: 'client-1', aud: 'client-1' };
    expect([await outcome(verify(claims)), await outcome(verify({ ...claims, scope: 'starter.echo' }))]).toEqual([
      'id_token',
      expect.objectContaining({ subject: 'any-1' }),
    ]);
  });
});

describe('a token that only an app is behind', () => {
  const cases: ReadonlyArray<readonly [string, IdpPresetName, object, unknown]> = [
    ['Auth0 by its subject', 'auth0', { sub: 'x@clients' }, 'app_only'],
    ['Auth0 by its grant', 'auth0', { gty: 'client-credentials' }, 'app_only'],
    ['Auth0: a user’s refresh is not one', 'auth0', { gty: ['refresh_token'] }, { subject: 'auth0|1' }],
    ['Keycloak by the name', 'keycloak', { preferred_username: 'Service-Account-Client-1' }, 'app_only'],
    ['Keycloak without a session', 'keycloak', { client_id: 'client-1', sid: undefined }, 'app_only'],
    ['Keycloak: client_id beside a session is a user', 'keycloak', { client_id: 'client-1' }, { subject: 'kc-1' }],
    ['AuthKit', 'authkit', { sub: 'client_01' }, 'app_only'],
    ['Clerk', 'clerk', { sub: 'mch_1' }, 'app_only'],
  ];
  test.each(cases)('%s', async (_name, preset, claims, expected) => {
    const { access } = FIXTURES[preset];
    const result = await outcome(verifierFor(preset).verify({ ...access.claims, ...claims }, access.header));
    expect(result).toEqual(typeof expected === 'string' ? expected : expect.objectContaining(expected as object));
  });
});
