import { toTable } from '../table.ts';

export type Result = 'ok' | 'failed' | 'skipped';

export interface Outcome {
  readonly result: Result;
  /** What was seen; for a skipped check, why. Never a token. */
  readonly detail: string;
}

export interface Finding extends Outcome {
  readonly check: string;
}

export const ok = (detail: string): Outcome => ({ result: 'ok', detail });
export const failed = (detail: string): Outcome => ({ result: 'failed', detail });
export const skipped = (detail: string): Outcome => ({ result: 'skipped', detail });

export function findingsTable(findings: readonly Finding[]): string {
  return toTable([
    ['CHECK', 'RESULT', 'DETAIL'],
    ...findings.map(({ check, result, detail }) => [check, result, detail]),
  ]);
}
