import { constants, type KeyObject, verify } from 'node:crypto';
import { own } from '../core/json-object.ts';
import type { SigningKey } from './jwks.ts';

const KEY_TYPES: ReadonlyMap<string, { readonly kty: string; readonly crv?: string }> = new Map([
  ['RS256', { kty: 'RSA' }],
  ['PS256', { kty: 'RSA' }],
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
]);

const MIN_RSA_BITS = 2048;

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
export function signatureProblem(token: string, alg: string, { key }: SigningKey): string | undefined {
  const end = token.lastIndexOf('.');
  const text = token.slice(end + 1);
  const signature = Buffer.from(text, 'base64url');
  // Decoders skip what they do not know: without this, one signature could be written in many ways.
  if (signature.toString('base64url') !== text) return 'signature';
  const signed = Buffer.from(token.slice(0, end), 'latin1');
  try {
    return isSignedBy(alg, signed, signature, key) ? undefined : 'signature';
  } catch {
    // Not every algorithm answers false for a signature of an impossible form.
    return 'signature';
  }
}

/** RFC 7518 section 3 and RFC 8037 section 3.1. */
function isSignedBy(alg: string, signed: Buffer, signature: Buffer, key: KeyObject): boolean {
  switch (alg) {
    case 'RS256':
      return verify('sha256', signed, key, signature);
    case 'PS256':
      return verify('sha256', signed, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature);
    case 'ES256':
      // JWS writes r and s side by side, not as DER.
      return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
    case 'EdDSA':
      return verify(null, signed, key, signature);
    default:
      return false;
  }
}
