import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Dynamo } from '../aws/dynamodb.ts';
import type { Kms } from '../aws/kms.ts';
import { KEY_PURPOSES } from '../core/assertion-keys.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';
import { contextOf, type KeyItem, keyOf, readKeyItems, toItem } from './key-items.ts';
import { activeAt, dueSlot, hasReplaced, type KeySlot, TRUSTED_MS } from './key-schedule.ts';
import { readPublicKey, thumbprint } from './p256.ts';
import { type SigningKey, type SigningKeys, SigningUnavailable } from './signing-key.ts';

export interface StoredKeyPorts {
  readonly dynamo: Dynamo;
  /** The state table. */
  readonly table: string;
  readonly kms: Kms;
  /** Id or ARN of the KMS key that seals the pairs. */
  readonly kmsKey: string;
  readonly clock: Clock;
  readonly log: Log;
}

type OpenKey = KeySlot & SigningKey;

interface Ring {
  /** In ascending order of `activeFrom`: the one that signs, and those after it. */
  readonly keys: readonly OpenKey[];
  readonly highest: number;
  /** Whatever else is in the table. */
  readonly older: readonly KeyItem[];
  readonly readAt: number;
}

const REFRESH_MS = 3_600_000;
const RETRY_MS = 60_000;

/**
 * Key pairs that KMS made and sealed, in the state table. An instance has a private key opened once and signs by itself:
 * asking KMS for every signature would cost more than all the rest of a call. Nobody schedules a rotation: whoever signs
 * when a key is due makes it, and a conditional write decides who was first.
 */
export function createStoredKeys(ports: StoredKeyPorts): SigningKeys {
  const { clock, log } = ports;
  const opened = new Map<string, OpenKey>();
  let ring: Ring | undefined;
  let running: Promise<Ring> | undefined;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  const refresh = async (until: number): Promise<Ring> => {
    const read = await readRing(ports, opened, until);
    const slot = dueSlot(read.keys, read.highest, clock());
    if (slot === undefined) return read;
    try {
      await make(ports, slot, until);
      await removeOld(ports, read, until);
      return await readRing(ports, opened, until);
    } catch (error) {
      // There is a week for it, and the next call of any instance tries again.
      if (read.keys.length === 0) throw error;
      log.warn('assertion_key.not_made', { number: slot.number });
      pausedUntil = clock() + RETRY_MS;
      return read;
    }
  };
  const refreshOnce = (until: number): Promise<Ring> => {
    running ??= refresh(until).finally(() => {
      running = undefined;
    });
    return running;
  };
  const currentRing = async (until: number): Promise<Ring> => {
    const now = clock();
    const trusted = ring !== undefined && now - ring.readAt < TRUSTED_MS ? ring : undefined;
    if (trusted !== undefined && (now < pausedUntil || !isDue(trusted, now))) return trusted;
    try {
      ring = await refreshOnce(until);
      return ring;
    } catch (error) {
      log.error('assertion_key.unavailable', { cause: error instanceof Error ? error.name : typeof error });
      pausedUntil = clock() + RETRY_MS;
      // An instance that has not seen the table for too long may not know that its key is out of use.
      if (trusted === undefined) throw new SigningUnavailable();
      return trusted;
    }
  };
  return {
    current: async (until) => {
      const key = activeAt((await currentRing(until)).keys, clock());
      if (key === undefined) throw new SigningUnavailable();
      return key;
    },
  };
}

function isDue({ keys, highest, readAt }: Ring, now: number): boolean {
  return now - readAt >= REFRESH_MS || dueSlot(keys, highest, now) !== undefined;
}

/** Opens the key that signs and those after it. One that does not open counts as absent, so that it blocks nothing. */
async function readRing(ports: StoredKeyPorts, opened: Map<string, OpenKey>, until: number): Promise<Ring> {
  const { dynamo, table, clock, log } = ports;
  const readAt = clock();
  const items = await readKeyItems(dynamo, table, () => until - clock());
  const keys: OpenKey[] = [];
  let used = 0;
  for (const item of items) {
    used++;
    const key = await open(ports, opened, item, until);
    if (key === undefined)
      log.error('assertion_key.refused', { alarm: true, number: item.number, purpose: KEY_PURPOSES.private });
    else keys.unshift(key);
    if (key !== undefined && key.activeFrom <= readAt) break;
  }
  const highest = Math.max(0, ...items.map(({ number }) => number));
  return { keys, highest, older: items.slice(used), readAt };
}

async function open(
  { kms, kmsKey, clock }: StoredKeyPorts,
  opened: Map<string, OpenKey>,
  item: KeyItem,
  until: number,
): Promise<OpenKey | undefined> {
  const context = contextOf('private', item);
  const id = JSON.stringify([context, item.privateKey.toString('base64')]);
  const known = opened.get(id);
  if (known !== undefined) return known;
  const pkcs8 = await kms.decrypt(kmsKey, item.privateKey, context, { withinMs: until - clock() });
  if (pkcs8 === undefined) return undefined;
  const key = { number: item.number, activeFrom: item.activeFrom, ...signingKey(pkcs8) };
  opened.set(id, key);
  return key;
}

function signingKey(pkcs8: Buffer): SigningKey {
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  // What is left of it is inside OpenSSL, where no dump of the heap shows it.
  pkcs8.fill(0);
  return { kid: kidOf(key), sign: (input) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' }) };
}

function kidOf(key: KeyObject): string {
  return thumbprint(readPublicKey(createPublicKey(key).export({ format: 'der', type: 'spki' })));
}

/** Who comes second has made a pair for nothing, and reads that of the first. */
async function make(ports: StoredKeyPorts, slot: KeySlot, until: number): Promise<void> {
  const { dynamo, table, kms, kmsKey, clock, log } = ports;
  const left = () => ({ withinMs: until - clock() });
  const pair = await kms.generateKeyPair(kmsKey, contextOf('private', slot), left());
  const kid = thumbprint(readPublicKey(pair.publicKey));
  const publicKey = await kms.encrypt(kmsKey, pair.publicKey, contextOf('public', slot), left());
  const item = toItem({ ...slot, publicKey, privateKey: pair.privateKey });
  const { created } = await dynamo.putIfAbsent(table, item, left());
  if (created) log.info('assertion_key.made', { ...slot, kid });
}

/** What nobody needs any more cannot leak. A failure leaves it to the next who makes a key. */
async function removeOld(
  { dynamo, table, clock }: StoredKeyPorts,
  { keys, older }: Ring,
  until: number,
): Promise<void> {
  const now = clock();
  if (!keys.some((key) => hasReplaced(key, now))) return;
  const removed = older.map((item) => dynamo.delete(table, keyOf(item), { withinMs: until - now }));
  await Promise.allSettled(removed);
}
