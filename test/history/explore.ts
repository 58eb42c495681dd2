import fc from 'fast-check';
import { type Violation, violationsIn } from './check.ts';
import { anyPlan } from './generate.ts';
import type { Plan } from './plan.ts';
import { toText } from './readable.ts';
import { runHistory, type Wrong } from './run-history.ts';

/** One in so many histories goes through the sealer, too. */
const SEALED = 25;
/** To make a history smaller. */
const MOST_TRIES = 300;

export interface Search {
  readonly runs: number;
  readonly seed: number;
  /** Of fast-check: straight to one history. */
  readonly path?: string;
  /** The first history that breaks a rule, as it is. */
  readonly isRough?: boolean;
  readonly wrong?: Wrong;
  /** Only these count. */
  readonly rules?: readonly string[];
}

/** A history that breaks a rule, at its smallest. */
export interface Finding {
  readonly rule: string;
  readonly text: string;
  readonly seed: number;
  readonly path: string;
}

export interface Found {
  /** How many histories were checked. */
  readonly count: number;
  /** `part/fault` → how often it struck. */
  readonly hits: Readonly<Record<string, number>>;
  readonly finding: Finding | undefined;
  /** The last history, for whoever went straight to it. */
  readonly last: string;
}

class Broken extends Error {
  override readonly name = 'Broken';
}

/** Random histories until one breaks a rule; that one is then made smaller as long as it breaks the same one. */
export async function explore({ runs, seed, path, isRough = false, wrong = {}, rules }: Search): Promise<Found> {
  const hits = new Map<string, number>();
  let count = 0;
  let tries = 0;
  let first: string | undefined;
  let smallest = '';
  let last = '';
  const property = fc.asyncProperty(anyPlan(SEALED), async (plan) => {
    // What is left to try counts as well, so that making it smaller comes to an end.
    if (first !== undefined && tries++ >= MOST_TRIES) return;
    const { violations, text, struck } = await tryPlan(plan, wrong);
    if (path !== undefined) last = text();
    const counted = violations.filter(({ rule }) => first === undefined || rule === first);
    const named = rules === undefined ? counted : counted.filter(({ rule }) => rules.includes(rule));
    if (first === undefined) {
      count++;
      for (const [key, times] of struck) hits.set(key, (hits.get(key) ?? 0) + times);
    }
    const [broken] = named;
    if (broken === undefined) return;
    first = broken.rule;
    smallest = text();
    throw new Broken(broken.what);
  });
  const at = path === undefined ? {} : { path };
  const numRuns = path === undefined ? runs : 1;
  const done = await fc.check(property, { numRuns, seed, endOnFailure: isRough, ...at });
  const finding =
    done.failed && first !== undefined
      ? { rule: first, text: smallest, seed: done.seed, path: done.counterexamplePath ?? '' }
      : undefined;
  if (done.failed && finding === undefined) throw done.errorInstance;
  return { count, hits: Object.fromEntries(hits), finding, last };
}

interface Tried {
  readonly violations: readonly Violation[];
  readonly text: () => string;
  readonly struck: ReadonlyMap<string, number>;
}

async function tryPlan(plan: Plan, wrong: Wrong): Promise<Tried> {
  const history = await runHistory(plan, wrong);
  const violations = violationsIn(history);
  return { violations, text: () => toText(history, violations), struck: history.world.hits };
}
