import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import type { EncryptionContext, Kms } from '../../shared/aws/kms.ts';
import { canonicalJson } from '../../shared/core/canonical-json.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** KMS in this process: every key exists, its secret is drawn at start and ends with the process. */
export function createLocalKms(): Kms {
  const root = randomBytes(32);
  const secretOf = (key: string) => createHmac('sha256', root).update(key).digest();
  const signers = new Map<string, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>();
  const signerOf = (key: string) => {
    const signer = signers.get(key) ?? generateKeyPairSync('ec', { namedCurve: 'P-256' });
    signers.set(key, signer);
    return signer;
  };
  return {
    generateKeyPair: async (key, context) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const secret = privateKey.export({ format: 'der', type: 'pkcs8' });
      return { publicKey: derOf(publicKey), privateKey: seal(secretOf(key), secret, context) };
    },
    encrypt: async (key, plaintext, context) => seal(secretOf(key), plaintext, context),
    decrypt: async (key, ciphertext, context) => open(secretOf(key), Buffer.from(ciphertext), context),
    sign: async (key, message) => sign('sha256', message, signerOf(key).privateKey),
    publicKey: async (key) => derOf(signerOf(key).publicKey),
  };
}

function derOf(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}

function seal(secret: Buffer, plaintext: Uint8Array, context: EncryptionContext): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(Buffer.from(canonicalJson(context)));
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

function open(secret: Buffer, sealed: Buffer, context: EncryptionContext): Buffer | undefined {
  if (sealed.length <= IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(canonicalJson(context)));
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
