import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatCheckpoint, parseCheckpoint } from '../../../shared/audit/log/checkpoint.ts';
import {
  consistencyPath,
  createFrontier,
  emptyRoot,
  inclusionPath,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../../../shared/audit/log/merkle.ts';
import { formatVkey, keyId, parseNote, parseVkey, signNote, verifyNote } from '../../../shared/audit/log/note.ts';
import {
  createEdge,
  hashesOf,
  openTiles,
  TILE_WIDTH,
  type Tile,
  tileBytes,
  tilePath,
} from '../../../shared/audit/log/tiles.ts';
import { createTestSigner, LOG_NAME } from '../../support/sealing.ts';

/** RFC 6962 section 2.1, word for word. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return emptyRoot;
  if (leaves.length === 1) return leaves[0] as Buffer;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));
/** The hash of a complete subtree, naively. */
const hashAtOf = (leaves: readonly Buffer[]) => (level: number, index: number) =>
  naiveRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
const changed = (hash: Buffer, at = 0) => Buffer.from(hash.map((byte, i) => (i === at ? byte ^ 1 : byte)));

describe('The tree of RFC 6962', () => {
  // Certificate Transparency's own test vectors: the roots of the logs of its first 0 to 8 entries.
  const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
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

  test('has the roots of the published vectors', () => {
    const frontier = createFrontier();
    const roots = [frontier.root().toString('hex')];
    for (const entry of ENTRIES) {
      frontier.append(leafHash(Buffer.from(entry, 'hex')));
      roots.push(frontier.root().toString('hex'));
    }
    expect(roots).toEqual(ROOTS);
  });

  test('grown leaf by leaf, and taken up again at any size, is the tree of the definition', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (size, stop) => {
        const leaves = leavesOf(size);
        const first = createFrontier();
        for (const leaf of leaves.slice(0, stop)) first.append(leaf);
        const again = createFrontier(first.size(), first.hashes());
        for (const leaf of leaves.slice(stop)) again.append(leaf);
        expect(again.root()).toEqual(naiveRoot(leaves));
      }),
      { numRuns: 50 },
    );
  });

  test('proves each of its entries, and no other entry, place, size or root', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 80 }), fc.nat(), fc.nat(31), async (size, pick, at) => {
        const leaves = leavesOf(size);
        const [index, root] = [pick % size, naiveRoot(leaves)];
        const leaf = leaves[index] as Buffer;
        const path = await inclusionPath(index, size, hashAtOf(leaves));
        expect(verifyInclusion(leaf, index, size, path, root)).toBe(true);
        const wrong = [
          verifyInclusion(changed(leaf, at), index, size, path, root),
          verifyInclusion(leaf, index, size, path, changed(root, at)),
          verifyInclusion(leaf, index, size, [...path, root], root),
          verifyInclusion(leaf, size, size, path, root),
          verifyInclusion(leaf, -1, size, path, root),
          ...path.map((_, i) => verifyInclusion(leaf, index, size, path.with(i, changed(path[i] as Buffer, at)), root)),
          ...(path.length > 0 ? [verifyInclusion(leaf, index, size, path.slice(1), root)] : []),
          ...(size > 1 ? [verifyInclusion(leaf, (index + 1) % size, size, path, root)] : []),
        ];
        expect(wrong).toEqual(wrong.map(() => false));
      }),
      { numRuns: 150 },
    );
  });

  test('proves that it has only grown, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 80 }), fc.nat(), fc.nat(31), async (size, pick, at) => {
        const leaves = leavesOf(size);
        const older = 1 + (pick % size);
        const [before, after] = [
          { size: older, root: naiveRoot(leaves.slice(0, older)) },
          { size, root: naiveRoot(leaves) },
        ];
        const path = await consistencyPath(older, size, hashAtOf(leaves));
        expect(verifyConsistency(before, after, path)).toBe(true);
        const wrong = [
          verifyConsistency({ ...before, root: changed(before.root, at) }, after, path),
          verifyConsistency(before, { ...after, root: changed(after.root, at) }, path),
          verifyConsistency(before, after, [...path, after.root]),
          verifyConsistency({ ...before, size: size + 1 }, after, path),
          ...path.map((_, i) => verifyConsistency(before, after, path.with(i, changed(path[i] as Buffer, at)))),
        ];
        expect(wrong).toEqual(wrong.map(() => false));
      }),
      { numRuns: 150 },
    );
  });
});

describe('Tiles', () => {
  test.each([
    [0, 0, 256, 'tile/0/000'],
    [0, 5, 12, 'tile/0/005.p/12'],
    [1, 1234, 256, 'tile/1/x001/234'],
    [2, 1234067, 1, 'tile/2/x001/x234/067.p/1'],
  ])('of level %i and number %i lie where C2SP says', (level, index, width, path) => {
    expect(tilePath(level, index, width)).toBe(path);
  });

  test('of a log that grew in steps give its root at each step and every proof', async () => {
    const files = new Map<string, Uint8Array>();
    const put = (tile: Tile) => void files.set(tilePath(tile.level, tile.index, tile.hashes.length), tileBytes(tile));
    const leaves = leavesOf(70_000);
    let edge = createEdge();
    for (const size of [1, 255, 256, 257, 600, 65_535, 65_536, 65_537, 70_000]) {
      for (const leaf of leaves.slice(edge.size(), size)) for (const tile of edge.append(leaf)) put(tile);
      for (const tile of edge.open()) put(tile);
      edge = createEdge(size, edge.open());
      const frontier = createFrontier();
      for (const leaf of leaves.slice(0, size)) frontier.append(leaf);
      expect(edge.root()).toEqual(frontier.root());
      const load = async (path: string) => files.get(path) ?? Promise.reject(new Error(`no ${path}`));
      for (const index of [0, size >> 1, size - 1]) {
        const path = await inclusionPath(index, size, hashesOf(size, load));
        expect(verifyInclusion(leaves[index] as Buffer, index, size, path, edge.root())).toBe(true);
      }
    }
    expect(openTiles(70_000)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    expect(TILE_WIDTH).toBe(256);
  });
});

describe('Notes', () => {
  const TEXT = formatCheckpoint({ origin: LOG_NAME, size: 7, root: emptyRoot, extensions: ['gatehouse/v1 1'] });

  test('of the example of Go’s note package verify with its key', () => {
    const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const note = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;
    expect(verifyNote(note, parseVkey(vkey))).toEqual({
      text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
    });
    expect(keyId(parseVkey(vkey)).toString('hex')).toBe('c74f20a3');
  });

  test('come back as they were signed, and with any character changed they do not', async () => {
    const { signer, vkey } = createTestSigner();
    const key = parseVkey(vkey);
    const note = await signNote(TEXT, { ...key, sign: signer.sign });
    expect(verifyNote(note, key)).toEqual({ text: TEXT });
    expect(parseCheckpoint(TEXT)).toEqual({
      origin: LOG_NAME,
      size: 7,
      root: emptyRoot,
      extensions: ['gatehouse/v1 1'],
    });
    expect(parseNote(note).signatures).toHaveLength(1);
    for (let at = 0; at < note.length; at++) {
      const other = note[at] === 'x' ? 'y' : 'x';
      expect(verifyNote(`${note.slice(0, at)}${other}${note.slice(at + 1)}`, key)).toEqual({
        reason: expect.any(String),
      });
    }
  });

  test('of another key say that they are', async () => {
    const [own, other] = [createTestSigner(), createTestSigner()];
    const note = await signNote(TEXT, { ...parseVkey(own.vkey), sign: own.signer.sign });
    expect(verifyNote(note, parseVkey(other.vkey))).toEqual({ reason: expect.stringContaining('no signature by') });
  });

  test('with signatures of witnesses are as good, with a second wrong one of the log they are not', async () => {
    const [own, witness] = [createTestSigner(), createTestSigner()];
    const key = parseVkey(own.vkey);
    const note = await signNote(TEXT, { ...key, sign: own.signer.sign });
    const seen = await signNote(TEXT, {
      ...parseVkey(witness.vkey),
      name: 'witness.example',
      sign: witness.signer.sign,
    });
    const line = seen.split('\n').at(-2) ?? '';
    expect(verifyNote(`${note}${line}\n`, key)).toEqual({ text: TEXT });
    const forged = await signNote(TEXT, { ...key, sign: witness.signer.sign });
    expect(verifyNote(`${note}${forged.split('\n').at(-2)}\n`, key)).toEqual({
      reason: 'the signature does not match the text',
    });
  });

  test.each(['', 'x', 'a+b', 'a+00000000+AQ==', `${LOG_NAME}+00000000+${'A'.repeat(44)}`])('no key is "%s"', (text) => {
    expect(() => parseVkey(text)).toThrow('verifier key');
  });

  test('a key is pinned as one text', () => {
    const { vkey } = createTestSigner();
    const { name, publicKey } = parseVkey(vkey);
    expect(formatVkey(name, publicKey)).toBe(vkey);
  });
});
