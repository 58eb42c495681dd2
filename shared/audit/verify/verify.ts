import { formatVkey } from '../log/note.ts';
import { MINUTE_MS } from '../log/order.ts';
import type { VerifyRange } from './days.ts';
import { isoTime, type Report } from './findings.ts';
import type { VerifyOptions } from './options.ts';
import { VERIFY_PARTS, type VerifyParts } from './parts.ts';
import { createCollector, EXIT, type SealName, type VerifyReport } from './report.ts';
import { type Run, runThrough } from './run-through.ts';
import { readSeal, type TrustedSeal } from './seal-reader.ts';
import { firstSealAfter, listSealKeys, newestSeal } from './seal-stream.ts';

const MAX_FINDINGS = 1000;

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

function rangeOf({ from, to }: VerifyOptions): VerifyRange {
  const floor = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS;
  return {
    from: from === undefined ? 0 : floor(from),
    to: to === undefined ? Number.MAX_SAFE_INTEGER : floor(to + MINUTE_MS - 1),
  };
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
  } else if (run.counts.seals === 0) {
    reportNothing(report, newest, range);
  }
  await parts.checkKnown(objects, known ?? {}, newest, pinned, report);
  await parts.checkClaimsAhead(objects, newest, report);
  await parts.checkManifestsAhead(objects, newest, pinned, report);
  await parts.checkTileNames(objects, run.sizes, newest, report);
  await parts.checkEvidence(objects, (time) => time >= range.from && time < range.to, report);
  // Of a range only its own days are of interest.
  if (to === undefined) {
    const { totals, judged } = run.days;
    const { newestRecord } = totals;
    await parts.checkRecordDays(objects, { newestRecord, judged, logStart: run.logStart }, newest, report);
  }
}

/** Where nothing was read, nothing was wrong: that must not look like a trail in order. */
function reportNothing(report: Report, { n, through }: TrustedSeal, { from }: VerifyRange): void {
  if (from < through) {
    report('no-seals', { says: 'The archive has no seal of the time asked for: nothing is verified.' });
    return;
  }
  report('log-ends-early', {
    seal: n,
    says: `The log is sealed up to ${isoTime(through)}; asked was from ${isoTime(from)} on.`,
    expected: `later than ${isoTime(from)}`,
    actual: isoTime(through),
  });
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
    range: run && run.counts.seals > 0 ? { from: isoTime(run.range.from), to: isoTime(run.range.to) } : null,
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
