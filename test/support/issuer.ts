import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { generatedJwk } from '../../cli/dev/generated-jwk.ts';
import { SignJWT } from 'jose';
import type { GetJson } from '../../shared/net/get-json.ts';

/** An issuer of our own: keys, signed tokens, and the two documents a gateway fetches. */
export interface TestIssuer {
  readonly issuer: string;
  readonly getJson: GetJson;
  /** How often the keys were fetched. */
  readonly keyFetches: () => number;
  /** The identity provider stops answering. */
  fail(): void;
  recover(): void;
  sign(claims: object, header?: { alg?: string; kid?: string; typ?: string | undefined }): Promise<string>;
}

export type IssuerKeys = ReadonlyMap<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>;

/** Keys of one issuer, by algorithm. The key ids are the same for every issuer, so that only the key itself tells. */
export function makeKeys(): IssuerKeys {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return new Map([
    ['RS256', rsa],
    ['PS256', rsa],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ]);
}

const KEYS = makeKeys();

export function createIssuer(issuer: string, pairs: IssuerKeys = KEYS): TestIssuer {
  let down = false;
  let fetches = 0;
  const jwksUri = `${issuer.replace(/\/$/, '')}/jwks`;
  const keys = [...pairs].map(([alg, { publicKey }]) => ({
    ...generatedJwk(publicKey),
    kid: `key-${alg}`,
    alg,
    use: 'sig',
  }));
  return {
    issuer,
    keyFetches: () => fetches,
    fail: () => {
      down = true;
    },
    recover: () => {
      down = false;
    },
    getJson: async (url) => {
      if (url === jwksUri) fetches++;
      if (down) throw new Error('the issuer is down');
      if (url === jwksUri) return { json: { keys }, maxAgeSeconds: undefined };
      if (url.includes('/.well-known/')) return { json: { issuer, jwks_uri: jwksUri }, maxAgeSeconds: undefined };
      throw new Error(`nothing at ${url}`);
    },
    sign: async (claims, { alg = 'RS256', kid = `key-${alg}`, ...more } = {}) => {
      const typ = 'typ' in more ? more.typ : 'JWT';
      const header = { alg, kid, ...(typ === undefined ? {} : { typ }) };
      const signing = new SignJWT({ ...claims }).setProtectedHeader(header);
      if (alg === 'HS256') return signing.sign(publicKeyAsSecret(pairs));
      const pair = pairs.get(alg);
      if (pair === undefined) throw new Error(`no key for ${alg}`);
      return signing.sign(pair.privateKey);
    },
  };
}

/** What an attacker has who knows only what is published. */
function publicKeyAsSecret(pairs: IssuerKeys): Uint8Array {
  const pem = pairs.get('RS256')?.publicKey.export({ type: 'spki', format: 'pem' });
  if (pem === undefined) throw new Error('no RSA key');
  return new TextEncoder().encode(pem.toString());
}
