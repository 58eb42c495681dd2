import type { Objects } from '../../aws/objects.ts';
import type { Clock } from '../../core/clock.ts';
import { EVENT_PHASE } from '../event-record.ts';
import { PHASE } from '../record.ts';
import { type ClaimObject, claimPath, formatClaimObject, parseClaimObject } from './claim-object.ts';
import type { SealIndex } from './head.ts';
import { type NoteSigner, signNote } from './note.ts';
import { compareKeys, isOfOneDay, isWithin, MINUTE_MS, type Window } from './order.ts';
import type { ReadEntry } from './read-window.ts';
import {
  type Claim,
  checkpointText,
  formatSeal,
  readCheckpointText,
  type SealCounts,
  SealError,
  type SealKind,
  type SignedSeal,
  sealPath,
} from './seal.ts';
import { createEdge, type Edge, openTiles, readTile, type Tile, tileBytes, tilePath } from './tiles.ts';

/** Objects of the tree lie under this prefix, as c2sp.org/tlog-tiles names them below it. */
export const TREE = 'log/';

export interface NextSeal {
  readonly kind: SealKind;
  readonly window: Window;
  readonly through: number;
  readonly entries: readonly ReadEntry[];
  readonly sealedAt: number;
}

/** The end of the log: the last seal, and the edge of the tree under it. */
export interface Head {
  readonly last: SignedSeal | undefined;
  readonly edge: Edge;
}

/**
 * Adds seals to the log. The claim is put first, once for ever; from then on every step only repeats what it says: tiles,
 * the signature (Ed25519 gives the same for the same text), the seal, the row. A crash between any two, or two sealers at
 * once, end in the same log, and no size of the log is signed with two roots.
 */
export interface Sealing {
  /** @throws SealError when the tree does not lead to the root that was signed last */
  open(last: SignedSeal | undefined): Promise<Head>;
  /** Finishes what was claimed after this head by a run that is no more; the same head when there is nothing. */
  resume(head: Head): Promise<Head>;
  /** Claims, or takes what another has claimed, and finishes it. */
  seal(head: Head, next: NextSeal): Promise<Head>;
}

export interface SealingOptions {
  readonly objects: Objects;
  readonly index: SealIndex;
  /** Its name is the origin of the log. */
  readonly signer: NoteSigner;
  readonly clock: Clock;
}

export function createSealing({ objects, index, signer, clock }: SealingOptions): Sealing {
  const readClaim = async (n: number): Promise<ClaimObject | undefined> => {
    const object = await objects.get(claimPath(n));
    return object && parseClaimObject(object.body);
  };
  const putOnce = async (key: string, body: Buffer, contentType: string): Promise<void> => {
    const { created } = await objects.putIfAbsent(key, body, { contentType });
    if (created) return;
    const there = await objects.get(key);
    if (there === undefined || !body.equals(there.body)) throw new SealError(`${key} is there and is another`);
  };
  const putTile = (tile: Tile) =>
    putOnce(
      `${TREE}${tilePath(tile.level, tile.index, tile.hashes.length)}`,
      tileBytes(tile),
      'application/octet-stream',
    );
  const loadTile = async ({ level, index: at, width }: ReturnType<typeof openTiles>[number]): Promise<Tile> => {
    const path = `${TREE}${tilePath(level, at, width)}`;
    const object = await objects.get(path);
    if (object === undefined) throw new SealError(`${path} is missing`);
    return readTile(level, at, width, object.body);
  };
  const finish = async (head: Head, { claim, entries }: ClaimObject): Promise<Head> => {
    requireFollows({ claim, entries }, head, signer.name, clock());
    const edge = copyOf(head.edge);
    for (const { leaf } of entries) for (const tile of edge.append(leaf)) await putTile(tile);
    if (rootText(edge) !== claim.root) throw new SealError(`claim ${claim.n} does not have its root`);
    await Promise.all(edge.open().map(putTile));
    const seal = { ...claim, note: await signNote(checkpointText(claim), signer) };
    await putOnce(sealPath(seal), Buffer.from(formatSeal(seal)), 'application/json');
    await index.add(seal);
    return { last: readCheckpointText(checkpointText(claim)), edge };
  };
  return {
    open: async (last) => {
      const size = last?.size ?? 0;
      const edge = createEdge(size, await Promise.all(openTiles(size).map(loadTile)));
      // Whoever changed a tile must not get a signature under what follows from it.
      if (last !== undefined && rootText(edge) !== last.root) {
        throw new SealError(`the tiles do not lead to the root of seal ${last.n}`);
      }
      return { last, edge };
    },
    resume: async (head) => {
      const claimed = await readClaim(numberAfter(head));
      return claimed === undefined ? head : finish(head, claimed);
    },
    seal: async (head, next) => {
      const own = claimOf(head, next, signer.name);
      const body = formatClaimObject(own);
      const { created } = await objects.putIfAbsent(claimPath(own.claim.n), body, { contentType: 'application/gzip' });
      const claimed = created ? own : await readClaim(own.claim.n);
      if (claimed === undefined) throw new SealError(`claim ${own.claim.n} vanished`);
      return finish(head, claimed);
    },
  };
}

function claimOf(head: Head, { kind, window, through, entries, sealedAt }: NextSeal, origin: string): ClaimObject {
  const edge = copyOf(head.edge);
  for (const { leaf } of entries) edge.append(leaf);
  const claim: Claim = {
    v: 1,
    origin,
    n: numberAfter(head),
    kind,
    from: window.from,
    to: window.to,
    through,
    first: head.edge.size(),
    count: entries.length,
    size: edge.size(),
    root: rootText(edge),
    counts: countsOf(entries),
    ...(kind === 'backfill' ? { late: entries.map(({ sk }) => sk) } : {}),
    sealedAt,
    previous: head.last?.hash ?? null,
  };
  return { claim, entries };
}

function countsOf(entries: readonly ReadEntry[]): SealCounts {
  const of = (wanted: string) => entries.filter(({ phase }) => phase === wanted);
  const callOf = ({ sk }: ReadEntry) => sk.slice(0, sk.indexOf('#'));
  const ended = new Set(of(PHASE.outcome).map(callOf));
  return {
    intent: of(PHASE.intent).length,
    outcome: ended.size,
    denial: of(PHASE.denial).length,
    event: of(EVENT_PHASE).length,
    unknown: entries.filter(({ isUnknown }) => isUnknown).length,
    open: of(PHASE.intent).filter((intent) => !ended.has(callOf(intent))).length,
  };
}

/**
 * A claim is an object that anybody with the rights could have put: only what continues the log is signed, a minute that is
 * over or a part of one day, and entries of that time in their order.
 */
function requireFollows({ claim, entries }: ClaimObject, head: Head, name: string, now: number): void {
  const { n, first, previous, origin, kind, from, to, through, late } = claim;
  const { last, edge } = head;
  const follows =
    n === numberAfter(head) && first === edge.size() && previous === (last?.hash ?? null) && origin === name;
  const joins = last === undefined || (kind === 'minute' ? from === last.through : through === last.through);
  if (!follows || !joins) throw new SealError(`claim ${n} does not continue the log`);
  const isMinute = to - from === MINUTE_MS && from % MINUTE_MS === 0 && to <= now;
  if (kind === 'minute' ? !isMinute : !isOfOneDay(claim)) throw new SealError(`claim ${n} is of a time that cannot be`);
  const inOrder = entries.every(
    ({ sk }, at) => isWithin(sk, claim) && (at === 0 || compareKeys(entries[at - 1]?.sk ?? '', sk) < 0),
  );
  if (!inOrder || late?.some((sk, at) => sk !== entries[at]?.sk)) throw new SealError(`claim ${n} has wrong entries`);
}

function numberAfter({ last }: Head): number {
  return last === undefined ? 0 : last.n + 1;
}

function copyOf(edge: Edge): Edge {
  return createEdge(edge.size(), edge.open());
}

function rootText(edge: Edge): string {
  return edge.root().toString('base64');
}
