import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/**
 * The JWK of a key pair's half that this process has generated, by way of a copy. Node 20 can hang for ever otherwise: while
 * it writes the JWK it holds a lock that the generator takes once more when it is garbage collected in between.
 */
export function generatedJwk(key: KeyObject): JsonWebKey {
  const copy =
    key.type === 'private'
      ? createPrivateKey({ key: key.export({ format: 'der', type: 'pkcs8' }), format: 'der', type: 'pkcs8' })
      : createPublicKey({ key: key.export({ format: 'der', type: 'spki' }), format: 'der', type: 'spki' });
  return copy.export({ format: 'jwk' });
}
