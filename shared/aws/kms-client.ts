import { createHash } from 'node:crypto';
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GetPublicKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  KMSClient,
  type KMSClientConfig,
  SignCommand,
} from '@aws-sdk/client-kms';
import type { Abort } from './carry-signals.ts';
import { collectBody } from './collect-body.ts';
import { endWithin, type Within } from './end-within.ts';
import type { EncryptionContext, Kms, KmsLimits, KmsOptions, KmsSigner } from './kms.ts';
import { retryAtMost } from './retry.ts';

/** KMS takes no larger ciphertext. */
const MAX_CIPHERTEXT = 6144;

const KMS_LIMITS: KmsLimits = { attempts: 2, connectMs: 200, requestMs: 500, totalMs: 800 };

/**
 * Connected with the first operation: most copies of a function never ask. Not loaded only then, by `import()`: in one
 * bundle that wraps all the modules that it shares with other clients, and every cold start pays for it.
 */
export function createKms({ limits = KMS_LIMITS, ...options }: KmsOptions = {}): Kms {
  let connected: KMSClient | undefined;
  const client = (): KMSClient => {
    connected ??= new KMSClient({ ...clientLimits(limits), ...options });
    return connected;
  };
  const bounded = <T>({ withinMs = limits.totalMs }: Within, work: (abort: Abort) => Promise<T>): Promise<T> =>
    endWithin(Math.min(withinMs, limits.totalMs), work);
  return {
    generateKeyPair: (KeyId, context, within = {}) =>
      bounded(within, async (abortSignal) => {
        const input = { KeyId, KeyPairSpec: 'ECC_NIST_P256', EncryptionContext: { ...context } } as const;
        const made = await client().send(new GenerateDataKeyPairWithoutPlaintextCommand(input), { abortSignal });
        return { publicKey: bytes(made.PublicKey), privateKey: bytes(made.PrivateKeyCiphertextBlob) };
      }),
    encrypt: (KeyId, Plaintext, context, within = {}) =>
      bounded(within, async (abortSignal) => {
        const command = new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { ...context } });
        return bytes((await client().send(command, { abortSignal })).CiphertextBlob);
      }),
    decrypt: async (key, ciphertext, context, within = {}) => {
      if (ciphertext.length === 0 || ciphertext.length > MAX_CIPHERTEXT) return undefined;
      try {
        return await bounded(within, (abort) => decrypt(client(), key, ciphertext, context, abort));
      } catch (error) {
        if (error instanceof InvalidCiphertextException || error instanceof IncorrectKeyException) return undefined;
        throw error;
      }
    },
    sign: (KeyId, message, within = {}) =>
      bounded(within, async (abortSignal) => {
        // The digest: a message itself may have at most 4096 bytes, and need not leave this function.
        const Message = createHash('sha256').update(message).digest();
        const input = { KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' } as const;
        return bytes((await client().send(new SignCommand(input), { abortSignal })).Signature);
      }),
    publicKey: (KeyId, within = {}) =>
      bounded(within, async (abortSignal) =>
        bytes((await client().send(new GetPublicKeyCommand({ KeyId }), { abortSignal })).PublicKey),
      ),
  };
}

/** SubjectPublicKeyInfo of Ed25519 up to the key itself (RFC 8410 section 4). */
const ED25519_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
/** Of a function that runs beside the calls, and may wait. */
const SIGNER_LIMITS: KmsLimits = { attempts: 3, connectMs: 1000, requestMs: 3000, totalMs: 8000 };

/** @throws Error, from its operations, when the key is none on Ed25519 */
export function createKmsSigner(KeyId: string, { limits = SIGNER_LIMITS, ...options }: KmsOptions = {}): KmsSigner {
  let connected: KMSClient | undefined;
  const client = (): KMSClient => {
    connected ??= new KMSClient({ ...clientLimits(limits), ...options });
    return connected;
  };
  return {
    publicKey: () =>
      endWithin(limits.totalMs, async (abortSignal) => {
        const spki = bytes((await client().send(new GetPublicKeyCommand({ KeyId }), { abortSignal })).PublicKey);
        if (spki.length !== 44 || !spki.subarray(0, 12).equals(ED25519_HEAD)) throw new Error('no key on Ed25519');
        return spki.subarray(12);
      }),
    sign: (Message) =>
      endWithin(limits.totalMs, async (abortSignal) => {
        const input = { KeyId, Message, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' } as const;
        return bytes((await client().send(new SignCommand(input), { abortSignal })).Signature);
      }),
  };
}

function clientLimits({ attempts, connectMs, requestMs }: KmsLimits): KMSClientConfig {
  return {
    retryStrategy: retryAtMost(attempts),
    streamCollector: collectBody,
    requestHandler: { connectionTimeout: connectMs, requestTimeout: requestMs, throwOnRequestTimeout: true },
  };
}

async function decrypt(
  client: KMSClient,
  KeyId: string,
  CiphertextBlob: Uint8Array,
  context: EncryptionContext,
  abortSignal: Abort,
): Promise<Buffer> {
  // The key is named although a ciphertext names it too: one made by somebody else's key must not open here.
  const command = new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext: { ...context } });
  return bytes((await client.send(command, { abortSignal })).Plaintext);
}

/** @throws Error for an answer without what it is about */
function bytes(value: Uint8Array | undefined): Buffer {
  if (value === undefined || value.length === 0) throw new Error('KMS answered without a value');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
