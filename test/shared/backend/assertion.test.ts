import { afterEach, describe, expect, test } from '@jest/globals';
import { JwtVerifier } from 'aws-jwt-verify';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { createLocalKms } from '../../../cli/dev/local-kms.ts';
import { type AssertionSigner, createAssertionSigner } from '../../../shared/backend/assertion.ts';
import { createKmsKeys } from '../../../shared/backend/kms-keys.ts';
import type { JwkSet } from '../../../shared/backend/published-keys.ts';
import { assertionClaims, BACKEND, GATEWAY } from '../../support/assertion.ts';
import { NOW } from '../../support/config.ts';
import { createFaultyKms, createSigningWorld, FOREVER, KMS_KEY } from '../../support/signing.ts';

interface Pair {
  readonly signer: AssertionSigner;
  readonly jwks: () => Promise<JwkSet>;
}

function withStoredKeys(): Pair {
  const world = createSigningWorld();
  const signer = createAssertionSigner({ keys: world.signer(), clock: world.ports.clock, issuer: GATEWAY });
  return { signer, jwks: () => world.publisher().read(FOREVER) };
}

function withKmsKeys(): Pair {
  const clock = () => NOW;
  const keys = createKmsKeys({ kms: createLocalKms(), kmsKey: KMS_KEY, clock });
  return { signer: createAssertionSigner({ keys, clock, issuer: GATEWAY }), jwks: () => keys.read(FOREVER) };
}

const payloadOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString());

describe.each([
  ['keys of the table', withStoredKeys],
  ['a key in KMS', withKmsKeys],
])('an assertion by %s', (_name, create) => {
  test('says who, by which tool, for which backend and request, and for how long', async () => {
    const { signer, jwks } = create();
    const jwt = await signer.sign(assertionClaims());
    const { keys } = await jwks();
    expect([decodeProtectedHeader(jwt), payloadOf(jwt)]).toEqual([
      { alg: 'ES256', typ: 'gatehouse-assertion+jwt', kid: keys[0]!.kid },
      {
        iss: 'https://mcp.example.com',
        aud: 'https://crm.example.com',
        sub: 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF',
        sub_id: { format: 'iss_sub', iss: 'https://login.example.com', sub: 'auth0|alice' },
        client_id: 'client-1',
        scope: 'crm.read crm.reports',
        tool: 'crmGetSalesSummary',
        txn: 'request-1',
        // printf '%s\n' gatehouse-request-v1 POST /v1/sales/summary 'year=2025&quarter=4' <body_hash> without the last LF,
        // through sha256sum and base64url.
        req_hash: 'iiYrRTRZ0Fq6jv31l0vhd3v6TLGoPUvrbIC0yByXPzs',
        body_hash: 'DSAelGsqN0W2aWKLQmEIcm49AZ0pKS6h2oeG_6go5J0',
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
        iat: NOW / 1000,
        exp: NOW / 1000 + 60,
      },
    ]);
  });

  test('is one that jose accepts', async () => {
    const { signer, jwks } = create();
    const jwt = await signer.sign(assertionClaims());
    const options = {
      issuer: GATEWAY,
      audience: BACKEND,
      algorithms: ['ES256'],
      typ: 'gatehouse-assertion+jwt',
      currentDate: new Date(NOW),
    };
    const { payload } = await jwtVerify(jwt, createLocalJWKSet((await jwks()) as never), options);
    expect(payload.sub).toBe('usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF');
  });

  test('is one that aws-jwt-verify accepts', async () => {
    const { signer, jwks } = create();
    const jwt = await signer.sign(assertionClaims());
    const verifier = JwtVerifier.create({ issuer: GATEWAY, audience: BACKEND, graceSeconds: FOREVER });
    verifier.cacheJwks((await jwks()) as never);
    expect((await verifier.verify(jwt)).sub).toBe('usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF');
  });
});

test('two assertions never share an id, even for the same request: each is good for one', async () => {
  const { signer } = withStoredKeys();
  const claims = assertionClaims();
  const jwts = await Promise.all(Array.from({ length: 100 }, () => signer.sign(claims)));
  expect(new Set(jwts.map((jwt) => payloadOf(jwt).jti)).size).toBe(100);
});

test('a user without a client, a tool without scopes, a request without a body', async () => {
  const { signer } = withStoredKeys();
  const principal = { issuer: 'https://login.example.com', subject: 'alice', clientId: undefined };
  const request = { method: 'GET', path: '/', query: '' };
  const jwt = await signer.sign(assertionClaims({ principal, scopes: [], request }));
  expect(payloadOf(jwt)).toEqual({
    ...payloadOf(await signer.sign(assertionClaims({ scopes: [], request }))),
    client_id: undefined,
    sub_id: { format: 'iss_sub', iss: 'https://login.example.com', sub: 'alice' },
    jti: expect.any(String),
    // SHA-256 of nothing.
    body_hash: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    scope: '',
  });
});

test('text of an identity provider cannot leave its member', async () => {
  const { signer, jwks } = withStoredKeys();
  const subject = '","sub":"usr_other","x":"\u2028\u0000\ud800';
  const principal = { issuer: 'https://login.example.com', subject, clientId: '"}' };
  const jwt = await signer.sign(assertionClaims({ principal }));
  const options = { currentDate: new Date(NOW) };
  const { payload } = await jwtVerify(jwt, createLocalJWKSet((await jwks()) as never), options);
  expect([payload.sub, payload['sub_id'], payload['client_id']]).toEqual([
    'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF',
    { format: 'iss_sub', iss: 'https://login.example.com', sub: subject },
    '"}',
  ]);
});

describe('a key in KMS', () => {
  const faulty = createFaultyKms();
  afterEach(() => {
    faulty.down = false;
  });
  const keys = createKmsKeys({ kms: faulty.kms, kmsKey: KMS_KEY, clock: () => NOW });
  const signer = createAssertionSigner({ keys, clock: () => NOW, issuer: GATEWAY });

  test('signs once for each assertion and is named once', async () => {
    for (let call = 0; call < 5; call++) await signer.sign(assertionClaims());
    expect([...faulty.asked]).toEqual([
      ['publicKey', 1],
      ['sign', 5],
    ]);
  });

  test('that cannot be reached signs nothing', async () => {
    faulty.down = true;
    await expect(signer.sign(assertionClaims())).rejects.toMatchObject({ name: 'SigningUnavailable' });
    const fresh = createKmsKeys({ kms: faulty.kms, kmsKey: KMS_KEY, clock: () => NOW });
    await expect(fresh.current(FOREVER)).rejects.toMatchObject({ name: 'SigningUnavailable' });
    await expect(fresh.read(FOREVER)).rejects.toMatchObject({ code: 'SIGNING_KEYS_UNAVAILABLE' });
  });
});
