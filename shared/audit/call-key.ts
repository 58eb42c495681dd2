import { createHmac, hkdfSync } from 'node:crypto';
import { AuditKey } from '../core/audit-key.ts';
import { canonicalJson } from '../core/canonical-json.ts';

/** What one user's arguments of one month are digested and sealed with. */
export interface CallKey {
  /**
   * base64url HMAC-SHA256 over canonical JSON. Keyed, since small values can be guessed from a bare hash.
   *
   * @throws NotCanonical
   */
  digest(value: unknown): string;
  digestText(canonical: string): string;
  /** For AES-256-GCM, 32 bytes. */
  sealing(): Buffer;
}

/** HKDF-SHA256 (RFC 5869) with the user's key as salt: without either key nothing can be computed or opened again. */
export function deriveCallKey(month: Buffer, user: AuditKey): CallKey {
  const salt = Buffer.from(AuditKey.reveal(user), 'base64url');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', month, salt, `gatehouse/audit/${purpose}`, 32));
  const digestKey = derive('digest');
  const digestText = (canonical: string) => createHmac('sha256', digestKey).update(canonical).digest('base64url');
  let sealingKey: Buffer | undefined;
  return {
    digestText,
    digest: (value) => digestText(canonicalJson(value)),
    // Few calls are sealed: derived when the first one is.
    sealing: () => {
      sealingKey ??= derive('arguments');
      return sealingKey;
    },
  };
}

const KEPT = 1000;

/** Deriving costs more than digesting: the last thousand users are remembered, by their key, so that a new one counts at once. */
export function rememberCallKeys(): (month: Buffer, user: AuditKey) => CallKey {
  const known = new Map<string, CallKey>();
  return (month, user) => {
    const id = `${month.toString('base64url')}.${AuditKey.reveal(user)}`;
    const cached = known.get(id);
    if (cached) return cached;
    const oldest = known.keys().next().value;
    if (known.size >= KEPT && oldest !== undefined) known.delete(oldest);
    const key = deriveCallKey(month, user);
    known.set(id, key);
    return key;
  };
}
