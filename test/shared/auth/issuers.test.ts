import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createVerifier } from '../../../shared/auth/verifier.ts';
import type { IdpConfig, IdpPresetName } from '../../../shared/core/config.ts';
import type { Principal, RawToken } from '../../../shared/core/principal.ts';
import { PRESETS } from '../../../shared/idp/presets.ts';
import type { GetJson } from '../../../shared/net/get-json.ts';
import { NOW, testConfig } from '../../support/config.ts';
import type { TokenShape } from '../../support/idp-fixture.ts';
import { FIXTURES } from '../../support/idp-fixtures.ts';
import { createIssuer, makeKeys, type TestIssuer } from '../../support/issuer.ts';
import { captureLog } from '../../support/log.ts';
import { outcome, times } from '../../support/preset-verifier.ts';

const presets = Object.keys(PRESETS) as IdpPresetName[];
const KEYS = { a: makeKeys(), b: makeKeys() };
type Name = keyof typeof KEYS;

/** An issuer whose tokens, audience and clients are its own, whatever its preset. */
interface Party {
  readonly issuer: TestIssuer;
  readonly idp: IdpConfig;
  readonly access: TokenShape;
}

function party(name: Name, preset: IdpPresetName): Party {
  const { access, client, idp, otherTenant } = FIXTURES[preset];
  const issuer = createIssuer(name === 'a' ? PRESETS[preset].issuerExample : otherTenant, KEYS[name]);
  const [audience, clientId] = [`https://${name}.example/mcp`, `client-of-${name}`];
  // The tenant in Entra's tokens is the one of its issuer.
  const tenant = access.claims['tid'] === undefined ? {} : { tid: issuer.issuer.split('/')[3] };
  return {
    issuer,
    idp: { preset, scopePrefix: '', ...idp, issuer: issuer.issuer, audience: [audience], allowedClientIds: [clientId] },
    access: { ...access, claims: { ...access.claims, ...tenant, aud: audience, [client]: clientId } },
  };
}

/** Each issuer answers under its own address only. */
function serving(...parties: readonly Party[]): GetJson {
  return (url, options) => {
    const owner = parties.find(({ issuer }) => url.startsWith(issuer.issuer.replace(/\/$/, '')));
    if (owner === undefined) throw new Error(`nothing at ${url}`);
    return owner.issuer.getJson(url, options);
  };
}

function gatewayOf(primary: Party, other: Party) {
  const { log, lines } = captureLog();
  const config = testConfig({ idp: primary.idp, otherIdps: [other.idp] });
  const verifier = createVerifier(config, { getJson: serving(primary, other), clock: () => NOW, log });
  return { verifier, lines };
}

const verifyAt = (primary: Party, other: Party) => {
  const { verifier } = gatewayOf(primary, other);
  return (token: string) => outcome(verifier.verify(token as RawToken));
};

const sign = (by: Party, { claims, header }: TokenShape, iss: unknown = by.issuer.issuer) =>
  by.issuer.sign({ iss, ...times, ...claims }, header);

describe.each(presets)('%s beside another issuer', (preset) => {
  test.each(presets)('%s: both are known, each by itself, in either order', async (second) => {
    const [a, b] = [party('a', preset), party('b', second)];
    const tokens = [await sign(a, a.access), await sign(b, b.access)];
    const seen = await Promise.all([verifyAt(a, b), verifyAt(b, a)].flatMap((verify) => tokens.map(verify)));
    const issuers = seen.map((result) => (result as Principal).issuer);
    expect(issuers).toEqual([a, b, a, b].map(({ issuer }) => issuer.issuer));
  });
});

test('a token passes only where issuer, key, audience and client are of one and the same issuer', async () => {
  const either = fc.constantFrom<Name>('a', 'b');
  const parts = fc.record({ iss: either, key: either, shape: either, aud: either, client: either });
  const pair = fc.tuple(fc.constantFrom(...presets), fc.constantFrom(...presets));
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(pair, parts, async ([first, second], { iss, key, shape, aud, client }) => {
      const parties = { a: party('a', first), b: party('b', second) };
      const { access, idp } = parties[shape];
      const claims = {
        ...access.claims,
        aud: parties[aud].idp.audience,
        [FIXTURES[idp.preset].client]: parties[client].idp.allowedClientIds[0],
      };
      const token = await sign(parties[key], { ...access, claims }, parties[iss].idp.issuer);
      const result = await verifyAt(parties.a, parties.b)(token);
      const isOfOne = [key, aud, client].every((name) => name === iss);
      if (typeof result === 'string') {
        // Refused: then something was of another, if only the shape.
        expect(isOfOne && shape === iss).toBe(false);
        return;
      }
      if (shape === iss) whole++;
      expect({ isOfOne, issuer: (result as Principal).issuer }).toEqual({
        isOfOne: true,
        issuer: parties[iss].idp.issuer,
      });
    }),
    { numRuns: 600 },
  );
  expect(whole).toBeGreaterThan(0);
});

describe('two issuers', () => {
  const [okta, oidc] = [party('a', 'okta'), party('b', 'oidc')];

  test.each<readonly [string, Party, Party, object, string]>([
    ['the key of the other', okta, oidc, {}, 'signature'],
    ['the audience of the other', okta, okta, { aud: oidc.idp.audience }, 'aud_mismatch'],
    ['the client of the other', okta, okta, { cid: 'client-of-b' }, 'client_not_allowed'],
    ['the user claim of the other', okta, okta, { uid: undefined, sub: 'any-1' }, 'no_subject'],
  ])('a token with %s is refused', async (_name, of, by, claims, reason) => {
    const shape = { ...of.access, claims: { ...of.access.claims, ...claims } };
    expect(await verifyAt(okta, oidc)(await sign(by, shape, of.issuer.issuer))).toBe(reason);
  });

  test('an algorithm of one is not one of the other', async () => {
    const token = await sign(okta, { ...okta.access, header: { alg: 'ES256', typ: undefined } });
    expect(await verifyAt(oidc, okta)(token)).toBe('alg_not_allowed');
  });

  test('an issuer that is down takes nothing from the other', async () => {
    const down = party('a', 'okta');
    down.issuer.fail();
    const { verifier, lines } = gatewayOf(down, oidc);
    await verifier.hydrate();
    const verify = async (by: Party) => outcome(verifier.verify((await sign(by, by.access)) as RawToken));
    expect([await verify(oidc), await verify(down)]).toEqual([
      expect.objectContaining({ issuer: oidc.issuer.issuer }),
      'jwks_unavailable',
    ]);
    expect(new Set(lines.map(({ issuer }) => issuer))).toEqual(new Set([down.issuer.issuer]));
  });

  test('a refusal knows whose rules it was by, and none where the issuer is nobody’s', async () => {
    const { verifier } = gatewayOf(okta, oidc);
    const expired = { ...oidc.access, claims: { ...oidc.access.claims, exp: 1 } };
    const refused = async (token: string) => verifier.verify(token as RawToken).catch((error: unknown) => error);
    expect([
      await refused(await sign(oidc, expired)),
      await refused(await sign(oidc, expired, 'https://evil.example')),
    ]).toMatchObject([
      { reason: 'expired', issuer: oidc.issuer.issuer },
      { reason: 'iss_mismatch', issuer: undefined },
    ]);
  });

  test('the same issuer twice is no configuration', () => {
    const config = testConfig({ idp: okta.idp, otherIdps: [okta.idp] });
    const ports = { getJson: serving(okta), clock: () => NOW, log: captureLog().log };
    expect(() => createVerifier(config, ports)).toThrow(`the issuer ${okta.idp.issuer} is configured twice`);
  });
});
