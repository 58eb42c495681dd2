import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { consistencyPath, inclusionPath, leafHash, verifyConsistency } from '../../../../shared/audit/log/merkle.ts';
import { createEdge, hashesOf, openTiles, readTile, tileBytes, tilePath } from '../../../../shared/audit/log/tiles.ts';
import { naivePath, naiveProof, naiveRoot, numbered } from '../../../support/naive-tree.ts';

/** As c2sp.org/tlog-tiles has them. */
test.each([
  [0, 0, 256, 'tile/0/000'],
  [0, 5, 256, 'tile/0/005'],
  [3, 999, 256, 'tile/3/999'],
  [0, 1000, 256, 'tile/0/x001/000'],
  [0, 1234067, 256, 'tile/0/x001/x234/067'],
  [0, 1234067, 8, 'tile/0/x001/x234/067.p/8'],
  [1, 0, 1, 'tile/1/000.p/1'],
])('Level %d, tile %d of width %d is %s', (level, index, width, path) => {
  expect(tilePath(level, index, width)).toBe(path);
});

/** A log in files that grows by these many entries at a time, each time written as the sealer writes it. */
function grow(steps: readonly number[]) {
  const files = new Map<string, Buffer>();
  let edge = createEdge();
  const entries = numbered(steps.reduce((sum, step) => sum + step, 0));
  for (const step of steps) {
    const from = edge.size();
    const open = openTiles(from).map(({ level, index, width }) =>
      readTile(level, index, width, files.get(tilePath(level, index, width)) ?? Buffer.alloc(0)),
    );
    edge = createEdge(from, open);
    const tiles = entries.slice(from, from + step).flatMap((entry) => edge.append(leafHash(entry)));
    for (const tile of [...tiles, ...edge.open()]) {
      const path = tilePath(tile.level, tile.index, tile.hashes.length);
      // Written once: what is there already is the same.
      expect(files.get(path) ?? tileBytes(tile)).toEqual(tileBytes(tile));
      files.set(path, tileBytes(tile));
    }
    expect(edge.root()).toEqual(naiveRoot(entries.slice(0, edge.size())));
  }
  const load = async (path: string) => {
    const file = files.get(path);
    if (file === undefined) throw new Error(`${path} is missing`);
    return file;
  };
  return { entries, files, load };
}

const STEPS = fc.array(fc.oneof(fc.nat(3), fc.nat(300), fc.constant(256)), { minLength: 1, maxLength: 6 });

test('From the tiles of any log come its root, and the paths and proofs of the definition for every size it had', async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, fc.nat(), async (steps, seed) => {
      const { entries, load } = grow(steps);
      const sizes = steps.map((_, at) => steps.slice(0, at + 1).reduce((sum, step) => sum + step, 0));
      for (const size of sizes.filter((one) => one > 0)) {
        const [now, index] = [entries.slice(0, size), seed % size];
        expect(await inclusionPath(index, size, hashesOf(size, load))).toEqual(naivePath(index, now));
        const proof = await consistencyPath(index + 1, size, hashesOf(size, load));
        expect(proof).toEqual(naiveProof(index + 1, now));
      }
    }),
    { numRuns: 20 },
  );
});

test('Two levels of tiles hold a log of more than 65,536 entries', async () => {
  const { entries, files, load } = grow([65_536, 300]);
  const size = entries.length;
  expect([...files.keys()].filter((path) => !/^tile\/0\/\d{3}$/.test(path))).toEqual([
    'tile/1/000',
    'tile/2/000.p/1',
    'tile/0/257.p/44',
    'tile/1/001.p/1',
  ]);
  const proof = await consistencyPath(65_536, size, hashesOf(size, load));
  const states = [65_536, size].map((at) => ({ size: at, root: naiveRoot(entries.slice(0, at)) }));
  expect(verifyConsistency(states[0] as never, states[1] as never, proof)).toBe(true);
});

test('A log does not go on from tiles that are not its own', () => {
  expect(() => createEdge(3, [])).toThrow('the open tile 0/0 must have 3 hashes');
  expect(() => readTile(0, 0, 2, Buffer.alloc(63))).toThrow('a tile of 2 has 64 bytes');
});

test('A node that the log does not have yet is not read out of tiles', async () => {
  const { load } = grow([5]);
  await expect(async () => hashesOf(5, load)(3, 0)).rejects.toThrow('a log of 5 entries has no node 3/0');
});
