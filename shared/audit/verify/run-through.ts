import type { NoteKey } from '../log/note.ts';
import { closesAt, MINUTE_MS } from '../log/order.ts';
import { isBelated } from '../log/seal.ts';
import { type Hole, reportMissing } from './chain.ts';
import type { KeptRecord, ReadObjects } from './day-records.ts';
import { createDays, type Days, type VerifyRange } from './days.ts';
import { isoTime, type Report } from './findings.ts';
import type { VerifyOptions } from './options.ts';
import type { VerifyParts } from './parts.ts';
import { dayText } from './record-line.ts';
import { readSeal, sealNumberOf, type TrustedSeal } from './seal-reader.ts';
import { belatedSeals, createSealQueue, type SealQueue } from './seal-stream.ts';
import { tableCheck } from './table.ts';
import { type Tree, treeFromTiles } from './tree.ts';

const ARCHIVE_LAG_MS = 60 * MINUTE_MS;

interface Plan {
  readonly options: VerifyOptions;
  readonly parts: VerifyParts;
  readonly report: Report;
  readonly keys: readonly string[];
  readonly start: number;
  readonly trusted: TrustedSeal | undefined;
  readonly newest: TrustedSeal;
  readonly range: VerifyRange;
}

export interface Run {
  readonly days: Days;
  readonly sizes: number[];
  readonly counts: {
    seals: number;
    minutes: number;
    emptyMinutes: number;
    backfills: number;
    roots: number;
    tiles: number;
  };
  readonly range: VerifyRange;
  readonly logStart: number | undefined;
  /** The last seal that was verified. */
  readonly last: TrustedSeal | undefined;
}

/** Every seal of the range in the order of the log, each with what is under it. */
export async function runThrough(plan: Plan): Promise<Run> {
  const { options, parts, report, keys, start, trusted, newest, range } = plan;
  const { objects, key: pinned, onProgress, archiveLagMs = ARCHIVE_LAG_MS } = options;
  const holes: Hole[] = [];
  const suspects = new Set<string>();
  const numbers = new Set(keys.map(sealNumberOf));
  const ahead = keys.slice(start);
  const queue = createSealQueue(objects, ahead, pinned, await belatedSeals(objects, ahead, pinned), report);
  const first = await peekFrom(objects, keys, pinned, start);
  const asked = { from: Math.max(range.from, first ?? 0), to: range.to };
  const checkTable = options.table && tableCheck(options.table, newest.through - archiveLagMs, report);
  const days = createDays({
    checkTable,
    objects,
    pinned,
    newest,
    range: asked,
    holes,
    suspects,
    parts,
    report,
    logStart: first,
    isSealedLater: (sk) => queue.lateIn(sk) !== undefined,
  });
  const counts: Run['counts'] = { seals: 0, minutes: 0, emptyMinutes: 0, backfills: 0, roots: 0, tiles: 0 };
  const sizes: number[] = [trusted?.size ?? 0];
  const check = { objects, report, suspects, parts, hasClaims: await hasAny(objects, 'claims/') };
  let tree: Tree | undefined = await startTree(objects, trusted, report);
  let before = trusted;
  let unchecked: { from: number; to: number } | undefined;
  let lastNeeded = -1;
  for (let seal = await queue.next(); seal !== undefined; seal = await queue.next()) {
    if (seal.kind === 'minute') {
      await queue.readUntil(closesAt(seal.from));
      if (seal.from >= range.to) {
        lastNeeded = Math.max(lastNeeded, queue.lastBackfillOf(asked.from, range.to));
        if (seal.n > lastNeeded) break;
      }
      await days.closeBefore(seal.through);
    }
    const expected = before === undefined ? 0 : before.n + 1;
    if (seal.n > expected) reportMissing(expected, seal.n, (n) => numbers.has(n), report);
    const hole = parts.checkFollows(before, seal, report);
    if (hole) holes.push(hole);
    parts.checkLateList(seal, report);
    if (isBelated(seal)) reportBelated(seal, report);
    const records = await recordsOf(seal, days, queue);
    const mayLag = newest.sealedAt - seal.sealedAt < archiveLagMs;
    const checked = await parts.checkSeal(check, tree, seal, records, mayLag);
    // What is under a root that could not be recomputed is neither sealed nor inserted: the root is what is told.
    if (checked.root !== 'recomputed') holes.push({ from: seal.from, to: seal.to });
    if (checked.root === 'unchecked') unchecked = { from: unchecked?.from ?? seal.n, to: seal.n };
    count(counts, seal, checked);
    tree = checked.tree;
    if (sizes.at(-1) !== seal.size) sizes.push(seal.size);
    before = seal;
    onProgress?.({ seals: counts.seals, records: seal.size - (trusted?.size ?? 0), through: seal.through });
  }
  if (unchecked) {
    const says = `The roots of seals ${unchecked.from} to ${unchecked.to} could not be recomputed: neither what comes before them nor the tiles led to them.`;
    report('root-unchecked', { seal: unchecked.from, says });
  }
  // The newest records are of a day that has no seal yet.
  if (options.to === undefined) await days.of(newest.through);
  await days.closeBefore(Number.MAX_SAFE_INTEGER);
  return {
    days,
    sizes,
    counts,
    range: { from: asked.from, to: Math.min(range.to, newest.through) },
    logStart: first,
    last: before,
  };
}

function reportBelated({ key, n, from, count, sealedAt }: TrustedSeal, report: Report): void {
  const records = count === 1 ? 'a record' : `${count} records`;
  const says = `Seal ${n} holds ${records} of ${isoTime(from)} and the hour after it, written when that day was closed; sealed ${isoTime(sealedAt)}.`;
  report('seal-belated', { object: key, seal: n, minute: isoTime(from), day: dayText(from), says });
}

function count(
  counts: Run['counts'],
  seal: TrustedSeal,
  { root, tiles }: { readonly root: string; readonly tiles: number },
): void {
  counts.seals++;
  counts.minutes += seal.kind === 'minute' ? 1 : 0;
  counts.emptyMinutes += seal.kind === 'minute' && seal.count === 0 ? 1 : 0;
  counts.backfills += seal.kind === 'backfill' ? 1 : 0;
  counts.roots += root === 'recomputed' ? 1 : 0;
  counts.tiles += tiles;
}

/** What the archive has for a seal, in the order of the log: of a minute all but what a backfill seals later. */
async function recordsOf(seal: TrustedSeal, days: Days, queue: SealQueue): Promise<readonly KeptRecord[]> {
  const day = await days.of(seal.from);
  if (seal.kind === 'minute') {
    return day.within(seal.from, seal.to).filter(({ sk }) => queue.lateIn(sk) === undefined);
  }
  return (seal.late ?? []).map((sk) => day.find(sk)).filter((record) => record !== undefined);
}

/** The tree before the range, out of tiles: it is believed when it has the root that was signed. */
async function startTree(
  objects: ReadObjects,
  trusted: TrustedSeal | undefined,
  report: Report,
): Promise<Tree | undefined> {
  const tree = await treeFromTiles(objects, trusted?.size ?? 0);
  if (trusted === undefined || tree?.edge.root().toString('base64') === trusted.root) return tree;
  report('root-unchecked', {
    seal: trusted.n,
    says: `The tiles of seal ${trusted.n}, before the range, do not lead to its root. Verify without --from.`,
  });
  return undefined;
}

/** Where the log begins, when the range begins with it: records from before are in no seal. */
async function peekFrom(
  objects: ReadObjects,
  keys: readonly string[],
  pinned: NoteKey,
  start: number,
): Promise<number | undefined> {
  if (start !== 0) return undefined;
  const seal = await readSeal(objects, keys[0] ?? '', pinned, () => undefined);
  return seal?.n === 0 ? seal.from : undefined;
}

async function hasAny(objects: ReadObjects, prefix: string): Promise<boolean> {
  for await (const _one of objects.list(prefix)) return true;
  return false;
}
