import { constants, verify } from 'node:crypto';
import { JwtParseError } from 'aws-jwt-verify/error';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import type { SigningKey } from './jwks.ts';
import { own } from './strict-json.ts';

const KEY_TYPES: ReadonlyMap<string, { readonly kty: string; readonly crv?: string }> = new Map([
  ['RS256', { kty: 'RSA' }],
  ['PS256', { kty: 'RSA' }],
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
]);

const MIN_RSA_BITS = 2048;

/** The library's own claim checks are incomplete and use the wall clock: all claims are judged by our verifier. */
const SIGNATURE_ONLY = { issuer: null, audience: null, graceSeconds: Number.POSITIVE_INFINITY };

/**
 * Whether this key may verify this algorithm (RFC 8725 section 3.1): a stable reason, or undefined when it may. The
 * JWK's own `alg` is optional, so the key type decides and an RSA key never meets ES256 or HS256.
 */
export function keyProblem(alg: string, { jwk, key }: SigningKey): string | undefined {
  const wanted = KEY_TYPES.get(alg);
  if (wanted === undefined || own(jwk, 'kty') !== wanted.kty) return 'key_type';
  if (wanted.crv !== undefined && own(jwk, 'crv') !== wanted.crv) return 'key_type';
  if (wanted.kty === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) return 'key_too_short';
  const use = own(jwk, 'use');
  if (use !== undefined && use !== 'sig') return 'key_use';
  const operations = own(jwk, 'key_ops');
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return 'key_use';
  const keyAlg = own(jwk, 'alg');
  if (keyAlg !== undefined && keyAlg !== alg) return 'key_alg';
  return undefined;
}

/** A stable reason, or undefined when the signature is good. Never throws for what a client sent. */
export function signatureProblem(token: string, alg: string, { jwk, key }: SigningKey): string | undefined {
  // Decoders skip what they do not know: without this, one signature could be written in many ways.
  const signature = token.slice(token.lastIndexOf('.') + 1);
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) return 'signature';
  if (alg === 'PS256') return verifyPss(token, key) ? undefined : 'signature';
  try {
    verifyJwtSync(token, { ...jwk, use: 'sig' } as Parameters<typeof verifyJwtSync>[1], SIGNATURE_ONLY, () => key);
    return undefined;
  } catch (error) {
    return error instanceof JwtParseError ? 'malformed_claims' : 'signature';
  }
}

/** RFC 7518 section 3.5; aws-jwt-verify has no PSS. */
function verifyPss(token: string, key: SigningKey['key']): boolean {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const input = Buffer.from(token.slice(0, end), 'latin1');
  return verify('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature);
}
