import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962 section 2.1 over SHA-256, and the checks of RFC 9162 sections 2.1.3.2 and 2.1.4.2. Hashes are
 * 32 raw bytes. Sizes and indexes are safe integers: no bit operators here, which would cut them to 32 bits.
 */
export const HASH_BYTES = 32;

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** The root of a log without entries. */
export const emptyRoot: Buffer = sha256(Buffer.alloc(0));

/** The prefixes keep a leaf from being passed off as a node, and the other way round. */
export function leafHash(entry: Uint8Array): Buffer {
  return sha256(Buffer.concat([LEAF, entry]));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.concat([NODE, left, right], 1 + 2 * HASH_BYTES));
}

/** The root over nodes that are all of one level, but for a smaller last one; undefined for none. */
export function rootOf(nodes: readonly Buffer[]): Buffer | undefined {
  let level = nodes;
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
    }
    level = above;
  }
  return level[0];
}

/** What must be kept of a log to add to it: the roots of its complete subtrees, largest first. At most one a bit of the size. */
export interface Frontier {
  size(): number;
  /** Takes the hash of a leaf, not its entry. */
  append(leaf: Buffer): void;
  root(): Buffer;
  hashes(): readonly Buffer[];
}

/** @throws RangeError when the hashes are not as many as the size has complete subtrees */
export function createFrontier(size = 0, hashes: readonly Buffer[] = []): Frontier {
  if (hashes.length !== onesIn(size)) throw new RangeError(`a log of ${size} entries has ${onesIn(size)} subtrees`);
  const stack = [...hashes];
  let count = size;
  return {
    size: () => count,
    append: (leaf) => {
      let node = leaf;
      // As carrying in binary: every complete pair of one level becomes a node of the next.
      for (let rest = count; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(stack.pop() ?? emptyRoot, node);
      stack.push(node);
      count++;
    },
    root: () => stack.reduceRight<Buffer | undefined>((right, left) => join(left, right), undefined) ?? emptyRoot,
    hashes: () => [...stack],
  };
}

/** Of the complete subtree over the entries from `index * 2^level` up to before `(index + 1) * 2^level`. */
export type HashAt = (level: number, index: number) => Buffer | Promise<Buffer>;

/**
 * The audit path of RFC 6962 section 2.1.1, from the leaf up.
 *
 * @throws RangeError when the log of this size has no such entry
 */
export async function inclusionPath(index: number, size: number, hashAt: HashAt): Promise<readonly Buffer[]> {
  if (!isEntry(index, size)) throw new RangeError(`a log of ${size} entries has no entry ${index}`);
  const path: Buffer[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + halfOf(to - from);
    const inLeft = index < middle;
    path.unshift(await rangeHash(inLeft ? middle : from, inLeft ? to : middle, hashAt));
    [from, to] = inLeft ? [from, middle] : [middle, to];
  }
  return path;
}

/**
 * The proof of RFC 6962 section 2.1.2 that the log of `older` entries is the beginning of the one of `size`. Empty when
 * they are equal, or when the older one has no entries.
 *
 * @throws RangeError when the older one is the larger one
 */
export async function consistencyPath(older: number, size: number, hashAt: HashAt): Promise<readonly Buffer[]> {
  if (!isSize(older) || !isSize(size) || older > size) throw new RangeError(`${older} entries cannot begin ${size}`);
  if (older === 0) return [];
  const path: Buffer[] = [];
  let [from, to] = [0, size];
  while (older < to) {
    const middle = from + halfOf(to - from);
    const inLeft = older <= middle;
    path.unshift(await rangeHash(inLeft ? middle : from, inLeft ? to : middle, hashAt));
    [from, to] = inLeft ? [from, middle] : [middle, to];
  }
  // The verifier knows the older root by itself, when that root is a node of the newer tree.
  return from === 0 ? path : [await rangeHash(from, to, hashAt), ...path];
}

/** Whether the path leads from the hash of the leaf to the root: RFC 9162 section 2.1.3.2. */
export function verifyInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!isEntry(index, size) || !areHashes([leaf, root, ...path])) return false;
  let [at, last, node] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(sibling, node);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else {
      node = nodeHash(node, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && node.equals(root);
}

export interface LogState {
  readonly size: number;
  readonly root: Buffer;
}

/** Whether the path shows that the newer log begins with all of the older one: RFC 9162 section 2.1.4.2. */
export function verifyConsistency(older: LogState, newer: LogState, path: readonly Buffer[]): boolean {
  if (!isSize(older.size) || !isSize(newer.size) || older.size > newer.size) return false;
  if (!areHashes([older.root, newer.root, ...path])) return false;
  if (older.size === newer.size) return path.length === 0 && older.root.equals(newer.root);
  if (older.size === 0) return path.length === 0 && older.root.equals(emptyRoot);
  return leadsToBoth(older, newer, isPowerOfTwo(older.size) ? [older.root, ...path] : path);
}

function leadsToBoth(older: LogState, newer: LogState, [first, ...rest]: readonly Buffer[]): boolean {
  if (first === undefined) return false;
  let [at, last] = [older.size - 1, newer.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [olderNode, newerNode] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [olderNode, newerNode] = [nodeHash(sibling, olderNode), nodeHash(sibling, newerNode)];
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else {
      newerNode = nodeHash(newerNode, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && olderNode.equals(older.root) && newerNode.equals(newer.root);
}

/** The hash over the entries from `from` up to before `to`, out of as few complete subtrees as it has. */
async function rangeHash(from: number, to: number, hashAt: HashAt): Promise<Buffer> {
  const nodes: Buffer[] = [];
  for (let at = from; at < to; ) {
    const level = largestLevel(at, to - at);
    nodes.push(await hashAt(level, at / 2 ** level));
    at += 2 ** level;
  }
  return nodes.reduceRight<Buffer | undefined>((right, left) => join(left, right), undefined) ?? emptyRoot;
}

/** Of the largest complete subtree that begins at this entry and has at most this many. */
function largestLevel(at: number, most: number): number {
  let level = 0;
  while (2 ** (level + 1) <= most && at % 2 ** (level + 1) === 0) level++;
  return level;
}

/** The largest power of two below a size of at least 2. */
function halfOf(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function join(left: Buffer, right: Buffer | undefined): Buffer {
  return right === undefined ? left : nodeHash(left, right);
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function onesIn(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = half(rest)) ones += rest % 2;
  return ones;
}

function isPowerOfTwo(size: number): boolean {
  return onesIn(size) === 1;
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isEntry(index: number, size: number): boolean {
  return isSize(index) && isSize(size) && index < size;
}

function areHashes(values: readonly Uint8Array[]): boolean {
  return values.every((value) => value.length === HASH_BYTES);
}

function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}
