import { TOOL_BUDGET_MS } from '../../functions/middleware/request-context.ts';
import { DYNAMO_LIMITS } from '../../shared/aws/dynamodb.ts';
import { type FailureRow, NOTHING, RETRY, type Recorded } from './row.ts';

const MINUTE = 60_000;
const CLOCK = 'clock';
const TIME = 'time left in the function';
const TOOL = 'the tool';

const goesOn = {
  mode: 'open',
  status: 200,
  boundMs: 0,
  executed: true,
  recorded: ['ok'],
  logged: [],
  client: NOTHING,
} as const;
const refused = { mode: 'closed', status: 401, boundMs: 0, executed: false, recorded: [], logged: [] } as const;
const tooLate = {
  mode: 'closed',
  status: 503,
  code: 'DEADLINE_TOO_CLOSE',
  boundMs: 0,
  executed: false,
  recorded: [],
  logged: ['refused'],
  client: RETRY,
} as const;
const toolFailed = {
  mode: 'closed',
  status: 200,
  boundMs: TOOL_BUDGET_MS,
  executed: true,
  recorded: ['error'] as readonly Recorded[],
} as const;

const clockRows: readonly FailureRow[] = [
  {
    dependency: CLOCK,
    failure: 'the issuer is 20 s ahead of us',
    inject: { kind: 'clock', issuerAheadMs: 20_000, tokenLifeMs: 10 * MINUTE },
    ...goesOn,
  },
  {
    dependency: CLOCK,
    failure: 'the issuer is 5 minutes ahead of us',
    inject: { kind: 'clock', issuerAheadMs: 5 * MINUTE, tokenLifeMs: 10 * MINUTE },
    ...refused,
    code: 'JWT_VERIFY_FAILED',
    client: 'tell the operator; /debug-token says `iat_in_future`',
  },
  {
    dependency: CLOCK,
    failure: 'the issuer is 5 minutes behind us, tokens live 10 minutes',
    inject: { kind: 'clock', issuerAheadMs: -5 * MINUTE, tokenLifeMs: 10 * MINUTE },
    ...goesOn,
  },
  {
    dependency: CLOCK,
    failure: 'the issuer is 5 minutes behind us, tokens live 4 minutes',
    inject: { kind: 'clock', issuerAheadMs: -5 * MINUTE, tokenLifeMs: 4 * MINUTE },
    ...refused,
    code: 'TOKEN_EXPIRED',
    client: 'refresh the token; when that does not help, tell the operator',
  },
  {
    dependency: CLOCK,
    failure: 'ours is set back 5 minutes during a call',
    inject: { kind: 'clock step', backMs: 5 * MINUTE },
    ...goesOn,
  },
];

const timeRows: readonly FailureRow[] = [
  { dependency: TIME, failure: 'none', inject: { kind: 'time', remainingMs: 0 }, ...tooLate },
  { dependency: TIME, failure: '2.4 seconds', inject: { kind: 'time', remainingMs: 2400 }, ...tooLate },
  {
    dependency: TIME,
    failure: 'used up by the user store',
    inject: { kind: 'time', remainingMs: 28_000, usersTakeMs: 23_900 },
    ...tooLate,
  },
  { dependency: TIME, failure: '4 seconds', inject: { kind: 'time', remainingMs: 4000 }, ...goesOn },
  {
    dependency: 'memory',
    failure: 'the process is killed while the tool runs',
    inject: { kind: 'process killed' },
    mode: 'closed',
    status: undefined,
    boundMs: TOOL_BUDGET_MS + DYNAMO_LIMITS.totalMs,
    executed: true,
    recorded: ['open'],
    logged: [],
    client: 'API Gateway answers 5xx without our body: do not repeat before checking the effect',
  },
];

const toolRows: readonly FailureRow[] = [
  {
    ...toolFailed,
    dependency: TOOL,
    failure: 'throws',
    inject: { kind: 'tool', does: 'throws' },
    code: 'BACKEND_ERROR',
    logged: ['call.failed'],
    client: 'report the request id; the text of the error stays with us',
  },
  {
    ...toolFailed,
    dependency: TOOL,
    failure: 'throws something that is no error',
    inject: { kind: 'tool', does: 'throws nothing' },
    code: 'BACKEND_ERROR',
    logged: ['call.failed'],
    client: 'report the request id',
  },
  {
    ...toolFailed,
    dependency: TOOL,
    failure: 'hangs',
    inject: { kind: 'tool', does: 'hangs' },
    code: 'TOOL_TIMEOUT',
    logged: [],
    client: 'do not repeat before checking the effect',
  },
  {
    ...toolFailed,
    dependency: TOOL,
    failure: 'writes to its store after it was given up: nothing is written',
    inject: { kind: 'tool', does: 'writes late' },
    code: 'TOOL_TIMEOUT',
    logged: [],
    client: 'do not repeat before checking the effect',
  },
  {
    ...toolFailed,
    dependency: TOOL,
    failure: 'answers against its output schema',
    inject: { kind: 'tool', does: 'answers garbage' },
    code: 'OUTPUT_INVALID',
    logged: ['output.invalid'],
    client: 'report the request id; the answer stays with us',
  },
  {
    ...toolFailed,
    dependency: TOOL,
    failure: 'answers 10 MB',
    inject: { kind: 'tool', does: 'answers 10 MB' },
    status: 500,
    code: 'ANSWER_TOO_LARGE',
    logged: ['refused'],
    client: 'ask for less',
  },
];

export const CALL_ROWS: readonly FailureRow[] = [...clockRows, ...timeRows, ...toolRows];
