/** What the suite found in one scenario. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly checks: readonly Check[];
}

export interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly description?: string;
  readonly errorMessage?: string;
}

/** A check, or with no `check` a whole scenario, that is known to fail. */
export interface Accepted {
  readonly entry: string;
  readonly reason: string;
}

export interface Verdict {
  /** Failures and warnings that no entry names. */
  readonly unexpected: readonly string[];
  /** Entries that name nothing that failed: they hide the next failure. */
  readonly stale: readonly string[];
  readonly accepted: readonly Accepted[];
}

const HEAD = /^(#.*|server:|\s*)$/;
const ENTRY = /^ {2}- ([\w/-]+(?::[\w./-]+)?)$/;
const REASON = /^ {2}# (.+)$/;

/**
 * A baseline in the suite's own format, so that its `--expected-failures` reads it too. Stricter: every entry has the
 * reason above it, as a comment.
 *
 * @throws Error naming the line that is not understood or gives no reason
 */
export function readBaseline(text: string): readonly Accepted[] {
  const accepted: Accepted[] = [];
  let reason: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const comment = REASON.exec(line)?.[1];
    const entry = ENTRY.exec(line)?.[1];
    if (comment !== undefined) reason.push(comment);
    else if (entry === undefined && HEAD.test(line)) reason = [];
    else if (entry === undefined) throw new Error(`line ${index + 1} is no baseline entry: ${line}`);
    else {
      if (reason.length === 0) throw new Error(`line ${index + 1} gives no reason above it: ${line}`);
      accepted.push({ entry, reason: reason.join(' ') });
      reason = [];
    }
  }
  return accepted;
}

/** Every failed check is listed or unexpected; every listed one failed or is stale. */
export function judge(results: readonly ScenarioResult[], baseline: readonly Accepted[]): Verdict {
  const failed = results.flatMap(({ scenario, checks }) =>
    checks.filter(isFailure).map((check) => ({ scenario, check: `${scenario}:${check.id}` })),
  );
  const listed = new Set(baseline.map(({ entry }) => entry));
  const names = new Set(failed.flatMap(({ scenario, check }) => [scenario, check]));
  return {
    unexpected: [
      ...new Set(
        failed.filter(({ scenario, check }) => !listed.has(scenario) && !listed.has(check)).map(({ check }) => check),
      ),
    ],
    stale: [...listed].filter((entry) => !names.has(entry)),
    accepted: baseline.filter(({ entry }) => names.has(entry)),
  };
}

/** As the suite's own baseline does, a warning counts: it is a SHOULD that does not hold. */
export function isFailure({ status }: Check): boolean {
  return status === 'FAILURE' || status === 'WARNING';
}
