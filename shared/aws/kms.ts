import type { Within } from './end-within.ts';

/** What a ciphertext is bound to: it opens in exactly this context. Not secret; CloudTrail shows it. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** A key pair on P-256 whose private part only KMS can open. */
export interface SealedKeyPair {
  /** SubjectPublicKeyInfo, DER (RFC 5280 section 4.1). */
  readonly publicKey: Buffer;
  /** PKCS #8, DER, encrypted. */
  readonly privateKey: Buffer;
}

/** The key service as this project uses it. Whatever fails or hangs rejects in bounded time. `key`: id or ARN. */
export interface Kms {
  generateKeyPair(key: string, context: EncryptionContext, options?: Within): Promise<SealedKeyPair>;
  encrypt(key: string, plaintext: Uint8Array, context: EncryptionContext, options?: Within): Promise<Buffer>;
  /** Undefined when it is not what this key encrypted in this context. */
  decrypt(
    key: string,
    ciphertext: Uint8Array,
    context: EncryptionContext,
    options?: Within,
  ): Promise<Buffer | undefined>;
  /** ECDSA with SHA-256 by a key that never leaves KMS. The signature in DER (RFC 3279 section 2.2.3). */
  sign(key: string, message: Uint8Array, options?: Within): Promise<Buffer>;
  /** SubjectPublicKeyInfo, DER, of a key that signs. */
  publicKey(key: string, options?: Within): Promise<Buffer>;
}

export interface KmsLimits {
  readonly attempts: number;
  readonly connectMs: number;
  /** From the request to the head of its answer, each attempt. */
  readonly requestMs: number;
  /** One operation with all its attempts. */
  readonly totalMs: number;
}

export interface KmsOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly limits?: KmsLimits;
}

/** A key pair on Ed25519 that never leaves KMS. */
export interface KmsSigner {
  /** 32 raw bytes (RFC 8032 section 5.1.5). */
  publicKey(): Promise<Buffer>;
  /** Ed25519 over the message itself, 64 bytes. */
  sign(message: Uint8Array): Promise<Buffer>;
}
