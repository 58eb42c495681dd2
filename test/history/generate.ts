import fc from 'fast-check';
import {
  ACTIONS,
  type Action,
  type Fault,
  JOBS,
  type Job,
  type JobPlace,
  type Outage,
  type Place,
  type Plan,
  type PlannedCall,
  type PlannedFault,
  type PlannedTrouble,
} from './plan.ts';

const OF_WRITES: readonly Fault[] = [
  'throttle',
  'server error',
  'hang',
  'reply lost',
  'late',
  'kill before',
  'kill in flight',
  'clock back',
  'clock forward',
];
const OF_ENDS: readonly Fault[] = ['kill before', 'kill in flight', 'clock back', 'clock forward'];

/** Place → what can go wrong there. Simple ones first: fast-check shrinks towards them. */
const TROUBLES: ReadonlyArray<readonly [Place, readonly Fault[]]> = [
  ['intent', OF_WRITES],
  ['outcome', OF_WRITES],
  ['outcome', OF_WRITES],
  ['denial', OF_WRITES],
  ['effect', OF_WRITES],
  ['reserve', OF_WRITES],
  ['finish', OF_WRITES],
  ['answer', OF_ENDS],
  ['user', [...OF_WRITES, 'stale read']],
  ['user', ['stale read', 'clock back', 'clock forward']],
  ['line', ['line lost']],
  ['month key', [...OF_WRITES, 'stale read']],
];

const faultAt = ([at, faults]: readonly [Place, readonly Fault[]]) =>
  fc.record({
    at: fc.constant(at),
    fault: fc.constantFrom(...faults),
    times: fc.integer({ min: 1, max: 4 }),
    skip: skip(),
  });

function skip(): fc.Arbitrary<number> {
  return fc.oneof({ arbitrary: fc.constant(0), weight: 5 }, { arbitrary: fc.integer({ min: 1, max: 3 }), weight: 1 });
}

const fault: fc.Arbitrary<PlannedFault> = fc.constantFrom(...TROUBLES).chain(faultAt);

/** What is cheap and says little comes seldom. */
const RARE: ReadonlySet<Action> = new Set<Action>([
  'list',
  'no token',
  'bad token',
  'ask',
  'pay badly',
  'no such prompt',
]);
const action = fc.oneof(
  { arbitrary: fc.constantFrom(...ACTIONS.filter((name) => !RARE.has(name))), weight: 12 },
  { arbitrary: fc.constantFrom(...RARE), weight: 1 },
);

/** Close together, so that calls meet; sometimes far apart. */
const when = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 200 }), weight: 4 },
  { arbitrary: fc.integer({ min: 0, max: 3000 }), weight: 2 },
  { arbitrary: fc.integer({ min: 0, max: 100_000 }), weight: 2 },
  // Just before the sweeper comes.
  { arbitrary: fc.integer({ min: 50_000, max: 60_500 }), weight: 2 },
);

const call: fc.Arbitrary<PlannedCall> = fc.record({
  at: when,
  action,
  user: fc.oneof(
    { arbitrary: fc.constantFrom('alice' as const, 'bob' as const), weight: 9 },
    { arbitrary: fc.constant('disabled' as const), weight: 1 },
  ),
  key: fc.integer({ min: 0, max: 1 }),
  door: fc.constantFrom('mcp' as const, 'rest' as const),
  isFresh: fc.nat(3).map((n) => n === 3),
  worksMs: fc.oneof(
    { arbitrary: fc.constant(0), weight: 3 },
    { arbitrary: fc.integer({ min: 1000, max: 25_000 }), weight: 1 },
  ),
  pace: fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 200 })), {
    minLength: 1,
    maxLength: 4,
  }),
  faults: fc.oneof(
    { arbitrary: fc.array(fault, { maxLength: 1 }), weight: 2 },
    { arbitrary: fc.array(fault, { minLength: 1, maxLength: 3 }), weight: 2 },
  ),
  again: fc.option(when, { nil: undefined, freq: 2 }),
});

/** Still running when the sweeper comes, and older than it is by the clock that dated it. */
const long: fc.Arbitrary<PlannedCall> = fc
  .tuple(call, fc.integer({ min: 40_000, max: 59_900 }), fc.integer({ min: 5000, max: 25_000 }))
  .map(([drawn, at, worksMs]) => ({ ...drawn, at, worksMs, isFresh: true, faults: [BEHIND, ...drawn.faults] }));
const BEHIND: PlannedFault = { at: 'user', fault: 'clock back', times: 1, skip: 0 };

const anyCall = fc.oneof({ arbitrary: call, weight: 15 }, { arbitrary: long, weight: 1 });

const PLACES_OF: Readonly<Record<Job, readonly JobPlace[]>> = {
  sweep: ['read', 'write', 'write'],
  replay: ['write'],
  seal: ['read', 'write', 'write', 'object', 'object', 'sign'],
};

const troubleAt = (job: Job, at: JobPlace): fc.Arbitrary<PlannedTrouble> =>
  fc.record({
    job: fc.constant(job),
    run: fc.integer({ min: 0, max: job === 'seal' ? 4 : 3 }),
    at: fc.constant(at),
    fault: fc.constantFrom(
      ...OF_WRITES,
      'kill in flight' as const,
      ...(at === 'read' ? (['stale read'] as const) : []),
    ),
    times: fc.integer({ min: 1, max: 3 }),
    skip: fc.nat(at === 'read' ? 6 : 2),
  });

const trouble = fc
  .constantFrom(...JOBS)
  .chain((job) => fc.constantFrom(...PLACES_OF[job]).chain((at) => troubleAt(job, at)));

const outage: fc.Arbitrary<Outage> = fc.record({
  at: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90_000 })),
  ms: fc.oneof(fc.integer({ min: 1000, max: 10_000 }), fc.integer({ min: 1000, max: 200_000 })),
  fault: fc.constantFrom('throttle' as const, 'server error' as const, 'hang' as const),
});

/** `sealed`: one in so many histories is sealed too, which costs as much as the rest. */
export function anyPlan(sealed: number): fc.Arbitrary<Plan> {
  const at = (isSealed: boolean, boundary: Plan['boundary'], seconds: fc.Arbitrary<number>) =>
    fc.record({ isSealed: fc.constant(isSealed), boundary: fc.constant(boundary), secondsLeft: seconds });
  const soon = fc.oneof(fc.constant(240), fc.integer({ min: 150, max: 250 }));
  // A sealer that has to go on for two hours costs twice, and around midnight it reads a whole day: as much as 50 others.
  const sealing = fc.oneof(
    { arbitrary: at(false, 'month', soon), weight: sealed * 40 - 40 },
    { arbitrary: at(true, 'hour', fc.constant(600)), weight: 32 },
    { arbitrary: at(true, 'hour', soon), weight: 6 },
    { arbitrary: at(true, 'month', soon), weight: 2 },
  );
  const rest = fc.record({
    seed: fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 })),
    pageSize: fc.constantFrom(1000, 1000, 3, 1),
    calls: fc.array(anyCall, { minLength: 1, maxLength: 5 }),
    outage: fc.option(outage, { nil: undefined, freq: 8 }),
    troubles: fc.array(trouble, { maxLength: 3 }),
    doubled: fc.array(fc.nat(5), { maxLength: 2 }),
    isDirect: fc.nat(39).map((n) => n < 39),
  });
  return fc.tuple(rest, sealing).map(([plan, how]) => ({ ...plan, ...how }));
}
