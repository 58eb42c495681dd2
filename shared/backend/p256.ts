import { createHash, createPublicKey } from 'node:crypto';

/** A public key on P-256 (RFC 7518 section 6.2.1). */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** An entry of a JWK Set (RFC 7517 section 5), for signatures by ES256 only. */
export type PublishedJwk = PublicJwk & { readonly kid: string; readonly use: 'sig'; readonly alg: 'ES256' };

/** @throws Error when it is no key on this curve */
export function readPublicKey(spki: Buffer): PublicJwk {
  const { kty, crv, x, y } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) throw new Error('no key on P-256');
  return { kty, crv, x, y };
}

/** The key's own name: base64url SHA-256 of its members in this order (RFC 7638 section 3). */
export function thumbprint({ kty, crv, x, y }: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

export function publishedJwk(jwk: PublicJwk): PublishedJwk {
  return { ...jwk, kid: thumbprint(jwk), use: 'sig', alg: 'ES256' };
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const SIZE = 32;

/**
 * An ECDSA signature as KMS gives it (DER, RFC 3279 section 2.2.3) → as JWS wants it (r and s side by side, 32 bytes each,
 * RFC 7518 section 3.4).
 *
 * @throws Error for anything else
 */
export function joseSignature(der: Buffer): Buffer {
  const r = readInteger(der, 2);
  const s = readInteger(der, r.end);
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2 || s.end !== der.length) throw new Error('no signature in DER');
  return Buffer.concat([r.value, s.value]);
}

function readInteger(der: Buffer, at: number): { readonly value: Buffer; readonly end: number } {
  const end = at + 2 + (der[at + 1] ?? 0);
  // A leading zero keeps a number positive and is none of its 32 bytes.
  const digits = der.subarray(at + 2, end);
  const trimmed = digits[0] === 0 ? digits.subarray(1) : digits;
  if (der[at] !== INTEGER || end > der.length || trimmed.length > SIZE || trimmed.length === 0) {
    throw new Error('no signature in DER');
  }
  return { value: Buffer.concat([Buffer.alloc(SIZE - trimmed.length), trimmed]), end };
}
