import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { unavailable } from './errors.ts';
import type { Relay, RelayCall } from './relay.ts';
import type { Transaction } from './sealed-values.ts';

/** From the consent page to the callback, a login in between. */
export const TRANSACTION_MS = 600_000;

/** The secret of one tab, kept by the browser in a cookie of its own. */
export interface BrowserSecret {
  /** 8 hexadecimal digits that tell the cookies of several tabs apart. */
  readonly tx: string;
  readonly value: string;
}

/** The secret of this tab, if the browser sent exactly one. */
export type ReadBrowserSecret = (tx: string) => string | undefined;

export function newBrowserSecret(): BrowserSecret {
  return { tx: randomBytes(4).toString('hex'), value: randomBytes(32).toString('base64url') };
}

export function newTransaction(secret: Pick<Transaction, 'tx' | 'bh'>, now: number): Transaction {
  return { ...secret, exp: now + TRANSACTION_MS, n: randomBytes(16).toString('base64url') };
}

export function hashOf(value: string): string {
  return hash('sha256', value, 'base64url');
}

/** Whether the browser that sends this is the one that was shown the consent page. */
export function isFromThatBrowser({ tx, bh }: Transaction, read: ReadBrowserSecret): boolean {
  const value = read(tx);
  return value !== undefined && isSame(hashOf(value), bh);
}

/** In constant time for texts of one length. */
export function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/**
 * `strict`: false for whatever was used before. Without the table nothing is: what may be used once only could not be
 * told from what was used.
 */
export async function isFirstUse(relay: Relay, id: string, expiresAt: number, call: RelayCall): Promise<boolean> {
  if (relay.useOnce === undefined) return true;
  try {
    return await relay.useOnce(id, expiresAt, call.deadline);
  } catch (cause) {
    throw unavailable('state_table', cause);
  }
}
