import { BACKEND_LIMITS } from '../../shared/backend/definition.ts';
import type { FailureRow, WireFault } from './row.ts';

const WRITE = 'a backend, asked to change something';
const READ = 'a backend, asked to read something';
const KEYS = 'KMS, for a backend that gets assertions';

type Fault = Exclude<WireFault, 'access denied'>;

/** It got the request, and nothing that tells what became of it came back. */
const UNTOLD: readonly Fault[] = [
  'server error',
  'connection lost',
  'hang',
  'slow body',
  'garbage',
  'HTML',
  'redirect',
  '10 MB',
  '10 MB compressed',
];

const common = {
  mode: 'closed',
  status: 200,
  boundMs: BACKEND_LIMITS.timeoutMs,
  executed: false,
  recorded: ['error'],
} as const;
const refused = {
  ...common,
  code: 'BACKEND_UNAVAILABLE',
  logged: ['backend.failed'],
  client: 'try again: nothing was done',
} as const;
const throttled = { ...common, code: 'BACKEND_REFUSED', logged: [], client: 'wait, then try again' } as const;
const unknown = {
  ...common,
  code: 'OUTCOME_UNKNOWN',
  logged: ['backend.failed'],
  client: 'do not repeat before checking the effect',
} as const;
const unread = { ...common, code: 'BACKEND_ERROR', logged: ['backend.failed'], client: 'try again' } as const;

const write = (fault: Fault) => ({ kind: 'backend', asked: 'write', fault }) as const;
const read = (fault: Fault, times?: number) =>
  ({ kind: 'backend', asked: 'read', fault, ...(times === undefined ? {} : { times }) }) as const;

export const BACKEND_ROWS: readonly FailureRow[] = [
  { ...refused, dependency: WRITE, failure: 'refused', inject: write('refused') },
  { ...throttled, dependency: WRITE, failure: 'throttled', inject: write('throttled') },
  ...UNTOLD.map((fault) => ({ ...unknown, dependency: WRITE, failure: fault, inject: write(fault) })),
  { ...unknown, dependency: WRITE, failure: 'reply lost', inject: write('reply lost'), executed: true },
  { ...refused, dependency: READ, failure: 'refused', inject: read('refused') },
  { ...throttled, dependency: READ, failure: 'throttled', inject: read('throttled') },
  ...UNTOLD.map((fault) => ({ ...unread, dependency: READ, failure: fault, inject: read(fault) })),
  {
    ...common,
    dependency: READ,
    failure: 'connection lost, once',
    inject: read('connection lost', 1),
    mode: 'open',
    executed: true,
    recorded: ['ok'],
    logged: [],
    client: 'nothing',
  },
  {
    ...refused,
    dependency: KEYS,
    failure: 'not reached, and no key is known yet',
    inject: { kind: 'signing' },
    logged: ['assertion_key.unavailable', 'backend.failed', 'dependency.failed'],
  },
];
