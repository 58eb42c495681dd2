import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  consistencyPath,
  createFrontier,
  emptyRoot,
  type HashAt,
  inclusionPath,
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from '../../../../shared/audit/log/merkle.ts';
import { naivePath, naiveProof, naiveRoot, numbered } from '../../../support/naive-tree.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const hexes = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('hex'));

function rootOf(entries: readonly Uint8Array[]): Buffer {
  const frontier = createFrontier();
  for (const entry of entries) frontier.append(leafHash(entry));
  return frontier.root();
}

/** Complete subtrees by the naive definition. */
const subtreesOf =
  (entries: readonly Uint8Array[]): HashAt =>
  (level, index) =>
    naiveRoot(entries.slice(index * 2 ** level, (index + 1) * 2 ** level));

/** The reference data of Certificate Transparency (google/certificate-transparency, merkle_tree_test.cc). */
describe('The published vectors of RFC 6962', () => {
  const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const entries = ENTRIES.map(hex);
  const ROOTS = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const TO_2_OF_8 = [
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ];
  const TO_0_OF_8 = ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', ...TO_2_OF_8];
  const TO_6_OF_8 = [
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ];
  const FOURTH = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';

  test('are the roots of all sizes', () => {
    expect(ROOTS.map((_, size) => rootOf(entries.slice(0, size)).toString('hex'))).toEqual(ROOTS);
    expect(emptyRoot.toString('hex')).toBe(ROOTS[0]);
  });

  test.each([
    [0, 1, []],
    [0, 8, TO_0_OF_8],
    [5, 8, [FOURTH, ...TO_6_OF_8]],
    [2, 3, [ROOTS[2]]],
    [1, 5, [ROOTS[1], TO_2_OF_8[0], FOURTH]],
  ] as const)('are the path of entry %d in a log of %d', async (index, size, expected) => {
    const path = await inclusionPath(index, size, subtreesOf(entries.slice(0, size)));
    expect(hexes(path)).toEqual(expected);
    expect(verifyInclusion(leafHash(entries[index] ?? hex('')), index, size, path, hex(ROOTS[size] ?? ''))).toBe(true);
  });

  test.each([
    [1, 1, []],
    [1, 8, TO_0_OF_8],
    [6, 8, ['0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a', ...TO_6_OF_8]],
    [2, 5, [TO_2_OF_8[0], FOURTH]],
    [2, 8, TO_2_OF_8],
  ] as const)('are the proof that a log of %d begins one of %d', async (older, size, expected) => {
    const path = await consistencyPath(older, size, subtreesOf(entries.slice(0, size)));
    const [before, after] = [older, size].map((at) => ({ size: at, root: hex(ROOTS[at] ?? '') }));
    expect(hexes(path)).toEqual(expected);
    expect(before && after && verifyConsistency(before, after, path)).toBe(true);
  });
});

const SIZE = fc.integer({ min: 1, max: 300 });
/** A log's size and the index of one of its entries. */
const PLACE = SIZE.chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)));

test('A log that grows entry by entry, or goes on from what was kept of it, has the root of the definition', () => {
  fc.assert(
    fc.property(SIZE, fc.nat(300), (more, kept) => {
      const entries = numbered(kept + more);
      const first = createFrontier();
      for (const entry of entries.slice(0, kept)) first.append(leafHash(entry));
      const second = createFrontier(kept, first.hashes());
      for (const entry of entries.slice(kept)) second.append(leafHash(entry));
      expect([second.size(), second.root()]).toEqual([kept + more, naiveRoot(entries)]);
    }),
    { numRuns: 60 },
  );
});

test('What was kept must fit the size', () => {
  expect(() => createFrontier(3, [emptyRoot])).toThrow('a log of 3 entries has 2 subtrees');
});

test('A path is that of the definition, and leads to the root', async () => {
  await fc.assert(
    fc.asyncProperty(PLACE, async ([index, size]) => {
      const entries = numbered(size);
      const path = await inclusionPath(index, size, subtreesOf(entries));
      expect(path).toEqual(naivePath(index, entries));
      expect(verifyInclusion(leafHash(entries[index] as Buffer), index, size, path, naiveRoot(entries))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('A proof that one log begins another is that of the definition, and holds', async () => {
  await fc.assert(
    fc.asyncProperty(PLACE, async ([before, size]) => {
      const [older, entries] = [before + 1, numbered(size)];
      const path = await consistencyPath(older, size, subtreesOf(entries));
      expect(path).toEqual(naiveProof(older, entries));
      const states = [older, size].map((at) => ({ size: at, root: naiveRoot(entries.slice(0, at)) }));
      expect(verifyConsistency(states[0] as never, states[1] as never, path)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

/** One change to a list of hashes: a bit, one less, one more, two swapped. */
function alterations(path: readonly Buffer[], seed: number): readonly (readonly Buffer[])[] {
  const at = path.length === 0 ? 0 : seed % path.length;
  const flipped = path.map((hash, i) => (i === at ? flip(hash, seed) : hash));
  const extra = leafHash(Buffer.from(String(seed)));
  const swapped = path.map((_, i) => path[path.length - 1 - i] as Buffer);
  return [
    ...(path.length === 0 ? [] : [flipped, path.slice(1), path.slice(0, -1), path.map((hash) => hash.subarray(1))]),
    ...(path.length > 1 && !swapped.every((hash, i) => hash.equals(path[i] as Buffer)) ? [swapped] : []),
    [...path, extra],
    [extra, ...path],
  ];
}

function flip(hash: Buffer, seed: number): Buffer {
  const copy = Buffer.from(hash);
  copy[seed % copy.length] = (copy[seed % copy.length] ?? 0) ^ (1 << (seed % 8));
  return copy;
}

test('A path that was altered, or is used for another entry, size, leaf or root, leads nowhere', async () => {
  await fc.assert(
    fc.asyncProperty(PLACE, fc.nat(), async ([index, size], seed) => {
      const entries = numbered(size);
      const path = await inclusionPath(index, size, subtreesOf(entries));
      const [leaf, root] = [leafHash(entries[index] as Buffer), naiveRoot(entries)];
      const accepted = [
        ...alterations(path, seed).map((altered) => verifyInclusion(leaf, index, size, altered, root)),
        ...[index - 1, index + 1, index + 0.5, size + index, -1, Number.NaN].map((other) =>
          verifyInclusion(leaf, other, size, path, root),
        ),
        verifyInclusion(leaf, index, index, path, root),
        verifyInclusion(flip(leaf, seed), index, size, path, root),
        verifyInclusion(leaf, index, size, path, flip(root, seed)),
        verifyInclusion(leaf, index, size, path, root.subarray(1)),
      ];
      expect(accepted).not.toContain(true);
    }),
    { numRuns: 100 },
  );
});

test('A proof of consistency that was altered, or is used for other sizes or roots, proves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(PLACE, fc.nat(), async ([before, size], seed) => {
      const [older, entries] = [before + 1, numbered(size)];
      const path = await consistencyPath(older, size, subtreesOf(entries));
      const old = { size: older, root: naiveRoot(entries.slice(0, older)) };
      const now = { size, root: naiveRoot(entries) };
      const accepted = [
        ...alterations(path, seed).map((altered) => verifyConsistency(old, now, altered)),
        verifyConsistency({ ...old, root: flip(old.root, seed) }, now, path),
        verifyConsistency(old, { ...now, root: flip(now.root, seed) }, path),
        verifyConsistency({ ...old, size: size + 1 }, now, path),
        verifyConsistency({ ...old, size: -1 }, now, path),
        verifyConsistency({ ...old, size: 0 }, now, path),
        ...(older < size ? [verifyConsistency(now, old, path), verifyConsistency({ ...old, size }, now, path)] : []),
      ];
      expect(accepted).not.toContain(true);
    }),
    { numRuns: 100 },
  );
});

test('Everything begins with the empty log, and nothing else is it', () => {
  const now = { size: 3, root: naiveRoot(numbered(3)) };
  expect([
    verifyConsistency({ size: 0, root: emptyRoot }, now, []),
    verifyConsistency({ size: 0, root: now.root }, now, []),
    verifyConsistency({ size: 0, root: emptyRoot }, now, [emptyRoot]),
  ]).toEqual([true, false, false]);
});

test('There are no proofs of what is not there', async () => {
  await expect(inclusionPath(3, 3, subtreesOf(numbered(3)))).rejects.toThrow('a log of 3 entries has no entry 3');
  await expect(consistencyPath(4, 3, subtreesOf(numbered(3)))).rejects.toThrow('4 entries cannot begin 3');
});

test('Sizes beyond 32 bits are counted as they are', async () => {
  const size = 2 ** 40 + 1;
  const asked: [number, number][] = [];
  await inclusionPath(2 ** 40, size, (level, index) => {
    asked.push([level, index]);
    return emptyRoot;
  });
  expect(asked).toEqual([[40, 0]]);
  const root = createFrontier(size, [emptyRoot, leafHash(hex('00'))]).root();
  expect(verifyInclusion(leafHash(hex('00')), 2 ** 40, size, [emptyRoot], root)).toBe(true);
});
