import { createFrontier, HASH_BYTES, type HashAt, rootOf } from './merkle.ts';

/**
 * The tree as files (c2sp.org/tlog-tiles): a tile of level L holds up to 256 hashes of complete subtrees of 256^L entries.
 * A full tile never changes; of a tile that is not full there is one file for every width that a checkpoint had.
 */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Buffer[];
}

/** `tile/<L>/<N>` or `tile/<L>/<N>.p/<W>`; N in groups of three digits, all but the last behind an x: `x001/x234/067`. */
export function tilePath(level: number, index: number, width: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${name}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

export function tileBytes({ hashes }: Tile): Buffer {
  return Buffer.concat(hashes);
}

/** Where the tiles of a log of this size end: by level, the tile that is not full. Levels whose last tile is full have none. */
export function openTiles(size: number): ReadonlyArray<{ level: number; index: number; width: number }> {
  const open: { level: number; index: number; width: number }[] = [];
  for (let level = 0, nodes = size; nodes > 0; level++, nodes = Math.floor(nodes / TILE_WIDTH)) {
    const width = nodes % TILE_WIDTH;
    if (width > 0) open.push({ level, index: Math.floor(nodes / TILE_WIDTH), width });
  }
  return open;
}

/** The right edge of the tree: what must be kept to add entries and to make tiles. At most 255 hashes a level. */
export interface Edge {
  size(): number;
  root(): Buffer;
  /** Takes the hash of a leaf; gives the tiles that it filled. */
  append(leaf: Buffer): readonly Tile[];
  /** The tiles that are not full. */
  open(): readonly Tile[];
}

/** @throws RangeError when the tiles are not those in which a log of this size ends */
export function createEdge(size = 0, open: readonly Tile[] = []): Edge {
  const rows = rowsOf(size, open);
  let count = size;
  return {
    size: () => count,
    root: () => {
      const nodes = rows.reduce<Buffer | undefined>((right, row) => rootOf(right ? [...row, right] : row), undefined);
      return nodes ?? createFrontier().root();
    },
    append: (leaf) => {
      count++;
      const full: Tile[] = [];
      let node: Buffer | undefined = leaf;
      for (let level = 0; node !== undefined; level++) {
        const row: Buffer[] = rows[level] ?? [];
        rows[level] = row;
        row.push(node);
        node = undefined;
        if (row.length === TILE_WIDTH) {
          full.push({ level, index: count / TILE_WIDTH ** (level + 1) - 1, hashes: [...row] });
          node = rootOf(row);
          row.length = 0;
        }
      }
      return full;
    },
    open: () => openTiles(count).map(({ level, index }) => ({ level, index, hashes: [...(rows[level] ?? [])] })),
  };
}

function rowsOf(size: number, open: readonly Tile[]): Buffer[][] {
  const rows: Buffer[][] = [];
  for (const { level, index, width } of openTiles(size)) {
    const tile = open.find((one) => one.level === level && one.index === index);
    if (tile?.hashes.length !== width)
      throw new RangeError(`the open tile ${level}/${index} must have ${width} hashes`);
    while (rows.length < level) rows.push([]);
    rows[level] = [...tile.hashes];
  }
  return rows;
}

/** @throws RangeError when it is no tile of this width */
export function readTile(level: number, index: number, width: number, bytes: Uint8Array): Tile {
  if (bytes.length !== width * HASH_BYTES) throw new RangeError(`a tile of ${width} has ${width * HASH_BYTES} bytes`);
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const hashes = Array.from({ length: width }, (_, at) => all.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  return { level, index, hashes };
}

/**
 * The hashes of the tree of a checkpoint's size, out of tiles, for making proofs. `load` gives the file of a path, and
 * remembers it as it likes.
 */
export function hashesOf(size: number, load: (path: string) => Promise<Uint8Array>): HashAt {
  return async (level, index) => {
    const [row, height] = [Math.floor(level / TILE_HEIGHT), level % TILE_HEIGHT];
    const [first, most] = [index * 2 ** height, Math.floor(size / TILE_WIDTH ** row)];
    if (first + 2 ** height > most) throw new RangeError(`a log of ${size} entries has no node ${level}/${index}`);
    const tile = Math.floor(first / TILE_WIDTH);
    const width = Math.min(TILE_WIDTH, most - tile * TILE_WIDTH);
    const { hashes } = readTile(row, tile, width, await load(tilePath(row, tile, width)));
    const at = first % TILE_WIDTH;
    return rootOf(hashes.slice(at, at + 2 ** height)) ?? createFrontier().root();
  };
}
