import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createVerifier } from '../../../shared/auth/verifier.ts';
import type { GatewayConfig } from '../../../shared/core/config.ts';
import { errorRow } from '../../../shared/core/error-table.ts';
import { GatewayError } from '../../../shared/core/errors.ts';
import type { Principal, RawToken } from '../../../shared/core/principal.ts';
import { goodClaims, ISSUER, NOW, testConfig } from '../../support/config.ts';
import { forge, forgeText, LONG_KID, publish } from '../../support/forge.ts';
import { captureLog } from '../../support/log.ts';
import { ODD_TOKENS } from '../../support/odd-tokens.ts';

function verifierOf(idp: Partial<GatewayConfig['idp']> = {}, clock = () => NOW) {
  const config = testConfig({ idp });
  const { getJson, urls } = publish(config.idp.issuer);
  const ports = { getJson, clock, log: captureLog().log };
  const verifier = createVerifier(config, ports);
  return { urls, verify: (token: string) => verifier.verify(token as RawToken) };
}

const verify = (token: string, idp?: Partial<GatewayConfig['idp']>) => verifierOf(idp).verify(token);

/** What a refusal says, as one value; a Principal if there was none. */
async function verdict(promise: Promise<Principal>) {
  try {
    return await promise;
  } catch (error) {
    return error instanceof GatewayError
      ? { code: error.code, reason: error.reason, status: errorRow(error.code).status }
      : error;
  }
}

describe('good tokens', () => {
  test.each([
    ['RS256', 'rsa'],
    ['PS256', 'rsa'],
    ['PS256', 'pinned'],
    ['ES256', 'ec'],
    ['EdDSA', 'ed'],
    ['RS256', LONG_KID],
  ])('%s by the key %s is verified', async (alg, kid) => {
    expect(await verify(forge({ header: { alg, kid } }))).toMatchObject({ subject: 'alice' });
  });

  test('a subject of 255 characters is accepted', async () => {
    expect(await verify(forge({ claims: { sub: 'a'.repeat(255) } }))).toMatchObject({ subject: 'a'.repeat(255) });
  });

  test('an access token by its type may have a nonce', async () => {
    const token = forge({ header: { typ: 'at+jwt' }, claims: { nonce: 'n' } });
    expect(await verify(token)).toMatchObject({ subject: 'alice' });
  });

  test('a claim named __proto__ is a claim like any other and changes nothing', async () => {
    const text = JSON.stringify(goodClaims(NOW)).replace('{', '{"__proto__":{"roles":["admin"],"scp":"admin"},');
    const { roles, scopes } = await verify(forgeText(text));
    expect({ roles, scopes }).toEqual({ roles: [], scopes: ['openid', 'starter.echo', 'starter.whoami'] });
  });
});

describe('refused tokens', () => {
  test.each(ODD_TOKENS)('$name is refused: $reason', async ({ token, code, reason, idp }) => {
    expect(await verdict(verify(token, idp))).toEqual({ code, reason, status: 401 });
  });

  test('keys that a token names or brings are never fetched', async () => {
    const { verify: check, urls } = verifierOf();
    const header = { jku: 'https://evil.example/keys', x5u: 'https://evil.example/cert' };
    await check(forge({ header }));
    expect(urls).toEqual([`${ISSUER}/.well-known/openid-configuration`, 'https://keys.example.com/keys']);
  });

  test('a token that is bad before its key is asked for costs no fetch', async () => {
    const { verify: check, urls } = verifierOf();
    const early = ['opaque', 'encrypted', 'alg_not_allowed', 'crit_not_understood', 'typ_not_allowed', 'iss_mismatch'];
    for (const { token, idp } of ODD_TOKENS.filter(({ reason }) => early.includes(reason))) {
      if (idp === undefined) await verdict(check(token));
    }
    expect(urls).toEqual([]);
  });

  test('nothing is remembered: the token of a moment ago is refused once it has expired', async () => {
    let now = NOW;
    const { verify: check } = verifierOf({}, () => now);
    const token = forge();
    const first = await check(token);
    now += 631_000;
    expect([first.subject, await verdict(check(token))]).toEqual([
      'alice',
      { code: 'TOKEN_EXPIRED', reason: 'expired', status: 401 },
    ]);
  });
});

describe('whatever comes, it is a principal or a GatewayError with 4xx', () => {
  const isFine = (outcome: unknown) => {
    const { subject, status } = outcome as { subject?: unknown; status?: number };
    return typeof subject === 'string' || status === 401;
  };
  const CLAIMS = [
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'scope',
    'scp',
    'roles',
    'client_id',
    'jti',
    'nonce',
    'typ',
  ];
  const { verify: check } = verifierOf();

  test('for any text as token', async () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    const token = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.'));
    await fc.assert(fc.asyncProperty(token, async (text) => expect(isFine(await verdict(check(text)))).toBe(true)));
  });

  test('for any values of the claims, well signed', async () => {
    const claims = fc.dictionary(fc.constantFrom(...CLAIMS), fc.jsonValue(), { maxKeys: 3 });
    const alg = fc.constantFrom('RS256', 'PS256');
    await fc.assert(
      fc.asyncProperty(claims, alg, async (more, name) => {
        expect(isFine(await verdict(check(forge({ header: { alg: name }, claims: more }))))).toBe(true);
      }),
    );
  });

  test('for any values in the header', async () => {
    const names = fc.constantFrom('alg', 'kid', 'typ', 'crit', 'jwk', 'jku', 'x5c', 'b64', 'zip');
    const headers = fc.dictionary(names, fc.jsonValue(), { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(headers, async (header) => expect(isFine(await verdict(check(forge({ header }))))).toBe(true)),
    );
  });
});
