import { TREE } from '../log/sealer.ts';
import {
  createEdge,
  type Edge,
  openTiles,
  readTile,
  TILE_WIDTH,
  type Tile,
  tileBytes,
  tilePath,
} from '../log/tiles.ts';
import type { ReadObjects } from './day-records.ts';
import { isoTime, type Report } from './findings.ts';
import type { TrustedSeal } from './seal-reader.ts';

/** The tree as the verification has recomputed it. */
export interface Tree {
  readonly edge: Edge;
}

/** The tree of this size out of the archive's tiles; undefined when they are not there, or are no tiles. */
export async function treeFromTiles(objects: ReadObjects, size: number): Promise<Tree | undefined> {
  const open: Tile[] = [];
  for (const { level, index, width } of openTiles(size)) {
    const body = (await objects.get(`${TREE}${tilePath(level, index, width)}`))?.body;
    if (body?.length !== width * 32) return undefined;
    open.push(readTile(level, index, width, body));
  }
  return { edge: createEdge(size, open) };
}

export interface Grown extends Tree {
  /** Tiles that this seal added. */
  readonly tiles: readonly Tile[];
}

/** The tree with the leaves of a seal, when that gives the root that was signed. */
export function grow(
  { edge }: Tree,
  leaves: readonly Buffer[],
  { first, count, root }: TrustedSeal,
): Grown | undefined {
  if (leaves.length !== count || edge.size() !== first) return undefined;
  const grown = createEdge(edge.size(), edge.open());
  const tiles = leaves.flatMap((leaf) => grown.append(leaf));
  if (grown.root().toString('base64') !== root) return undefined;
  return { edge: grown, tiles: count === 0 ? [] : [...tiles, ...grown.open()] };
}

/** Hashes of the entries from `first` up to before `first + count`, out of the tiles of a log of this size. */
export async function leavesFromTiles(
  objects: ReadObjects,
  { first, count, size }: Pick<TrustedSeal, 'first' | 'count' | 'size'>,
): Promise<readonly Buffer[] | undefined> {
  const leaves: Buffer[] = [];
  for (let index = Math.floor(first / TILE_WIDTH); index * TILE_WIDTH < size; index++) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const body = (await objects.get(`${TREE}${tilePath(0, index, width)}`))?.body;
    if (body?.length !== width * 32) return undefined;
    const skipped = Math.max(0, first - index * TILE_WIDTH);
    leaves.push(...readTile(0, index, width, body).hashes.slice(skipped));
  }
  return leaves.length === count ? leaves : undefined;
}

/** Whether the archive has the tiles that follow from the leaves. */
export async function checkTiles(
  objects: ReadObjects,
  grown: Grown,
  seal: TrustedSeal,
  report: Report,
): Promise<number> {
  for (const tile of grown.tiles) {
    const object = `${TREE}${tilePath(tile.level, tile.index, tile.hashes.length)}`;
    const where = { object, seal: seal.n, minute: isoTime(seal.from) };
    const body = (await objects.get(object))?.body;
    if (body === undefined) {
      report('tile-missing', { ...where, says: `${object} is missing: seal ${seal.n} added it.` });
    } else if (!tileBytes(tile).equals(body)) {
      report('tile-changed', { ...where, says: `${object} does not hold the hashes that follow from the records.` });
    }
  }
  return grown.tiles.length;
}
