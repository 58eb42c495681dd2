import { hash, hkdfSync } from 'node:crypto';
import type { ReadSecret, SecretVersion } from '../core/secret.ts';
import { cacheSecret, type SecretPorts } from '../store/cached-secret.ts';
import { unavailable } from './errors.ts';

/** One version of the master key. */
export interface RelayKey {
  /** Names the version in what was made with it. */
  readonly kid: string;
  /** 32 bytes that serve one purpose only (RFC 5869). */
  derive(purpose: string): Buffer;
}

/** @throws OAuthError temporarily_unavailable while there is no key to be had */
export interface RelayKeys {
  /** The one to seal with. */
  current(): Promise<RelayKey>;
  /** The current or the previous one; undefined for any other id. */
  find(kid: string): Promise<RelayKey | undefined>;
}

/** How it is when a secret of the relay cannot be read: the client may try again. */
export const OF_RELAY = { level: 'warn', unavailable: () => unavailable('secret_unavailable') } as const;

/** A generated secret has 64 characters; a shorter one is somebody's word. */
const LEAST_CHARACTERS = 32;

/**
 * Keys of the relay from one secret. Its rotation is a new version: what the version before sealed still opens, and
 * what the one before that sealed does not. An instance that meets a key id it does not know reads once more.
 */
export function createRelayKeys(readSecret: ReadSecret, arn: string, ports: SecretPorts): RelayKeys {
  const read = async () => {
    const [current, previous] = await Promise.all([readSecret(arn, 'AWSCURRENT'), readSecret(arn, 'AWSPREVIOUS')]);
    if (current === undefined) throw new Error('no current version');
    return [current, ...(previous === undefined ? [] : [previous])].map(toKey);
  };
  const cached = cacheSecret({ name: 'relay-keys', read, ...OF_RELAY }, ports);
  const findIn = (keys: readonly RelayKey[], kid: string) => keys.find((key) => key.kid === kid);
  return {
    current: async () => first(await cached.get()),
    find: async (kid) => findIn(await cached.get(), kid) ?? findIn(await cached.again(), kid),
  };
}

function first([key]: readonly RelayKey[]): RelayKey {
  if (key === undefined) throw new Error('no key');
  return key;
}

function toKey({ id, value }: SecretVersion): RelayKey {
  if (value.length < LEAST_CHARACTERS) throw new Error('too short to be a key');
  const derived = new Map<string, Buffer>();
  return {
    kid: hash('sha256', id, 'hex').slice(0, 8),
    derive: (purpose) => {
      const key = derived.get(purpose) ?? Buffer.from(hkdfSync('sha256', value, '', `gatehouse relay ${purpose}`, 32));
      derived.set(purpose, key);
      return key;
    },
  };
}
