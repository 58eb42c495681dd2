import type { Dynamo, Item, Key } from '../aws/dynamodb.ts';
import type { EncryptionContext } from '../aws/kms.ts';
import { KEY_PURPOSES, KEYS_PARTITION } from '../core/assertion-keys.ts';
import type { KeySlot } from './key-schedule.ts';

/** A key pair as the table keeps it: both parts are readable by way of KMS only. */
export interface KeyItem extends KeySlot {
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
}

/** More than ever exist at once: keys that are out of use are deleted when another one is made. */
const PAGE = 50;
/** Whatever else somebody put there must not hide a key; what it costs to look through it has an end. */
const MOST_PAGES = 20;

/**
 * What a part is bound to. Whoever can write to the table can neither put in a key of his own, nor pass one key for
 * another, nor move the time from which it signs: KMS would not open it.
 */
export function contextOf(part: keyof typeof KEY_PURPOSES, { number, activeFrom }: KeySlot): EncryptionContext {
  return { purpose: KEY_PURPOSES[part], number: String(number), activeFrom: String(activeFrom) };
}

export function keyOf({ number }: Pick<KeySlot, 'number'>): Key {
  return { pk: KEYS_PARTITION, sk: String(number).padStart(6, '0') };
}

export function toItem({ publicKey, privateKey, ...slot }: KeyItem): Item & Key {
  const { activeFrom } = slot;
  return {
    ...keyOf(slot),
    activeFrom,
    publicKey: publicKey.toString('base64'),
    privateKey: privateKey.toString('base64'),
  };
}

/**
 * Every key in the table, the one that begins last first. All pages are read: the table sorts numbers as texts, and whoever
 * can write to it can put any before a real one.
 *
 * @param leftMs how much time is left, asked before each page
 */
export async function readKeyItems(dynamo: Dynamo, table: string, leftMs: () => number): Promise<readonly KeyItem[]> {
  const found: KeyItem[] = [];
  let cursor: Item | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const read = await dynamo.query(table, {
      partition: { name: 'pk', value: KEYS_PARTITION },
      sort: { name: 'sk', from: '0', to: '9~' },
      // The winner of a race has to be seen by those who lost it.
      consistent: true,
      newestFirst: true,
      limit: PAGE,
      withinMs: leftMs(),
      ...(cursor && { cursor }),
    });
    found.push(...read.items.map(fromItem));
    cursor = read.cursor;
    if (cursor === undefined) break;
  }
  return found.sort((a, b) => b.activeFrom - a.activeFrom || b.number - a.number);
}

/** What is malformed becomes a key that does not open, and is reported as such. */
function fromItem({ sk, activeFrom, publicKey, privateKey }: Item): KeyItem {
  const number = Number(sk);
  return {
    // Only as it is written here: the same number in other digits would be the same key twice. And only what has a next one.
    number: Number.isSafeInteger(number + 1) && sk === keyOf({ number }).sk ? number : 0,
    activeFrom: typeof activeFrom === 'number' ? activeFrom : 0,
    publicKey: Buffer.from(typeof publicKey === 'string' ? publicKey : '', 'base64'),
    privateKey: Buffer.from(typeof privateKey === 'string' ? privateKey : '', 'base64'),
  };
}
