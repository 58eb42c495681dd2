import fc from 'fast-check';

/** A member or header that is left out. */
export const ABSENT = Symbol('absent');

/** The first value most of the time, so that one message has few faults at once; shrinks towards it. */
export function mostly(usual: unknown, ...others: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(usual), weight: 12 },
    { arbitrary: fc.constantFrom(...others), weight: 3 },
  );
}

/** The same for what hides every other fault when it is wrong. */
export function nearlyAlways(usual: unknown, ...others: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(usual), weight: 30 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  );
}

/** Any of them equally often; shrinks towards the first. */
export function anyOf(...values: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.constantFrom(...values);
}

export function present(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== ABSENT && value !== undefined));
}
