import { createHash } from 'node:crypto';

/**
 * The tree as RFC 6962 section 2.1 writes it down, by recursion over the entries: slow, and nothing in common with the code
 * under test.
 */
export function naiveRoot(entries: readonly Uint8Array[]): Buffer {
  const [only] = entries;
  if (only === undefined) return createHash('sha256').digest();
  if (entries.length === 1) return createHash('sha256').update(Buffer.of(0)).update(only).digest();
  const middle = split(entries.length);
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(naiveRoot(entries.slice(0, middle)))
    .update(naiveRoot(entries.slice(middle)))
    .digest();
}

/** PATH(m, D[n]) of RFC 6962 section 2.1.1. */
export function naivePath(index: number, entries: readonly Uint8Array[]): readonly Buffer[] {
  if (entries.length === 1) return [];
  const middle = split(entries.length);
  const [left, right] = [entries.slice(0, middle), entries.slice(middle)];
  return index < middle
    ? [...naivePath(index, left), naiveRoot(right)]
    : [...naivePath(index - middle, right), naiveRoot(left)];
}

/** PROOF(m, D[n]) of RFC 6962 section 2.1.2. */
export function naiveProof(older: number, entries: readonly Uint8Array[], isWhole = true): readonly Buffer[] {
  if (older === entries.length) return isWhole ? [] : [naiveRoot(entries)];
  const middle = split(entries.length);
  const [left, right] = [entries.slice(0, middle), entries.slice(middle)];
  return older <= middle
    ? [...naiveProof(older, left, isWhole), naiveRoot(right)]
    : [...naiveProof(older - middle, right, false), naiveRoot(left)];
}

function split(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}

/** The entries 0 up to before `size`, as texts of their number. */
export function numbered(size: number): readonly Buffer[] {
  return Array.from({ length: size }, (_, at) => Buffer.from(`entry ${at}`));
}
