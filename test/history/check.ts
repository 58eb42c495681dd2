import { ANSWER_RULES } from './rules/answers.ts';
import { EFFECT_RULES } from './rules/effects.ts';
import { RECORD_RULES } from './rules/records.ts';
import type { Rule } from './rules/rule.ts';
import { SEAL_RULES } from './rules/seals.ts';
import type { History } from './run-history.ts';
import { viewOf } from './view.ts';

export const RULES: readonly Rule[] = [...RECORD_RULES, ...EFFECT_RULES, ...ANSWER_RULES, ...SEAL_RULES];

export interface Violation {
  readonly rule: string;
  readonly what: string;
}

/** Everything in this history that may not be. */
export function violationsIn(history: History): readonly Violation[] {
  const view = viewOf(history);
  const problems = history.world.problems.map((what) => ({ rule: 'simulation', what }));
  return [...problems, ...RULES.flatMap(({ name, check }) => check(view).map((what) => ({ rule: name, what })))];
}
