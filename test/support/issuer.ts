import { generateKeyPairSync, type KeyObject } from 'node:crypto';
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

const PAIRS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
} as const;

const KEYS: ReadonlyMap<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }> = new Map([
  ['RS256', PAIRS.RS256],
  ['PS256', PAIRS.RS256],
  ['ES256', PAIRS.ES256],
  ['EdDSA', PAIRS.EdDSA],
]);

export function createIssuer(issuer: string): TestIssuer {
  let down = false;
  let fetches = 0;
  const jwksUri = `${issuer.replace(/\/$/, '')}/jwks`;
  const keys = [...KEYS].map(([alg, { publicKey }]) => ({
    ...publicKey.export({ format: 'jwk' }),
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
      const pair = KEYS.get(alg);
      if (pair === undefined) throw new Error(`no key for ${alg}`);
      return new SignJWT({ ...claims }).setProtectedHeader(header).sign(pair.privateKey);
    },
  };
}
