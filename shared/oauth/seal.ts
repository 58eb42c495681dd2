import { openBytes, sealBytes } from '../core/aead.ts';
import type { RelayKey, RelayKeys } from './keys.ts';
import type { Purpose, SealedValues } from './sealed-values.ts';

/** @throws OAuthError temporarily_unavailable while there is no key */
export interface Seals {
  seal<P extends Purpose>(purpose: P, value: SealedValues[P]): Promise<string>;
  /** Undefined for whatever is not a seal of ours for this purpose: why it is none, nobody is told. */
  open<P extends Purpose>(purpose: P, text: string): Promise<SealedValues[P] | undefined>;
}

/** Room for a code or refresh token of a provider that packs much into it. */
const SEALED = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{40,16384})$/;

/**
 * `v1.{kid}.{base64url(nonce ‖ ciphertext ‖ tag)}`, AES-256-GCM. A key of its own for each purpose, and purpose and
 * origin as additional data: what was sealed as one thing, or by another gateway, does not open as ours.
 */
export function createSeals(keys: RelayKeys, origin: string): Seals {
  const context = (purpose: Purpose) => Buffer.from(`v1.${purpose}.${origin}`);
  return {
    seal: async (purpose, value) => {
      const key = await keys.current();
      const sealed = sealBytes(key.derive(purpose), context(purpose), JSON.stringify(value));
      return `v1.${key.kid}.${sealed.toString('base64url')}`;
    },
    open: async <P extends Purpose>(purpose: P, text: string) => {
      const [, kid = '', encoded = ''] = SEALED.exec(text) ?? [];
      const bytes = Buffer.from(encoded, 'base64url');
      // One text for one seal: unused bits of the last character could make others, which a mark would not know.
      if (encoded === '' || bytes.toString('base64url') !== encoded) return undefined;
      const key = await keys.find(kid);
      return key && (decrypt(key, purpose, context(purpose), bytes) as SealedValues[P] | undefined);
    },
  };
}

function decrypt(key: RelayKey, purpose: Purpose, context: Buffer, bytes: Buffer): unknown {
  const plain = openBytes(key.derive(purpose), context, bytes);
  return plain && JSON.parse(plain.toString('utf8'));
}
