import type { Objects } from '../../aws/objects.ts';
import { claimPath, parseClaimObject } from './claim-object.ts';
import type { SealIndex } from './head.ts';
import { DAY_MS, isWithin, MINUTE_MS, type Window } from './order.ts';
import type { ReadEntry } from './read-window.ts';
import { SealError, type SignedSeal } from './seal.ts';

/** What reading a sealed window again found. */
export interface Comparison {
  /** Written after their minute was sealed. */
  readonly late: readonly ReadEntry[];
  /** Sort keys of sealed records that are gone from the table, or have another hash now. */
  readonly missing: readonly string[];
  readonly changed: readonly string[];
}

export interface CompareOptions {
  readonly objects: Objects;
  readonly index: SealIndex;
  readonly read: (window: Window) => Promise<readonly ReadEntry[]>;
}

/** Compares the table with the log over a window of whole minutes of one day, minute by minute. */
export async function compareWindow({ objects, index, read }: CompareOptions, window: Window): Promise<Comparison> {
  const seals = await sealsOver(index, window);
  const late: ReadEntry[] = [];
  const missing: string[] = [];
  const changed: string[] = [];
  const backfills = await entriesOf(
    objects,
    seals.filter(({ kind }) => kind === 'backfill'),
  );
  for (let from = window.from; from < window.to; from += MINUTE_MS) {
    const minute = { from, to: from + MINUTE_MS };
    const own = seals.filter((seal) => seal.kind === 'minute' && seal.from === from && seal.count > 0);
    const sealed = await entriesOf(objects, own);
    for (const [sk, leaf] of backfills) if (isWithin(sk, minute)) sealed.set(sk, leaf);
    const found = await read(minute);
    for (const entry of found) {
      const leaf = sealed.get(entry.sk);
      if (leaf === undefined) late.push(entry);
      else if (!leaf.equals(entry.leaf)) changed.push(entry.sk);
      sealed.delete(entry.sk);
    }
    missing.push(...sealed.keys());
  }
  return { late, missing, changed };
}

/** Its minutes and regular backfills lie on the day of the window and the next one: then it was closed. */
async function sealsOver(index: SealIndex, { from }: Window): Promise<readonly SignedSeal[]> {
  const next = await index.ofDay(from + DAY_MS);
  const own = await index.ofDay(from, next.length > 0);
  return [...own, ...next, ...(await index.belatedOf(from))];
}

async function entriesOf(objects: Objects, seals: readonly SignedSeal[]): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  for (const { n } of seals) {
    const object = await objects.get(claimPath(n));
    if (object === undefined) throw new SealError(`claim ${n} is missing`);
    for (const { sk, leaf } of parseClaimObject(object.body).entries) entries.set(sk, leaf);
  }
  return entries;
}
