import type { Kms } from '../kms.ts';
import { leftOut } from './left-out.ts';

/** Stands in for kms-client.ts where nothing of the deployment has a key. */
export function createKms(): Kms {
  const none = leftOut('KMS');
  return { generateKeyPair: none, encrypt: none, decrypt: none, sign: none, publicKey: none };
}
