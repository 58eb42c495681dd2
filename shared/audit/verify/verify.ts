import { formatVkey, type NoteKey } from '../log/note.ts';
import { MINUTE_MS } from '../log/order.ts';
import { type Hole, reportMissing } from './chain.ts';
import type { KeptRecord, ReadObjects } from './day-records.ts';
import { closesAt, createDays, type Days, type VerifyRange } from './days.ts';
import type { Known } from './ends.ts';
import { type Finding, isoTime, type Report } from './findings.ts';
import { VERIFY_PARTS, type VerifyParts } from './parts.ts';
import { dayText } from './record-line.ts';
import { createCollector, EXIT, type SealName, type VerifyReport } from './report.ts';
import { readSeal, sealNumberOf, type TrustedSeal } from './seal-reader.ts';
import { createSealQueue, firstSealAfter, listSealKeys, newestSeal, type SealQueue } from './seal-stream.ts';
import { type TableSource, tableCheck } from './table.ts';
import { type Tree, treeFromTiles } from './tree.ts';

export interface VerifyOptions {
  readonly objects: ReadObjects;
  /** Pinned by the auditor, never out of the archive. */
  readonly key: NoteKey;
  /** Epoch milliseconds; rounded to the whole minutes around them. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly known?: Known;
  /** How far the archive may be behind the seals before a record counts as missing. */
  readonly archiveLagMs?: number;
  /** Findings to keep; all are counted. */
  readonly maxFindings?: number;
  readonly onFinding?: (finding: Finding) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** The table that the archive was fed from, to be compared with it. */
  readonly table?: TableSource | undefined;
  readonly parts?: VerifyParts;
}

export interface Progress {
  readonly seals: number;
  readonly records: number;
  /** Epoch milliseconds: the log is verified up to here. */
  readonly through: number;
}

const MAX_FINDINGS = 1000;
const ARCHIVE_LAG_MS = 60 * MINUTE_MS;

/**
 * Recomputes a log from its archive: every seal by itself, its place in the chain, every record under it, the tree, the
 * tiles, the pairs of intent and outcome, the manifests. Reads on through the range and holds two days of record hashes.
 *
 * @throws Error when the archive cannot be read
 */
export async function verifyArchive(options: VerifyOptions): Promise<VerifyReport> {
  const { objects, key: pinned, parts = VERIFY_PARTS } = options;
  const collector = createCollector(options.maxFindings ?? MAX_FINDINGS, options.onFinding);
  const { report } = collector;
  const keys = await listSealKeys(objects, report);
  const newest = await newestSeal(objects, keys, pinned);
  if (newest === undefined) {
    // Why none of them can be trusted is the finding.
    for (const key of keys.slice(-10)) await readSeal(objects, key, pinned, report);
    report('no-seals', { says: 'The archive has no seal that can be trusted: nothing is verified.' });
    return toReport(options, collector, { newest: undefined, trusted: undefined, run: undefined });
  }
  const range = rangeOf(options);
  const start = options.from === undefined ? 0 : await firstSealAfter(objects, keys, pinned, range.from);
  const trusted = start === 0 ? undefined : await readSeal(objects, keys[start - 1] ?? '', pinned, report);
  const run = await runThrough({ options, parts, report, keys, start, trusted, newest, range });
  await checkEnds(options, parts, report, { newest, run, range });
  return toReport(options, collector, { newest, trusted, run });
}

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

interface Run {
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

function rangeOf({ from, to }: VerifyOptions): VerifyRange {
  const floor = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS;
  return {
    from: from === undefined ? 0 : floor(from),
    to: to === undefined ? Number.MAX_SAFE_INTEGER : floor(to + MINUTE_MS - 1),
  };
}

async function runThrough(plan: Plan): Promise<Run> {
  const { options, parts, report, keys, start, trusted, newest, range } = plan;
  const { objects, key: pinned, onProgress, archiveLagMs = ARCHIVE_LAG_MS } = options;
  const holes: Hole[] = [];
  const suspects = new Set<string>();
  const numbers = new Set(keys.map(sealNumberOf));
  const queue = createSealQueue(objects, keys.slice(start), pinned, report);
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
      await queue.readUntil(closesAt(dayText(seal.from)));
      if (seal.from >= range.to) {
        lastNeeded = Math.max(lastNeeded, queue.lastBackfillOf(asked.from, range.to));
        if (seal.n > lastNeeded) break;
      }
      await days.closeBefore(seal.through);
    }
    if (seal.n > (before === undefined ? 0 : before.n + 1)) {
      reportMissing(before === undefined ? 0 : before.n + 1, seal.n, (n) => numbers.has(n), report);
    }
    const hole = parts.checkFollows(before, seal, report);
    if (hole) holes.push(hole);
    parts.checkLateList(seal, report);
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

async function checkEnds(
  { objects, key: pinned, to, known }: VerifyOptions,
  parts: VerifyParts,
  report: Report,
  { newest, run, range }: { readonly newest: TrustedSeal; readonly run: Run; readonly range: VerifyRange },
): Promise<void> {
  if (to !== undefined && range.to > newest.through) {
    report('log-ends-early', {
      seal: newest.n,
      says: `The log is sealed up to ${isoTime(newest.through)}; asked was up to ${isoTime(range.to)}.`,
      expected: isoTime(range.to),
      actual: isoTime(newest.through),
    });
  }
  await parts.checkKnown(objects, known ?? {}, newest, pinned, report);
  await parts.checkClaimsAhead(objects, newest, report);
  await parts.checkManifestsAhead(objects, newest, pinned, report);
  await parts.checkTileNames(objects, run.sizes, newest, report);
  await parts.checkEvidence(objects, (time) => time >= run.range.from && time < range.to, report);
  // Of a range only its own days are of interest.
  if (to === undefined) {
    const { newestRecord } = run.days.totals;
    await parts.checkRecordDays(objects, { newestRecord, logStart: run.logStart }, newest, report);
  }
}

interface Outcome {
  readonly newest: TrustedSeal | undefined;
  readonly trusted: TrustedSeal | undefined;
  readonly run: Run | undefined;
}

function toReport(
  { key: pinned }: VerifyOptions,
  collector: ReturnType<typeof createCollector>,
  { newest, trusted, run }: Outcome,
): VerifyReport {
  const verdict = collector.verdict();
  const { records = 0, calls = 0, open = 0, waiting = 0, objects = 0, manifests = 0 } = run?.days.totals ?? {};
  const { seals = 0, minutes = 0, emptyMinutes = 0, backfills = 0, roots = 0, tiles = 0 } = run?.counts ?? {};
  return {
    v: 1,
    verdict,
    exit: EXIT[verdict],
    key: formatVkey(pinned.name, pinned.publicKey),
    log: pinned.name,
    range: run ? { from: isoTime(run.range.from), to: isoTime(run.range.to) } : null,
    trusted: trusted ? nameOf(trusted) : null,
    newest: newest ? { ...nameOf(newest), through: isoTime(newest.through), note: newest.note } : null,
    records,
    size: run?.last?.size ?? 0,
    root: run?.last?.root ?? null,
    checked: {
      calls,
      seals,
      minutes,
      emptyMinutes,
      backfills,
      rootsRecomputed: roots,
      tiles,
      objects,
      manifests,
    },
    openCalls: open,
    waitingRecords: waiting,
    counts: collector.counts,
    findings: collector.findings,
  };
}

function nameOf({ n, size, root }: TrustedSeal): SealName {
  return { n, size, root };
}
