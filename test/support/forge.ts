import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { generatedJwk } from '../../cli/dev/generated-jwk.ts';
import type { GetJson } from '../../shared/net/get-json.ts';
import { goodClaims, NOW } from './config.ts';

/** Tokens of any shape, signed for real: jose refuses to make most of what an attacker sends. */
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed = generateKeyPairSync('ed25519');
const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });

const RSA_PEM = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const ATTACKER_JWK = generatedJwk(attacker.publicKey);
export const ATTACKER = attacker.privateKey;
export const LONG_KID = 'k'.repeat(256);

const PRIVATE: ReadonlyMap<unknown, KeyObject> = new Map([
  ['short', short.privateKey],
  ['ec', p256.privateKey],
  ['p384', p384.privateKey],
  ['ed', ed.privateKey],
]);

const jwk = (kid: string, { publicKey }: { publicKey: KeyObject }, more: object = {}) => ({
  ...generatedJwk(publicKey),
  kid,
  ...more,
});

/** What the issuer publishes: good keys, and keys that no token of ours may use. */
const PUBLISHED = [
  jwk('rsa', rsa),
  jwk('ec', p256, { use: 'sig' }),
  jwk('ed', ed, { key_ops: ['verify'] }),
  jwk(LONG_KID, rsa),
  jwk('pinned', rsa, { alg: 'PS256' }),
  jwk('short', short),
  jwk('p384', p384),
  jwk('encryption', rsa, { use: 'enc' }),
  jwk('wrapping', rsa, { key_ops: ['wrapKey'] }),
  { kty: 'oct', k: 'c2VjcmV0', kid: 'secret' },
  { kty: 'RSA', kid: 'broken' },
];

/** The documents of an issuer with those keys; `urls` is what was fetched. */
export function publish(issuer: string): { readonly getJson: GetJson; readonly urls: string[] } {
  const urls: string[] = [];
  const getJson: GetJson = async (url) => {
    urls.push(url);
    const json = url.endsWith('/keys') ? { keys: PUBLISHED } : { issuer, jwks_uri: 'https://keys.example.com/keys' };
    return { json, maxAgeSeconds: undefined };
  };
  return { getJson, urls };
}

const SIGN: Readonly<Record<string, (input: Buffer, key: KeyObject) => Buffer>> = {
  RS256: (input, key) => sign('sha256', input, key),
  RS512: (input, key) => sign('sha512', input, key),
  PS256: (input, key) =>
    sign('sha256', input, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  ES256: (input, key) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' }),
  EdDSA: (input, key) => sign(null, input, key),
  // The classic confusion: the public key as the secret.
  HS256: (input) => createHmac('sha256', RSA_PEM).update(input).digest(),
  none: () => Buffer.alloc(0),
};

export const encode = (text: string) => Buffer.from(text).toString('base64url');

/** Signs header and payload as they are given, valid JSON or not. */
function signText(header: string, payload: string, alg: string, key: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const bytes = SIGN[alg]?.(Buffer.from(input), key);
  if (bytes === undefined) throw new Error(`cannot sign ${alg}`);
  return `${input}.${bytes.toString('base64url')}`;
}

export interface Spoiled {
  /** Laid over the good header; undefined removes. */
  readonly header?: object;
  /** Laid over the good claims; undefined removes. */
  readonly claims?: object;
  /** Instead of the key that `kid` names. */
  readonly key?: KeyObject;
  /** Signs by this although the header says otherwise. */
  readonly signAs?: string;
}

/** A good token but for what is given. */
export function forge({ header = {}, claims = {}, key, signAs }: Spoiled = {}): string {
  const whole: Record<string, unknown> = { alg: 'RS256', kid: 'rsa', typ: 'JWT', ...header };
  const alg =
    signAs ?? (typeof whole['alg'] === 'string' && Object.hasOwn(SIGN, whole['alg']) ? whole['alg'] : 'RS256');
  const own = PRIVATE.get(whole['kid']) ?? rsa.privateKey;
  return signText(JSON.stringify(whole), JSON.stringify({ ...goodClaims(NOW), ...claims }), alg, key ?? own);
}

/** A good token with this text as payload. */
export function forgeText(payload: string, header = '{"alg":"RS256","kid":"rsa","typ":"JWT"}'): string {
  return signText(header, payload, 'RS256', rsa.privateKey);
}
