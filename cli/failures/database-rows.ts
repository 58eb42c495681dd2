import { DYNAMO_LIMITS } from '../../shared/aws/dynamodb.ts';
import type { ErrorCode } from '../../shared/core/error-table.ts';
import { type FailureRow, NOTHING, type Place, RETRY, type Recorded, type WireFault } from './row.ts';

/** Faults before the service has done anything. */
const BEFORE: readonly WireFault[] = [
  'refused',
  'throttled',
  'server error',
  'access denied',
  'connection lost',
  'hang',
  'slow body',
  'garbage',
  'HTML',
];

/** The second attempt mends these. */
const ONCE: readonly WireFault[] = ['throttled', 'server error', 'connection lost', 'reply lost'];

/** What happens at a place of the database, whichever way it fails. */
interface Consequence {
  readonly place: Place;
  readonly table: 'identities' | 'audit' | 'state';
  readonly status: number;
  readonly code: ErrorCode;
  readonly executed: boolean;
  readonly recorded: readonly Recorded[];
  /** When the service did the work and only its answers were lost. Reads have no such case. */
  readonly recordedUnconfirmed?: readonly Recorded[];
  readonly logged: readonly string[];
  readonly client: string;
}

const nobodyKnown = {
  table: 'identities',
  status: 503,
  code: 'IDENTITY_UNAVAILABLE',
  executed: false,
  recorded: [],
  logged: ['dependency.failed', 'refused'],
  client: RETRY,
} as const;

const toolFailed = {
  table: 'state',
  status: 200,
  code: 'BACKEND_ERROR',
  executed: true,
  recorded: ['error'],
  logged: ['call.failed', 'dependency.failed'],
  client: 'read the tool’s message; the tool decides what is safe to repeat',
} as const;

/** Keys and marks of calls that ask the client something in between. */
const roundFailed = {
  table: 'state',
  status: 503,
  code: 'STATE_UNAVAILABLE',
  recorded: ['error'],
  logged: ['dependency.failed', 'refused'],
  client: RETRY,
} as const;

/** What the trail keeps of arguments needs the key of the month. Under `available` the call goes on without it. */
const nothingKept = {
  table: 'state',
  status: 503,
  code: 'AUDIT_UNAVAILABLE',
  executed: false,
  recorded: [],
  logged: ['dependency.failed', 'refused'],
  client: RETRY,
} as const;

const CONSEQUENCES: readonly Consequence[] = [
  { place: 'link read', ...nobodyKnown },
  { place: 'link write', ...nobodyKnown, recordedUnconfirmed: [] },
  { place: 'user read', ...nobodyKnown },
  { place: 'user write', ...nobodyKnown, recordedUnconfirmed: [] },
  {
    place: 'intent',
    table: 'audit',
    status: 503,
    code: 'AUDIT_UNAVAILABLE',
    executed: false,
    recorded: [],
    recordedUnconfirmed: ['open'],
    logged: ['dependency.failed', 'refused'],
    client: RETRY,
  },
  {
    place: 'outcome',
    table: 'audit',
    status: 500,
    code: 'OUTCOME_NOT_RECORDED',
    executed: true,
    recorded: ['open'],
    recordedUnconfirmed: ['ok'],
    logged: ['audit.fallback', 'dependency.failed', 'refused'],
    client: 'do not repeat before checking the effect: the tool ran',
  },
  {
    place: 'denial',
    table: 'audit',
    status: 403,
    code: 'INSUFFICIENT_SCOPE',
    executed: false,
    recorded: [],
    recordedUnconfirmed: ['INSUFFICIENT_SCOPE'],
    logged: ['audit.fallback', 'dependency.failed'],
    client: 'sign in for the scope, as after any such refusal',
  },
  { place: 'store read', ...toolFailed },
  { place: 'store write', ...toolFailed, recordedUnconfirmed: ['error'] },
  // The tool ran as far as its question, which is what could not be sealed.
  { place: 'key read', ...roundFailed, executed: true },
  { place: 'key write', ...roundFailed, executed: true, recordedUnconfirmed: ['error'] },
  { place: 'mark write', ...roundFailed, executed: false },
  { place: 'month key read', ...nothingKept },
  { place: 'month key write', ...nothingKept, recordedUnconfirmed: [] },
];

export const DATABASE_ROWS: readonly FailureRow[] = [...CONSEQUENCES.flatMap(rowsOf), ...lostMarks(), spoiledLink()];

function rowsOf(consequence: Consequence): readonly FailureRow[] {
  const { place, table, recordedUnconfirmed, ...expected } = consequence;
  const common = { dependency: `DynamoDB, ${table}: ${place}`, boundMs: DYNAMO_LIMITS.totalMs };
  const closed = BEFORE.map((fault): FailureRow => {
    return { ...common, ...expected, failure: fault, mode: 'closed', inject: { kind: 'database', place, fault } };
  });
  const once = ONCE.filter((fault) => fault !== 'reply lost' || recordedUnconfirmed !== undefined).map((fault) =>
    onceRow(consequence, common, fault),
  );
  if (recordedUnconfirmed === undefined) return [...closed, ...once];
  const lost: FailureRow = {
    ...common,
    ...expected,
    recorded: recordedUnconfirmed,
    failure: 'reply lost after commit, twice',
    mode: 'closed',
    inject: { kind: 'database', place, fault: 'reply lost' },
  };
  return [...closed, lost, ...once];
}

function onceRow(
  { place, table, code }: Consequence,
  common: Pick<FailureRow, 'dependency' | 'boundMs'>,
  fault: WireFault,
): FailureRow {
  const inject = { kind: 'database', place, fault, times: 1 } as const;
  // The embedded engine does not say what was there already; DynamoDB does, and then there is no warning.
  const unconfirmed = fault === 'reply lost' && table === 'audit';
  const whole = {
    ...common,
    inject,
    mode: 'open',
    failure: fault === 'reply lost' ? 'reply lost after commit, once' : `${fault}, once`,
    logged: unconfirmed ? ['audit.repeat_unconfirmed'] : [],
    client: NOTHING,
  } as const;
  if (place === 'denial') return { ...whole, status: 403, code, executed: false, recorded: ['INSUFFICIENT_SCOPE'] };
  return { ...whole, status: 200, executed: true, recorded: ['ok'] };
}

/** A mark that may be somebody else's is not taken for ours: the answer that confirmed something counts once. */
function lostMarks(): readonly FailureRow[] {
  const common = {
    dependency: 'DynamoDB, state: mark write',
    mode: 'closed',
    boundMs: DYNAMO_LIMITS.totalMs,
    executed: false,
    recorded: ['error'],
  } as const;
  return [
    {
      ...common,
      failure: 'reply lost after commit, twice',
      inject: { kind: 'database', place: 'mark write', fault: 'reply lost' },
      status: 503,
      code: 'STATE_UNAVAILABLE',
      logged: ['dependency.failed', 'refused'],
      client: 'start the call again: the answer counts as used',
    },
    {
      ...common,
      failure: 'reply lost after commit, once, on an engine that does not show whose mark it is',
      inject: { kind: 'database', place: 'mark write', fault: 'reply lost', times: 1 },
      status: 200,
      code: 'INVALID_PARAMS',
      logged: [],
      client: 'start the call again; DynamoDB itself shows the mark, and the call goes on',
    },
  ];
}

function spoiledLink(): FailureRow {
  return {
    dependency: 'DynamoDB, identities: link read',
    failure: 'a link without a uid',
    inject: { kind: 'spoiled link' },
    mode: 'closed',
    boundMs: DYNAMO_LIMITS.totalMs,
    status: 503,
    code: 'IDENTITY_UNAVAILABLE',
    executed: false,
    recorded: [],
    logged: ['refused'],
    client: 'tell the operator: the item has to be mended',
  };
}
