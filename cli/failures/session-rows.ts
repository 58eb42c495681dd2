import { SESSION_TIMEOUT_MS } from '../../shared/store/user-sessions.ts';
import type { FailureRow, WireFault } from './row.ts';

const FAULTS: readonly WireFault[] = [
  'refused',
  'throttled',
  'server error',
  'access denied',
  'connection lost',
  'reply lost',
  'hang',
  'slow body',
  'garbage',
  '10 MB',
];

/** The tool has begun, and its first use of the store ends it. */
export const SESSION_ROWS: readonly FailureRow[] = FAULTS.map((fault) => ({
  dependency: 'STS, with `isolation=iam`, for a tool that uses the store',
  failure: fault,
  inject: { kind: 'session', fault },
  mode: 'closed',
  status: 200,
  code: 'BACKEND_ERROR',
  boundMs: SESSION_TIMEOUT_MS,
  executed: true,
  recorded: ['error'],
  logged: ['call.failed', 'session.failed'],
  client: 'try again: nothing was read or written',
}));
