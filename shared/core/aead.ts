import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** What sealing adds to a text, in bytes. */
export const SEAL_BYTES = NONCE + TAG;

/**
 * AES-256-GCM: nonce ‖ ciphertext ‖ tag. The nonce is random, so that a key is good for 2³² seals (NIST SP 800-38D, 8.3).
 *
 * @param key 32 bytes
 * @param context additional data: what the seal belongs to. It opens for the same one only, and is not in the seal.
 */
export function sealBytes(key: Uint8Array, context: Uint8Array, plain: string | Uint8Array): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
  return Buffer.concat([nonce, cipher.update(plain as Uint8Array), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined for whatever is no seal under this key and context: why it is none, nobody is told. */
export function openBytes(key: Uint8Array, context: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < SEAL_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE);
  try {
    // The length is said, since a shorter tag would be accepted too, and guessed sooner.
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
      .setAAD(context)
      .setAuthTag(sealed.subarray(-TAG));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
}
