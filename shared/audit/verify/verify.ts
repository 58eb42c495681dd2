import type { Objects } from '../../aws/objects.ts';
import type { NoteKey } from '../log/note.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../log/order.ts';
import { createEdge, type Edge } from '../log/tiles.ts';
import { type ArchivedDay, readArchivedDay } from './day.ts';
import { claimedEntries, nameDifferences, recordsOf } from './entries.ts';
import { checkExpected } from './expected.ts';
import { type Finding, type FindingCode, isoTime, type Report, toFinding } from './findings.ts';
import { checkManifest, manifestNotes } from './manifests.ts';
import { checkPairs } from './pairs.ts';
import { type KeptSeal, readSeals, type SealChain } from './seal-chain.ts';
import { copyEdge, createTileCheck, loadEdge, type TileCheck } from './tree.ts';

export interface VerifyOptions {
  readonly objects: Objects;
  /** Pinned by the auditor. */
  readonly key: NoteKey;
  /** Epoch milliseconds; all that is there when not given. */
  readonly from?: number;
  readonly to?: number;
  /** Notes of this log that the auditor kept. */
  readonly expected?: readonly string[];
  readonly onProgress?: (done: { readonly seals: number; readonly records: number; readonly upTo: number }) => void;
  /** The most findings that are kept one by one; all are counted. */
  readonly maxFindings?: number;
}

export type Verdict = 'ok' | 'broken' | 'incomplete';

export interface Verification {
  readonly verdict: Verdict;
  readonly log: string;
  /** ISO 8601, what was verified. */
  readonly from: string | null;
  readonly to: string | null;
  readonly records: number;
  readonly minutes: number;
  readonly backfills: number;
  readonly size: number;
  readonly root: string | null;
  /** Code → how many. */
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

/** A record may not be archived yet, while nothing is that was written this much after it. */
const ARCHIVE_LAG_MS = 5 * MINUTE_MS;

/**
 * Recomputes an archive from its records up, and compares everything with what was signed. Needs no network and nothing of
 * AWS; trusts the pinned key alone. When it begins in the middle, it trusts the tree up to there for the signature of the
 * seal before.
 */
export async function verifyArchive(options: VerifyOptions): Promise<Verification> {
  const { objects, key, from = 0, to = Number.POSITIVE_INFINITY, maxFindings = 1000 } = options;
  const findings: Finding[] = [];
  const counts: Record<string, number> = {};
  const report: Report = (code, detail) => {
    counts[code] = (counts[code] ?? 0) + 1;
    if (findings.length < maxFindings) findings.push(toFinding(code, detail));
  };
  const chain = await readSeals(objects, key, from, report);
  const covered = chain.seals.filter(({ seal }) => seal.to > from && seal.from < to);
  const done = await replay(options, chain, covered, report);
  const last = chain.seals.at(-1)?.seal;
  if (last === undefined) report('no-seals', { says: 'There is no seal of this log.' });
  else if (Number.isFinite(to) && last.through < to) {
    const says = `The log ends at ${isoTime(last.through)}.`;
    report('log-ends-early', { seal: last.n, says, expected: isoTime(to), actual: isoTime(last.through) });
  }
  const kept = [...(options.expected ?? []), ...(await manifestNotes(objects, from))];
  checkExpected(kept, key, chain.seals, report);
  for await (const { key: object } of objects.list('tamper/')) {
    report('tamper-recorded', { object, says: `${object} is evidence of a change of the audit table.` });
  }
  const ends = covered.at(-1)?.seal;
  return {
    verdict: verdictOf(findings, counts),
    log: key.name,
    from: covered[0] === undefined ? null : isoTime(covered[0].seal.from),
    to: ends === undefined ? null : isoTime(ends.through),
    records: done.records,
    minutes: covered.filter(({ seal }) => seal.kind === 'minute').length,
    backfills: covered.filter(({ seal }) => seal.kind === 'backfill').length,
    size: ends?.size ?? 0,
    root: ends?.root ?? null,
    counts,
    findings,
  };
}

/** Goes through the seals in the order of the log, with the records of one day and its neighbours in memory. */
async function replay(
  { objects, key, onProgress, from = 0 }: VerifyOptions,
  chain: SealChain,
  covered: readonly KeptSeal[],
  report: Report,
): Promise<{ readonly records: number }> {
  const through = chain.seals.at(-1)?.seal.through ?? 0;
  const tiles = await createTileCheck(objects, report);
  const days = createDays(objects, key, through, report);
  const newest = await days.newest();
  let edge = await startingEdge(objects, chain, covered[0], report);
  let records = 0;
  for (const [at, { seal }] of covered.entries()) {
    const loaded = await days.over(seal.from, seal.to);
    const found = recordsOf(seal, loaded, chain.late);
    records += found.length;
    edge = await follow(objects, seal, edge, found, newest, tiles, report);
    if (at % 60 === 0) onProgress?.({ seals: at + 1, records, upTo: seal.through });
  }
  await days.finish();
  if (from === 0 && edge !== undefined) tiles.finish(edge.size());
  return { records };
}

async function startingEdge(
  objects: Objects,
  { seals }: SealChain,
  first: KeptSeal | undefined,
  report: Report,
): Promise<Edge | undefined> {
  if (first === undefined || first.seal.first === 0) return createEdge();
  const before = seals.find(({ seal }) => seal.n === first.seal.n - 1)?.seal;
  const edge = before && (await loadEdge(objects, before.size, before.root));
  if (edge === undefined) {
    const says = `The tree before seal ${first.seal.n} is not there, so its root cannot be recomputed.`;
    report('root-unchecked', { seal: first.seal.n, says });
  }
  return edge;
}

/** The tree after this seal; undefined when it cannot be known. */
async function follow(
  objects: Objects,
  seal: KeptSeal['seal'],
  before: Edge | undefined,
  found: ReturnType<typeof recordsOf>,
  newest: number,
  tiles: TileCheck,
  report: Report,
): Promise<Edge | undefined> {
  const where = { seal: seal.n, minute: isoTime(seal.from) };
  if (before === undefined || before.size() !== seal.first) {
    const edge = await loadEdge(objects, seal.size, seal.root);
    if (found.length > 0 || seal.count > 0) {
      report('root-unchecked', { ...where, says: `The root of seal ${seal.n} could not be recomputed.` });
    }
    return edge;
  }
  const edge = copyEdge(before);
  const full = found.flatMap(({ leaf }) => edge.append(leaf));
  if (edge.root().toString('base64') === seal.root) {
    for (const tile of [...full, ...edge.open()]) await tiles.compare(tile);
    checkCounts(seal, found, report);
    return edge;
  }
  const sealed = await claimedEntries(objects, seal, before, copyEdge);
  const isFresh = seal.to > newest - ARCHIVE_LAG_MS;
  if (sealed === undefined) {
    const says = `The records of seal ${seal.n} do not lead to its root.`;
    report('root-mismatch', { ...where, says, expected: seal.root, actual: edge.root().toString('base64') });
    return loadEdge(objects, seal.size, seal.root);
  }
  nameDifferences(seal, sealed, found, isFresh, report);
  const signed = copyEdge(before);
  const tilesOfSigned = sealed.flatMap(({ leaf }) => signed.append(leaf));
  for (const tile of [...tilesOfSigned, ...signed.open()]) await tiles.compare(tile);
  return signed;
}

function checkCounts(seal: KeptSeal['seal'], found: ReturnType<typeof recordsOf>, report: Report): void {
  const of = (phase: string) => found.filter((record) => record.phase === phase).length;
  const unknown = found.filter((record) => record.unknown && record.phase === '1').length;
  const actual = { intent: of('0'), outcome: of('1'), event: of('5'), denial: of('9'), unknown };
  const { intent, outcome, event, denial, unknown: sealedUnknown } = seal.counts;
  const expected = { intent, outcome, event, denial, unknown: sealedUnknown };
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  const says = `Seal ${seal.n} counts its records wrongly.`;
  report('seal-counts-wrong', {
    seal: seal.n,
    says,
    expected: JSON.stringify(actual),
    actual: JSON.stringify(expected),
  });
}

/** Days of the archive, each read once and checked when the log has left it. */
function createDays(objects: Objects, key: NoteKey, through: number, report: Report) {
  const open = new Map<string, ArchivedDay>();
  /** Read to see how far the archive is, and perhaps not part of what is verified. */
  const probed = new Map<string, ArchivedDay>();
  const close = async (day: ArchivedDay): Promise<void> => {
    const start = Date.parse(`${day.day}T00:00:00Z`);
    checkPairs(
      [...day.records.values()].filter(({ time }) => time < through),
      through,
      report,
    );
    await checkManifest(objects, key, day, start + DAY_MS + HOUR_MS < through, report);
  };
  const read = async (ms: number): Promise<ArchivedDay> => {
    const name = new Date(ms).toISOString().slice(0, 10);
    const day = open.get(name) ?? probed.get(name) ?? (await readArchivedDay(objects, name, report));
    open.set(name, day);
    probed.delete(name);
    return day;
  };
  return {
    /** Of the archive: the time of its newest call. */
    newest: async (): Promise<number> => {
      for (let at = through; at > 0 && at > through - 3 * DAY_MS; at -= DAY_MS) {
        const name = new Date(at).toISOString().slice(0, 10);
        const day = await readArchivedDay(objects, name, report);
        probed.set(name, day);
        if (day.newest > 0) return day.newest;
      }
      return 0;
    },
    over: async (from: number, to: number): Promise<readonly ArchivedDay[]> => {
      const days: ArchivedDay[] = [];
      for (let at = Math.floor(from / DAY_MS) * DAY_MS; at < to; at += DAY_MS) days.push(await read(at));
      // A backfill may go back by two days; what is older is not needed any more.
      const oldest = new Date(from - 2 * DAY_MS).toISOString().slice(0, 10);
      for (const [name, day] of open) {
        if (name >= oldest) continue;
        open.delete(name);
        await close(day);
      }
      return days;
    },
    finish: async (): Promise<void> => {
      for (const day of open.values()) await close(day);
    },
  };
}

function verdictOf(findings: readonly Finding[], counts: Readonly<Record<string, number>>): Verdict {
  const severities = new Set([
    ...findings.map(({ severity }) => severity),
    ...Object.keys(counts).map((code) => toFinding(code as FindingCode, { says: '' }).severity),
  ]);
  return severities.has('broken') ? 'broken' : severities.has('incomplete') ? 'incomplete' : 'ok';
}
