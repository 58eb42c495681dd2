import { createHmac, createPublicKey, sign } from 'node:crypto';
import type { JsonObject } from '../../shared/core/json-object.ts';
import { BACKEND, GATEWAY } from '../support/assertion.ts';
import { signWith, type TestKey, testKey } from './keys.ts';
import { AT, CURRENT, type Refusal, signed, step, type Vector } from './vector.ts';

const STRANGER = testKey('the key of a stranger');
/** The order of P-256 (SEC 2 section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const encode = (text: string | Buffer) => Buffer.from(text).toString('base64url');
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as JsonObject;

interface Spoiled {
  /** Laid over the good header; undefined removes. */
  readonly header?: JsonObject;
  /** Laid over the good claims; undefined removes. */
  readonly claims?: JsonObject;
  readonly key?: TestKey;
  /** Instead of a good signature over the rest. */
  readonly signature?: (input: string) => Buffer;
  /** Instead of the header or the payload. */
  readonly headText?: string;
  readonly payloadText?: string;
}

/** A good assertion but for what is given, signed as well as the forger can. */
async function forge({ header, claims, key = CURRENT, signature, headText, payloadText }: Spoiled): Promise<string> {
  const [head = '', payload = ''] = (await signed()).split('.');
  const newHead = encode(headText ?? JSON.stringify({ ...decode(head), ...header }));
  const input = `${newHead}.${encode(payloadText ?? JSON.stringify({ ...decode(payload), ...claims }))}`;
  return `${input}.${encode(signature?.(input) ?? signWith(key, input))}`;
}

export async function forgeries(): Promise<readonly Vector[]> {
  return [
    ...(await refusals(OTHER_PARTIES)),
    ...(await refusals(OTHER_KINDS)),
    ...(await refusals(OTHER_KEYS)),
    ...(await refusals(TAMPERED)),
    ...(await broken()),
    await twoForms(),
  ];
}

type Rows = ReadonlyArray<readonly [string, Refusal, Spoiled]>;

function refusals(rows: Rows): Promise<readonly Vector[]> {
  return Promise.all(
    rows.map(async ([name, expected, spoiled]) => {
      return { name: `refused: ${name}`, steps: [step(await forge(spoiled), expected)] };
    }),
  );
}

const OTHER_PARTIES: Rows = [
  ['for another backend', 'audience', { claims: { aud: 'https://other.example.com' } }],
  ['for this backend among others', 'audience', { claims: { aud: [BACKEND, 'https://other.example.com'] } }],
  ['for this backend, with a slash', 'audience', { claims: { aud: `${BACKEND}/` } }],
  ['for nobody', 'audience', { claims: { aud: undefined } }],
  ['from another gateway', 'issuer', { claims: { iss: 'https://other.example.com' } }],
  ['from this gateway, with a slash', 'issuer', { claims: { iss: `${GATEWAY}/` } }],
  ['from nobody', 'issuer', { claims: { iss: undefined } }],
  ['good for an hour', 'time', { claims: { exp: AT + 3600 } }],
  ['good for ever', 'time', { claims: { exp: undefined } }],
  ['without a beginning', 'time', { claims: { iat: undefined } }],
  ['without an id', 'replayed', { claims: { jti: undefined } }],
  ['with a number as id', 'replayed', { claims: { jti: 7 } }],
  ['without a hash', 'request', { claims: { req_hash: undefined } }],
];

const PUBLIC_PEM = createPublicKey({ key: { ...CURRENT.jwk }, format: 'jwk' }).export({ format: 'pem', type: 'spki' });
const hmac = (secret: string | Buffer) => (input: string) => createHmac('sha256', secret).update(input).digest();

const OTHER_KINDS: Rows = [
  ['an access token', 'type', { header: { typ: 'at+jwt' } }],
  ['a plain JWT', 'type', { header: { typ: 'JWT' } }],
  ['no type', 'type', { header: { typ: undefined } }],
  ['alg none', 'type', { header: { alg: 'none' }, signature: () => Buffer.from('none') }],
  ['alg None with a good signature', 'type', { header: { alg: 'None' } }],
  ['HS256 with the public key as secret', 'type', { header: { alg: 'HS256' }, signature: hmac(String(PUBLIC_PEM)) }],
  ['HS256 under the name ES256', 'signature', { signature: hmac(String(PUBLIC_PEM)) }],
  ['HS256 with the x of the key', 'type', { header: { alg: 'HS256' }, signature: hmac(CURRENT.jwk.x) }],
  ['RS256', 'type', { header: { alg: 'RS256' } }],
  ['ES384', 'type', { header: { alg: 'ES384' } }],
  ['es256', 'type', { header: { alg: 'es256' } }],
  ['no algorithm', 'type', { header: { alg: undefined } }],
  ['a header that must be understood', 'type', { header: { crit: ['b64'], b64: false } }],
];

const OTHER_KEYS: Rows = [
  ['a key that is not published', 'unknown_key', { header: { kid: STRANGER.jwk.kid }, key: STRANGER }],
  ['a key that it brings along', 'unknown_key', { header: { kid: 'x', jwk: STRANGER.jwk }, key: STRANGER }],
  ['a key that it brings along under a known name', 'signature', { header: { jwk: STRANGER.jwk }, key: STRANGER }],
  ['a key at an address of its own', 'signature', { header: { jku: 'https://evil.example.com' }, key: STRANGER }],
  ['the name of one key, the signature of another', 'signature', { key: STRANGER }],
  ['no key name', 'unknown_key', { header: { kid: undefined } }],
  ['a key name that is a list', 'unknown_key', { header: { kid: [CURRENT.jwk.kid] } }],
  ['a key name that is an object', 'unknown_key', { header: { kid: {} } }],
  ['the key name __proto__', 'unknown_key', { header: { kid: '__proto__' } }],
  ['the key name constructor', 'unknown_key', { header: { kid: 'constructor' } }],
  ['a key on another curve', 'unknown_key', { header: { kid: 'on another curve' } }],
];

const TAMPERED: Rows = [
  ['another signature', 'signature', { signature: (input) => flip(signWith(CURRENT, input)) }],
  ['half of a signature', 'signature', { signature: (input) => signWith(CURRENT, input).subarray(0, 32) }],
  ['a signature and more', 'signature', { signature: (input) => Buffer.concat([signWith(CURRENT, input), ZERO]) }],
  ['zeros as signature', 'signature', { signature: () => Buffer.alloc(64) }],
  ['the order of the curve as signature', 'signature', { signature: () => bytesOf(ORDER, ORDER) }],
  ['a signature in DER', 'signature', { signature: (input) => sign('sha256', Buffer.from(input), CURRENT.privateKey) }],
  ['the signature of another text', 'signature', { signature: () => signWith(CURRENT, 'another text') }],
  ['a header that is no JSON', 'malformed', { headText: '{' }],
  ['a header that is null', 'type', { headText: 'null' }],
  ['a header that is a list', 'type', { headText: '["ES256"]' }],
  ['a header that is nested deeply', 'malformed', { headText: '['.repeat(4000) }],
  ['claims that are no JSON', 'malformed', { payloadText: 'claims' }],
  ['claims that are null', 'issuer', { payloadText: 'null' }],
  ['claims that are a list', 'issuer', { payloadText: '[]' }],
  ['more than 8 KB', 'malformed', { claims: { padding: 'x'.repeat(9000) } }],
];

const ZERO = Buffer.from([0]);

/** With one bit of its last byte changed. */
function flip(signature: Buffer): Buffer {
  return Buffer.concat([signature.subarray(0, -1), Buffer.from([(signature.at(-1) ?? 0) ^ 1])]);
}

async function broken(): Promise<readonly Vector[]> {
  const good = await signed();
  const [head = '', payload = '', signature = ''] = good.split('.');
  const claims = { ...decode(payload), sub: 'usr_somebody_else' };
  const rows: ReadonlyArray<readonly [string, Refusal, string]> = [
    ['other claims under the same signature', 'signature', `${head}.${encode(JSON.stringify(claims))}.${signature}`],
    ['nothing', 'malformed', ''],
    ['no signature', 'malformed', `${head}.${payload}.`],
    ['two parts', 'malformed', `${head}.${payload}`],
    ['four parts', 'malformed', `${good}.${signature}`],
    ['blanks around', 'malformed', ` ${good}`],
    ['a line end after it', 'malformed', `${good}\n`],
    ['the scheme before it', 'malformed', `Bearer ${good}`],
    ['padding', 'malformed', `${good}==`],
  ];
  return rows.map(([name, expected, text]) => ({ name: `refused: ${name}`, steps: [step(text, expected)] }));
}

/** Of every ECDSA signature there is a second form that is as good; the id tells that it was used. */
async function twoForms(): Promise<Vector> {
  const good = await signed();
  const [head = '', payload = '', signature = ''] = good.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const [r, s] = [bytes.subarray(0, 32), bytes.subarray(32)].map((half) => BigInt(`0x${half.toString('hex')}`));
  const second = `${head}.${payload}.${encode(bytesOf(r ?? 0n, ORDER - (s ?? 0n)))}`;
  return {
    name: 'refused: the same request with the other form of its signature',
    steps: [step(good, 'accepted'), step(second, 'replayed')],
  };
}

function bytesOf(...numbers: readonly bigint[]): Buffer {
  return Buffer.from(numbers.map((number) => number.toString(16).padStart(64, '0')).join(''), 'hex');
}
