import type { Objects } from '../../aws/objects.ts';
import { TREE } from '../log/sealer.ts';
import { createEdge, type Edge, openTiles, readTile, type Tile, tileBytes, tilePath } from '../log/tiles.ts';
import type { Report } from './findings.ts';

export function copyEdge(edge: Edge): Edge {
  return createEdge(edge.size(), edge.open());
}

/** The edge of the tree at a size, out of the archive's tiles; undefined when they do not lead to the signed root. */
export async function loadEdge(objects: Objects, size: number, root: string): Promise<Edge | undefined> {
  const tiles: Tile[] = [];
  for (const { level, index, width } of openTiles(size)) {
    const body = (await objects.get(`${TREE}${tilePath(level, index, width)}`))?.body;
    if (body?.length !== width * 32) return undefined;
    tiles.push(readTile(level, index, width, body));
  }
  const edge = createEdge(size, tiles);
  return edge.root().toString('base64') === root ? edge : undefined;
}

/** Compares the tiles of an archive with those that follow from its records. */
export interface TileCheck {
  compare(tile: Tile): Promise<void>;
  /** Names the tiles that no size of the log has. */
  finish(last: number): void;
}

export async function createTileCheck(objects: Objects, report: Report): Promise<TileCheck> {
  const there = new Set<string>();
  for await (const { key } of objects.list(`${TREE}tile/`)) there.add(key);
  const expected = new Set<string>();
  return {
    compare: async (tile) => {
      const key = `${TREE}${tilePath(tile.level, tile.index, tile.hashes.length)}`;
      if (expected.has(key)) return;
      expected.add(key);
      if (!there.has(key)) {
        report('tile-missing', { object: key, says: `The tile ${key} is missing.` });
      } else if (!tileBytes(tile).equals((await objects.get(key))?.body ?? new Uint8Array())) {
        report('tile-changed', { object: key, says: `The tile ${key} is not what follows from the records.` });
      }
    },
    finish: (last) => {
      const ends = new Map(openTiles(last).map(({ level, index, width }) => [level, { index, width }]));
      for (const key of there) {
        if (expected.has(key)) continue;
        const [level, index, width] = positionOf(key);
        const end = ends.get(level);
        const isAhead =
          end === undefined ? index * 256 >= last : index > end.index || (index === end.index && width > end.width);
        report(isAhead ? 'tile-ahead' : 'tile-unknown', {
          object: key,
          says: `No seal has a tree with the tile ${key}.`,
        });
      }
    },
  };
}

/** `log/tile/0/x001/234.p/5` → 0, 1234, 5. */
function positionOf(key: string): readonly [number, number, number] {
  const [, level = '', name = '', width = '256'] = /tile\/(\d+)\/([x\d/]+)(?:\.p\/(\d+))?$/.exec(key) ?? [];
  return [Number(level), Number(name.replace(/[x/]/g, '')), Number(width)];
}
