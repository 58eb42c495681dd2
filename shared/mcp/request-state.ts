import { createHash, randomUUID } from 'node:crypto';
import { openBytes, SEAL_BYTES, sealBytes } from '../core/aead.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { KeyRing } from '../store/key-ring.ts';

/** What the client carries between two rounds of a call, unreadable and unchangeable for it. */
export interface RoundState {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The keys that were asked for. */
  readonly asked: readonly string[];
  /** The author's own state, any JSON. */
  readonly state: unknown;
}

/** What a state belongs to: it opens for the same principal, method, name and arguments only. */
export type Binding = Readonly<Record<'issuer' | 'subject' | 'clientId' | 'method' | 'name', string>> & {
  readonly input: unknown;
};

/** `until`: epoch milliseconds, by when the key is there or never. */
export interface RequestStates {
  /** @throws GatewayError BACKEND_ERROR for a state that `open` would not take back */
  seal(binding: Binding, asked: readonly string[], state: unknown, until: number): Promise<string>;
  /** Undefined for one that was changed, has expired, or belongs to something else. */
  open(binding: Binding, sealed: string, until: number): Promise<RoundState | undefined>;
}

const LIFE_MS = 600_000;
const TOO_LARGE = 'The call keeps more for its next round than the 12 KB that can be carried. Report the request id.';
const SEALED = /^(\d{8})\.([A-Za-z0-9_-]{40,16384})$/;

/** AES-256-GCM; the binding is its additional data, so nothing in it has to be stored or compared. */
export function createRequestStates(keys: KeyRing, clock: Clock): RequestStates {
  return {
    seal: async (binding, asked, state, until) => {
      const { id, secret } = await keys.current(until);
      const round: RoundState = { id: randomUUID(), expiresAt: clock() + LIFE_MS, asked, state };
      const text = `${id}.${sealBytes(secret, digest(binding), JSON.stringify(round)).toString('base64url')}`;
      if (!SEALED.test(text)) throw new GatewayError('BACKEND_ERROR', { reason: 'state_too_large', hint: TOO_LARGE });
      return text;
    },
    open: async (binding, text, until) => {
      const [, id = '', encoded = ''] = SEALED.exec(text) ?? [];
      const bytes = Buffer.from(encoded, 'base64url');
      const key = bytes.length > SEAL_BYTES ? await keys.find(id, until) : undefined;
      const round = key && decrypt(key.secret, bytes, digest(binding));
      return round !== undefined && clock() < round.expiresAt ? round : undefined;
    },
  };
}

function decrypt(secret: Buffer, bytes: Buffer, binding: Buffer): RoundState | undefined {
  const plain = openBytes(secret, binding, bytes);
  return plain && (JSON.parse(plain.toString('utf8')) as RoundState);
}

function digest(binding: Binding): Buffer {
  return createHash('sha256').update(canonicalJson(binding)).digest();
}
