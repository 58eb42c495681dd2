import type { NoteKey } from '../log/note.ts';
import { closesAt, MINUTE_MS } from '../log/order.ts';
import { isBelated } from '../log/seal.ts';
import { type Hole, reportMissing } from './chain.ts';
import type { SealCheck } from './check-seal.ts';
import type { KeptRecord, ReadObjects } from './day-records.ts';
import { createDays, type Days, type VerifyRange } from './days.ts';
import { isoTime, type Report } from './findings.ts';
import type { VerifyOptions } from './options.ts';
import type { VerifyParts } from './parts.ts';
import { dayText } from '../record-objects.ts';
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

/** Where a verification stands in the log. */
interface Walk {
  readonly plan: Plan;
  readonly lagMs: number;
  readonly queue: SealQueue;
  readonly days: Days;
  readonly check: SealCheck;
  readonly holes: Hole[];
  readonly sizes: number[];
  readonly counts: Run['counts'];
  /** Numbers that have an object, whatever is in it. */
  readonly numbers: ReadonlySet<number | undefined>;
  readonly asked: VerifyRange;
  readonly logStart: number | undefined;
  /** Undefined where the root of the seal before could not be recomputed. */
  tree: Tree | undefined;
  before: TrustedSeal | undefined;
  /** The last backfill, beyond the range, of a record in it. */
  lastNeeded: number;
  unchecked: { readonly from: number; readonly to: number } | undefined;
}

/** Every seal of the range in the order of the log, each with what is under it. */
export async function runThrough(plan: Plan): Promise<Run> {
  const walk = await begin(plan);
  const { queue, days, sizes, counts, asked, logStart } = walk;
  for (let seal = await queue.next(); seal !== undefined; seal = await queue.next()) {
    if (seal.kind === 'minute') {
      await queue.readUntil(closesAt(seal.from));
      if (isBeyond(walk, seal)) {
        // It has to follow where the range ends, too.
        if (walk.before && walk.before.through < asked.to) checkPlace(walk, seal);
        break;
      }
      await days.closeBefore(seal.through);
    }
    await goThrough(walk, seal);
  }
  reportUnchecked(walk);
  // The newest records are of a day that has no seal yet.
  if (plan.options.to === undefined) await days.of(plan.newest.through);
  await days.closeBefore(Number.MAX_SAFE_INTEGER);
  const range = { from: asked.from, to: Math.min(asked.to, plan.newest.through) };
  return { days, sizes, counts, range, logStart, last: walk.before };
}

async function begin(plan: Plan): Promise<Walk> {
  const { options, parts, report, keys, start, trusted, newest, range } = plan;
  const { objects, key: pinned, archiveLagMs: lagMs = ARCHIVE_LAG_MS } = options;
  const ahead = keys.slice(start);
  const queue = createSealQueue(objects, ahead, pinned, await belatedSeals(objects, ahead, pinned), report);
  const logStart = await peekFrom(objects, keys, pinned, start);
  const asked = { from: Math.max(range.from, logStart ?? 0), to: range.to };
  const holes: Hole[] = [];
  const suspects = new Set<string>();
  const limits = { behindAfter: newest.through - lagMs, sealedUpTo: newest.through };
  const checkTable = options.table && tableCheck(options.table, limits, report);
  const isSealedLater = (sk: string) => queue.lateIn(sk) !== undefined;
  const shared = { objects, report, suspects, parts };
  return {
    plan,
    lagMs,
    queue,
    days: createDays({ ...shared, checkTable, pinned, newest, range: asked, holes, logStart, isSealedLater }),
    check: { ...shared, hasClaims: await hasAny(objects, 'claims/') },
    holes,
    sizes: [trusted?.size ?? 0],
    counts: { seals: 0, minutes: 0, emptyMinutes: 0, backfills: 0, roots: 0, tiles: 0 },
    numbers: new Set(keys.map(sealNumberOf)),
    asked,
    logStart,
    tree: await startTree(objects, trusted, report),
    before: trusted,
    lastNeeded: -1,
    unchecked: undefined,
  };
}

/** Beyond the range it goes on as far as backfills seal records of the range. */
function isBeyond(walk: Walk, { from, n }: TrustedSeal): boolean {
  const { queue, asked } = walk;
  if (from < asked.to) return false;
  walk.lastNeeded = Math.max(walk.lastNeeded, queue.lastBackfillOf(asked.from, asked.to));
  return n > walk.lastNeeded;
}

async function goThrough(walk: Walk, seal: TrustedSeal): Promise<void> {
  const { plan, counts, sizes, holes } = walk;
  const { parts, newest, trusted } = plan;
  checkPlace(walk, seal);
  const records = await recordsOf(seal, walk.days, walk.queue);
  const mayLag = newest.sealedAt - seal.sealedAt < walk.lagMs;
  const checked = await parts.checkSeal(walk.check, walk.tree, seal, records, mayLag);
  // What is under a root that could not be recomputed is neither sealed nor inserted: the root is what is told.
  if (checked.root !== 'recomputed') holes.push({ from: seal.from, to: seal.to });
  if (checked.root === 'unchecked') walk.unchecked = { from: walk.unchecked?.from ?? seal.n, to: seal.n };
  count(counts, seal, checked);
  walk.tree = checked.tree;
  if (sizes.at(-1) !== seal.size) sizes.push(seal.size);
  walk.before = seal;
  const done = seal.size - (trusted?.size ?? 0);
  plan.options.onProgress?.({ seals: counts.seals, records: done, through: seal.through });
}

/** By itself and after the seal before it. */
function checkPlace({ plan, before, numbers, holes }: Walk, seal: TrustedSeal): void {
  const { parts, report } = plan;
  const expected = before === undefined ? 0 : before.n + 1;
  if (seal.n > expected) reportMissing(expected, seal.n, (n) => numbers.has(n), report);
  const hole = parts.checkFollows(before, seal, report);
  if (hole) holes.push(hole);
  parts.checkLateList(seal, report);
  if (isBelated(seal)) reportBelated(seal, report);
}

function reportUnchecked({ unchecked, plan }: Walk): void {
  if (unchecked === undefined) return;
  const says = `The roots of seals ${unchecked.from} to ${unchecked.to} could not be recomputed: neither what comes before them nor the tiles led to them.`;
  plan.report('root-unchecked', { seal: unchecked.from, says });
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
