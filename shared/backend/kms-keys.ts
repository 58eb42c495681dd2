import type { Kms } from '../aws/kms.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import { joseSignature, type PublishedJwk, publishedJwk, readPublicKey } from './p256.ts';
import type { PublishedKeys } from './published-keys.ts';
import { type SigningKeys, SigningUnavailable } from './signing-key.ts';

export interface KmsKeyPorts {
  readonly kms: Kms;
  /** Id or ARN of an ECC_NIST_P256 key that signs. */
  readonly kmsKey: string;
  readonly clock: Clock;
}

/**
 * `assertionSigning=kms`: one key that never leaves KMS and signs each assertion there. It does not rotate: KMS rotates no
 * key that signs, and another one would have to be made by hand.
 */
export function createKmsKeys({ kms, kmsKey, clock }: KmsKeyPorts): SigningKeys & PublishedKeys {
  let known: PublishedJwk | undefined;
  const publicKey = async (until: number): Promise<PublishedJwk> => {
    known ??= publishedJwk(readPublicKey(await kms.publicKey(kmsKey, { withinMs: until - clock() })));
    return known;
  };
  const sign = async (input: Buffer, until: number): Promise<Buffer> => {
    try {
      return joseSignature(await kms.sign(kmsKey, input, { withinMs: until - clock() }));
    } catch {
      throw new SigningUnavailable();
    }
  };
  return {
    current: async (until) => {
      try {
        return { kid: (await publicKey(until)).kid, sign };
      } catch {
        throw new SigningUnavailable();
      }
    },
    read: async (until) => {
      try {
        return { keys: [await publicKey(until)] };
      } catch (cause) {
        throw new GatewayError('SIGNING_KEYS_UNAVAILABLE', { cause });
      }
    },
  };
}
