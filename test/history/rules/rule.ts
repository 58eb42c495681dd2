import type { CallView, View } from '../view.ts';

export interface Rule {
  readonly name: string;
  /** What holds. */
  readonly sentence: string;
  /** What does not. */
  readonly check: (view: View) => readonly string[];
}

/** A rule about each delivery by itself. */
export function ofEachCall(
  name: string,
  sentence: string,
  check: (call: CallView, view: View) => readonly string[],
): Rule {
  return {
    name,
    sentence,
    check: (view) => view.calls.flatMap((call) => check(call, view).map((what) => `${call.name}: ${what}`)),
  };
}

/** What is refused as not for this user, and leaves a denial. */
const DENIALS: ReadonlySet<string | undefined> = new Set([
  'UNKNOWN_TOOL',
  'UNKNOWN_PROMPT',
  'INSUFFICIENT_SCOPE',
  'ACCOUNT_DISABLED',
]);

export function wasDenied({ told }: CallView): boolean {
  return DENIALS.has(told?.code);
}

/** Refused before there was a decision, so that the trail has nothing to say. */
const UNDECIDED: ReadonlySet<string | undefined> = new Set([
  'NO_AUTH',
  'JWT_VERIFY_FAILED',
  'TOKEN_EXPIRED',
  'IDENTITY_UNAVAILABLE',
  'DEADLINE_TOO_CLOSE',
  'KEYS_UNAVAILABLE',
]);

export function wasUndecided({ told }: CallView): boolean {
  return UNDECIDED.has(told?.code);
}

export function isUnknown({ outcome }: CallView): boolean {
  return outcome?.item['errorType'] === 'UNKNOWN';
}

const HARMLESS: ReadonlySet<string> = new Set(['delivered twice', 'restart']);

/** Something went wrong around this call: a fault struck it, or the clock it was measured by was wrong. */
export function hadTrouble({ delivery }: CallView): boolean {
  return [...delivery.actor.hits].some((fault) => !HARMLESS.has(fault)) || delivery.ahead !== 0;
}
