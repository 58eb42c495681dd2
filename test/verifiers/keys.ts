import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { type PublishedJwk, publishedJwk } from '../../shared/backend/p256.ts';
import type { SigningKeys } from '../../shared/backend/signing-key.ts';

/** A key pair on P-256. */
export interface TestKey {
  readonly jwk: PublishedJwk;
  readonly privateKey: KeyObject;
}

/** Always the same for a name: tables of vectors are comparable, and no private key is in a file. */
export function testKey(name: string): TestKey {
  const secret = createHash('sha256').update(`gatehouse test vectors: ${name}`).digest();
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  const jwk = publishedJwk({ kty: 'EC', crv: 'P-256', x: x!, y: y! });
  const privateKey = createPrivateKey({ key: { ...jwk, d: secret.toString('base64url') }, format: 'jwk' });
  return { jwk, privateKey };
}

export function signWith({ privateKey }: TestKey, input: string | Buffer): Buffer {
  return sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
}

/** The one key signs everything. */
export function keysOf(key: TestKey): SigningKeys {
  const signing = { kid: key.jwk.kid, sign: (input: Buffer) => signWith(key, input) };
  return { current: async () => signing };
}
