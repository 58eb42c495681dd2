import { DYNAMO_LIMITS } from '../../shared/aws/dynamodb.ts';
import { type FailureRow, NOTHING, type Recorded, type TrailPlace, type WireFault } from './row.ts';

const BEFORE: readonly WireFault[] = [
  'refused',
  'throttled',
  'server error',
  'access denied',
  'connection lost',
  'hang',
];

/** What of the trail fails, and what the trail shows at once and in the end. */
interface Consequence {
  readonly at: TrailPlace;
  readonly dependency: string;
  readonly expected: Pick<FailureRow, 'mode' | 'status' | 'logged' | 'client'>;
  readonly recorded: readonly Recorded[];
  /** When the table did the work and only its answers were lost. */
  readonly recordedUnconfirmed?: readonly Recorded[];
  readonly afterwards: readonly Recorded[];
}

const goesOn = {
  mode: 'open',
  status: 200,
  logged: ['audit.fallback', 'dependency.failed'],
  client: `${NOTHING}; the answer says \`late\``,
} as const;

const runsAgain = (client: string) =>
  ({ mode: 'open', status: undefined, logged: ['dependency.failed'], client }) as const;

const CONSEQUENCES: readonly Consequence[] = [
  {
    at: 'available intent',
    dependency: 'DynamoDB, audit: intent of a tool with mode available',
    expected: goesOn,
    recorded: ['ok'],
    recordedUnconfirmed: ['ok'],
    afterwards: ['ok'],
  },
  {
    at: 'available outcome',
    dependency: 'DynamoDB, audit: outcome of a tool with mode available',
    expected: goesOn,
    recorded: ['open'],
    recordedUnconfirmed: ['ok'],
    afterwards: ['ok'],
  },
  {
    at: 'replay write',
    dependency: 'DynamoDB, audit: write of the replay',
    expected: runsAgain(`${NOTHING}: the delivery comes again, for 14 days`),
    recorded: ['open'],
    recordedUnconfirmed: ['ok'],
    afterwards: ['ok'],
  },
  {
    at: 'sweep read',
    dependency: 'DynamoDB, audit: read of the sweeper',
    expected: runsAgain(`${NOTHING}: the sweeper runs every minute`),
    recorded: ['open'],
    afterwards: ['unknown'],
  },
  {
    at: 'sweep write',
    dependency: 'DynamoDB, audit: write of the sweeper',
    expected: runsAgain(`${NOTHING}: the sweeper runs every minute`),
    recorded: ['open'],
    recordedUnconfirmed: ['unknown'],
    afterwards: ['unknown'],
  },
];

function rowsOf({ at, dependency, expected, ...seen }: Consequence): readonly FailureRow[] {
  const common = {
    dependency,
    executed: true,
    boundMs: DYNAMO_LIMITS.totalMs,
    afterwards: seen.afterwards,
    ...expected,
  };
  const row = (fault: WireFault, failure: string, recorded: readonly Recorded[]): FailureRow => {
    return { ...common, failure, recorded, inject: { kind: 'trail', at, fault } };
  };
  const lost = seen.recordedUnconfirmed;
  return [
    ...BEFORE.map((fault) => row(fault, fault, seen.recorded)),
    ...(lost === undefined ? [] : [row('reply lost', 'reply lost after commit, twice', lost)]),
  ];
}

/** The second sink, and what puts the trail in order behind the calls. */
export const TRAIL_ROWS: readonly FailureRow[] = CONSEQUENCES.flatMap(rowsOf);
