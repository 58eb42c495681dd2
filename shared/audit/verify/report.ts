import { type Detail, type Finding, type FindingCode, type Report, toFinding } from './findings.ts';

export type Verdict = 'ok' | 'broken' | 'incomplete';

/** What `audit verify --json` prints. Members are only ever added. Times: ISO 8601 in UTC. */
export interface VerifyReport {
  readonly v: 1;
  readonly verdict: Verdict;
  /** 0 ok, 1 broken, 2 incomplete. */
  readonly exit: 0 | 1 | 2;
  /** The pinned key. */
  readonly key: string;
  readonly log: string;
  /** What was verified: from the start of a minute up to before another. Null: there was nothing. */
  readonly range: { readonly from: string; readonly to: string } | null;
  /** The seal before the range, whose signed root was trusted; null when the log was recomputed from its first entry. */
  readonly trusted: SealName | null;
  /** The last seal of the archive. */
  readonly newest: (SealName & { readonly through: string; readonly note: string }) | null;
  /** How many were verified. */
  readonly records: number;
  /** Entries of the log at the end of the range, and the root over them (base64). */
  readonly size: number;
  readonly root: string | null;
  readonly checked: {
    readonly calls: number;
    readonly seals: number;
    readonly minutes: number;
    readonly emptyMinutes: number;
    readonly backfills: number;
    readonly rootsRecomputed: number;
    readonly tiles: number;
    readonly objects: number;
    readonly manifests: number;
  };
  /** Calls that began a moment before the log ends, and have no outcome yet. */
  readonly openCalls: number;
  /** Records of minutes that are not sealed yet. */
  readonly waitingRecords: number;
  /** How often each code was found, also beyond those that are listed. */
  readonly counts: Readonly<Partial<Record<FindingCode, number>>>;
  readonly findings: readonly Finding[];
}

export interface SealName {
  readonly n: number;
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

export interface Collector {
  readonly report: Report;
  readonly findings: readonly Finding[];
  readonly counts: Partial<Record<FindingCode, number>>;
  verdict(): Verdict;
}

/** Counts every finding and keeps the first ones. */
export function createCollector(most: number, onFinding: (finding: Finding) => void = () => undefined): Collector {
  const findings: Finding[] = [];
  const counts: Partial<Record<FindingCode, number>> = {};
  const seen = new Set<string>();
  const report = (code: FindingCode, detail: Detail) => {
    const finding = toFinding(code, detail);
    counts[code] = (counts[code] ?? 0) + 1;
    seen.add(finding.severity);
    onFinding(finding);
    if (findings.length < most) findings.push(finding);
  };
  return {
    report,
    findings,
    counts,
    verdict: () => (seen.has('broken') ? 'broken' : seen.has('incomplete') ? 'incomplete' : 'ok'),
  };
}

export const EXIT = { ok: 0, broken: 1, incomplete: 2 } as const satisfies Record<Verdict, number>;
