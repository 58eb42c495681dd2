import { KEY_PURPOSES } from '../core/assertion-keys.ts';
import { GatewayError } from '../core/errors.ts';
import { contextOf, type KeyItem, readKeyItems } from './key-items.ts';
import { hasReplaced, TRUSTED_MS } from './key-schedule.ts';
import { type PublishedJwk, publishedJwk, readPublicKey } from './p256.ts';
import type { StoredKeyPorts } from './stored-keys.ts';

/** A JWK Set (RFC 7517 section 5). */
export interface JwkSet {
  readonly keys: readonly PublishedJwk[];
}

export interface PublishedKeys {
  /** @throws GatewayError SIGNING_KEYS_UNAVAILABLE when the set cannot be had: an incomplete one would refuse good calls */
  read(until: number): Promise<JwkSet>;
}

const FRESH_MS = 300_000;

interface Known extends JwkSet {
  readonly readAt: number;
}

/**
 * The keys that sign, will sign, or signed assertions that may still be on their way. Public keys come out of the table
 * sealed: one that somebody put there without KMS is left out, and an error is logged.
 */
export function createPublishedKeys(ports: StoredKeyPorts): PublishedKeys {
  const { clock, log } = ports;
  const opened = new Map<string, PublishedJwk>();
  let known: Known | undefined;
  return {
    read: async (until) => {
      const now = clock();
      if (known !== undefined && now - known.readAt < FRESH_MS) return { keys: known.keys };
      try {
        const keys = await readKeys(ports, opened, until);
        // Not while there is none: the first key signs at once.
        known = keys.length === 0 ? undefined : { keys, readAt: now };
        return { keys };
      } catch (error) {
        if (known !== undefined && now - known.readAt < TRUSTED_MS) return { keys: known.keys };
        log.error('assertion_key.unavailable', { cause: error instanceof Error ? error.name : typeof error });
        throw new GatewayError('SIGNING_KEYS_UNAVAILABLE', { cause: error });
      }
    },
  };
}

async function readKeys(
  ports: StoredKeyPorts,
  opened: Map<string, PublishedJwk>,
  until: number,
): Promise<readonly PublishedJwk[]> {
  const { dynamo, table, clock, log } = ports;
  const now = clock();
  const keys: PublishedJwk[] = [];
  for (const item of await readKeyItems(dynamo, table, () => until - clock())) {
    const key = await open(ports, opened, item, until);
    if (key === undefined)
      log.error('assertion_key.refused', { alarm: true, number: item.number, purpose: KEY_PURPOSES.public });
    else keys.push(key);
    if (key !== undefined && hasReplaced(item, now)) break;
  }
  return keys;
}

async function open(
  { kms, kmsKey, clock }: StoredKeyPorts,
  opened: Map<string, PublishedJwk>,
  item: KeyItem,
  until: number,
): Promise<PublishedJwk | undefined> {
  const context = contextOf('public', item);
  const id = JSON.stringify([context, item.publicKey.toString('base64')]);
  const known = opened.get(id);
  if (known !== undefined) return known;
  const spki = await kms.decrypt(kmsKey, item.publicKey, context, { withinMs: until - clock() });
  if (spki === undefined) return undefined;
  const key = publishedJwk(readPublicKey(spki));
  opened.set(id, key);
  return key;
}
