import { leafHash } from '../record.ts';

/** Milliseconds since the epoch, from `from` up to before `to`. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * When the UTC day of this time is closed: at 01:00 of the next one the sealer reads the whole day for the last time. What
 * is written into it afterwards has to be marked (belated.ts).
 */
export function closesAt(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS + DAY_MS + HOUR_MS;
}

/** Up to which time days are closed in a log that is sealed through this time: of a later one 01:00 has still to come. */
export function closedBefore(through: number): number {
  return Math.floor((through - HOUR_MS - 1) / DAY_MS) * DAY_MS;
}

/** Whether a window is a part of one UTC day. */
export function isOfOneDay({ from, to }: Window): boolean {
  return from < to && Math.floor(from / DAY_MS) === Math.floor((to - 1) / DAY_MS);
}

/** The first 48 bits of a UUIDv7 as text: its millisecond. Ids of one time and later sort from here on. */
export function timePrefix(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** Whether a sort key lies in the window. Windows side by side leave no key between them, whatever it looks like. */
export function isWithin(sk: string, { from, to }: Window): boolean {
  return compareKeys(timePrefix(from), sk) <= 0 && compareKeys(sk, timePrefix(to)) < 0;
}

/** The order of the records of one window in the log: by sort key. */
export function compareRecords(a: { readonly sk: string }, b: { readonly sk: string }): number {
  return compareKeys(a.sk, b.sk);
}

/** By the bytes of UTF-8, as DynamoDB sorts; JavaScript's own order is another one beyond U+D7FF. */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return inUtf8(left) - inUtf8(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for what lies above all other characters. */
function inUtf8(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** The entry's hash in the log: over what the record is, not over the hash that it claims. */
export function leafOf(record: Parameters<typeof leafHash>[0]): Buffer {
  return Buffer.from(leafHash(record), 'hex');
}
