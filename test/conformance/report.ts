import { type Accepted, type Check, isFailure, type ScenarioResult, type Verdict } from './baseline.ts';

/** One requirement set, for a person: totals, a line for each scenario, every failed check with its message. */
export function reportLines(set: string, results: readonly ScenarioResult[], verdict: Verdict): readonly string[] {
  const clean = results.filter(({ checks }) => !checks.some(isFailure)).length;
  return [
    `── ${set}: ${clean} of ${results.length} scenarios without a failure; checks: ${totals(results)}`,
    ...results.map(scenarioLine),
    ...results.flatMap(({ scenario, checks }) =>
      checks.filter(isFailure).flatMap((check) => failureLines(scenario, check, verdict)),
    ),
    ...verdict.stale.map((entry) => `STALE       ${entry}: the baseline lists it, and it did not fail`),
  ];
}

export function passedChecks(results: readonly ScenarioResult[]): number {
  return results.flatMap(({ checks }) => checks).filter(({ status }) => status === 'SUCCESS').length;
}

function totals(results: readonly ScenarioResult[]): string {
  const statuses = results.flatMap(({ checks }) => checks.map(({ status }) => status));
  const count = (wanted: Check['status']) => statuses.filter((status) => status === wanted).length;
  return [
    `${count('SUCCESS')} passed`,
    `${count('FAILURE')} failed`,
    `${count('WARNING')} warnings`,
    `${count('SKIPPED')} skipped`,
  ].join(', ');
}

function scenarioLine({ scenario, checks }: ScenarioResult): string {
  const failed = checks.filter(isFailure).length;
  const skipped = checks.filter(({ status }) => status === 'SKIPPED').length;
  const counts = [
    `${passedChecks([{ scenario, checks }])} passed`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ];
  return `  ${failed === 0 ? 'ok    ' : 'failed'}  ${scenario.padEnd(48)}${counts.join(', ')}`;
}

function failureLines(scenario: string, check: Check, { accepted }: Verdict): readonly string[] {
  const name = `${scenario}:${check.id}`;
  const message = check.errorMessage ?? check.description ?? 'no message';
  const entry: Accepted | undefined = accepted.find((row) => row.entry === scenario || row.entry === name);
  if (entry === undefined) return [`UNEXPECTED  ${name}: ${message}`];
  return [`accepted    ${name}: ${message}`, `            because: ${entry.reason}`];
}
