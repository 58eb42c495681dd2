import { EVENT_PHASE } from '../event-record.ts';
import type { SealCounts } from '../log/seal.ts';
import { PHASE } from '../record.ts';
import { readClaimed, reportClaim } from './claims.ts';
import { type Expected, type explain, markSealed } from './compare-window.ts';
import type { KeptRecord, ReadObjects } from './day-records.ts';
import { isoTime, type Report } from './findings.ts';
import type { TrustedSeal } from './seal-reader.ts';
import { type checkTiles, type Grown, grow, leavesFromTiles, type Tree, treeFromTiles } from './tree.ts';

export interface SealCheck {
  readonly objects: ReadObjects;
  readonly report: Report;
  /** The archive has the lists that the sealer made; then it has to have all of them. */
  readonly hasClaims: boolean;
  readonly suspects: Set<string>;
  /** Which part of the work is done; tests leave one out and see that its mutations get through. */
  readonly parts: { readonly checkTiles: typeof checkTiles; readonly explain: typeof explain };
}

export interface Checked {
  /** Undefined when the root could not be recomputed. */
  readonly tree: Tree | undefined;
  readonly tiles: number;
  /** Undefined: nothing led to the signed root. `unchecked`: there was nothing to start from. */
  readonly root: 'recomputed' | 'mismatch' | 'unchecked';
}

/**
 * One seal against the records of its window. The root is recomputed from the records; when that fails, from what the
 * archive's lists and tiles say were the leaves, and whichever of them leads to the signed root tells which record differs.
 *
 * @param records in the order of the log, as the archive has them
 * @param mayLag the archive may still be behind this seal
 */
export async function checkSeal(
  check: SealCheck,
  tree: Tree | undefined,
  seal: TrustedSeal,
  records: readonly KeptRecord[],
  mayLag: boolean,
): Promise<Checked> {
  const { objects, report, hasClaims } = check;
  const start = tree?.edge.size() === seal.first ? tree : await treeFromTiles(objects, seal.first);
  const claimed = hasClaims ? await readClaimed(objects, seal) : undefined;
  if (claimed === 'absent' || claimed === 'wrong') reportClaim(claimed, seal, report);
  const entries = typeof claimed === 'object' ? claimed : undefined;
  const done = async (grown: Grown): Promise<Checked> => ({
    tree: grown,
    tiles: await check.parts.checkTiles(objects, grown, seal, report),
    root: 'recomputed',
  });

  const own =
    start &&
    grow(
      start,
      records.map(({ leaf }) => leaf),
      seal,
    );
  if (own) {
    records.forEach(markSealed);
    checkCounts(seal, records, report);
    if (entries?.some(({ leaf, sk }, at) => sk !== records[at]?.sk || !leaf.equals(records[at].leaf))) {
      reportClaim('wrong', seal, report);
    }
    return done(own);
  }
  const difference = { seal, actual: records, mayLag, suspects: check.suspects, report };
  const listed =
    start &&
    entries &&
    grow(
      start,
      entries.map(({ leaf }) => leaf),
      seal,
    );
  if (listed && entries) {
    check.parts.explain({ ...difference, expected: entries });
    return done(listed);
  }
  if (entries && start) reportClaim('wrong', seal, report);
  const leaves = start && (await leavesFromTiles(objects, seal));
  const tiled = start && leaves && grow(start, leaves, seal);
  if (tiled) {
    check.parts.explain({ ...difference, expected: leaves.map((leaf): Expected => ({ leaf })) });
    return done(tiled);
  }
  if (start === undefined) return { tree: undefined, tiles: 0, root: 'unchecked' };
  reportMismatch(seal, records.length, report);
  return { tree: undefined, tiles: 0, root: 'mismatch' };
}

function reportMismatch({ key, n, from, count, root }: TrustedSeal, found: number, report: Report): void {
  const covers = found === count ? '' : ` It covers ${count} records; the archive has ${found} for it.`;
  report('root-mismatch', {
    object: key,
    seal: n,
    minute: isoTime(from),
    says: `The records do not lead to the root that seal ${n} signs, and nothing in the archive tells which one differs.${covers}`,
    expected: root,
    actual: 'another root',
  });
}

function checkCounts({ key, n, from, counts }: TrustedSeal, records: readonly KeptRecord[], report: Report): void {
  const actual = countsOf(records);
  const wrong = Object.entries(actual).filter(([name, count]) => counts[name as keyof SealCounts] !== count);
  if (wrong.length === 0) return;
  report('seal-counts-wrong', {
    object: key,
    seal: n,
    minute: isoTime(from),
    says: `Seal ${n} counts its records wrongly.`,
    expected: wrong.map(([name, count]) => `${name} ${count}`).join(', '),
    actual: wrong.map(([name]) => `${name} ${counts[name as keyof SealCounts]}`).join(', '),
  });
}

function countsOf(records: readonly Pick<KeptRecord, 'callId' | 'phase' | 'unknown'>[]): SealCounts {
  const of = (phase: string) => records.filter((record) => record.phase === phase);
  const ended = new Set(of(PHASE.outcome).map(({ callId }) => callId));
  const intents = of(PHASE.intent);
  return {
    intent: intents.length,
    outcome: ended.size,
    denial: of(PHASE.denial).length,
    event: of(EVENT_PHASE).length,
    unknown: records.filter(({ unknown }) => unknown).length,
    open: intents.filter(({ callId }) => !ended.has(callId)).length,
  };
}
