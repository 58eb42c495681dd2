import { FETCH_LIMITS } from '../../shared/auth/idp-document.ts';
import { DYNAMO_LIMITS } from '../../shared/aws/dynamodb.ts';
import { SECRET_LIMITS } from '../../shared/aws/secrets.ts';
import { UPSTREAM_LIMITS } from '../../shared/oauth/upstream-client.ts';
import { type FailureRow, type Injection, NOTHING, RETRY, type WireFault } from './row.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Relay = Extract<Injection, { kind: 'relay' }>;
type Expected = Pick<FailureRow, 'mode' | 'status' | 'code' | 'logged' | 'client'>;

const AT: Readonly<Record<Relay['at'], string>> = {
  'token endpoint': 'relay: identity provider, token endpoint',
  document: 'relay: identity provider, discovery document',
  keys: 'relay: Secrets Manager, keys of the gateway',
  'client secret': 'relay: Secrets Manager, client secret',
  mark: 'relay: DynamoDB, state: mark write (strict)',
  event: 'relay: DynamoDB, audit: event of a token',
};

const row = (failure: string, inject: Omit<Relay, 'kind'>, boundMs: number, expected: Expected): FailureRow => ({
  dependency: AT[inject.at],
  failure,
  inject: { kind: 'relay', ...inject },
  boundMs,
  executed: false,
  recorded: [],
  ...expected,
});

const unavailable = (logged: readonly string[]) =>
  ({ mode: 'closed', status: 503, code: 'OAUTH_UNAVAILABLE', logged: [...logged, 'refused'], client: RETRY }) as const;
const goesOn = (logged: readonly string[]) => ({ mode: 'open', status: 200, logged, client: NOTHING }) as const;
const SIGN_IN = 'sign in again';

const ENDPOINT: readonly WireFault[] = [
  'refused',
  'throttled',
  'server error',
  'access denied',
  'connection lost',
  'hang',
  'slow body',
  'garbage',
  'HTML',
  'redirect',
  '10 MB',
  '10 MB compressed',
];
const FETCHED: readonly WireFault[] = ['refused', 'server error', 'hang', 'garbage', 'redirect', '10 MB'];
const SERVICE: readonly WireFault[] = ['refused', 'server error', 'access denied', 'hang', 'garbage'];

const documentMs = (fault: WireFault) => (fault === 'hang' ? 1 : 3) * FETCH_LIMITS.timeoutMs;

const providerRows: readonly FailureRow[] = [
  ...ENDPOINT.map((fault) =>
    row(fault, { at: 'token endpoint', fault }, UPSTREAM_LIMITS.timeoutMs, unavailable(['upstream.failed'])),
  ),
  row('reply lost to a code', { at: 'token endpoint', fault: 'reply lost', grant: 'code' }, UPSTREAM_LIMITS.timeoutMs, {
    ...unavailable(['upstream.failed']),
    client: `${SIGN_IN}: the provider has used the code up`,
  }),
  ...FETCHED.map((fault) =>
    row(fault, { at: 'document', fault }, documentMs(fault), unavailable(['discovery.failed'])),
  ),
  ...(['server error', 'hang'] as const).map((fault) =>
    row(
      `${fault}, document 2 hours old`,
      { at: 'document', fault, cachedMs: 2 * HOUR },
      documentMs(fault),
      // The keys and the client secret are read again and well.
      goesOn(['discovery.failed']),
    ),
  ),
];

const secretRows = (['keys', 'client secret'] as const).flatMap((at): readonly FailureRow[] => [
  ...SERVICE.map((fault) => row(fault, { at, fault }, SECRET_LIMITS.totalMs, unavailable(['secret.failed']))),
  row(
    'server error, read 30 minutes ago',
    { at, fault: 'server error', cachedMs: 30 * MINUTE },
    SECRET_LIMITS.totalMs,
    goesOn(['secret.failed']),
  ),
  row(
    'server error for more than an hour',
    { at, fault: 'server error', cachedMs: 61 * MINUTE },
    SECRET_LIMITS.totalMs,
    unavailable(['secret.failed']),
  ),
]);

const changeRows: readonly FailureRow[] = [
  row('changed', { at: 'keys', fault: 'changed', cachedMs: 6 * MINUTE }, SECRET_LIMITS.totalMs, goesOn([])),
  row('changed twice', { at: 'keys', fault: 'changed twice', cachedMs: 6 * MINUTE }, SECRET_LIMITS.totalMs, {
    mode: 'closed',
    status: 400,
    code: 'OAUTH_REFUSED',
    logged: [],
    client: `${SIGN_IN}; one that registered itself registers again`,
  }),
  row('changed', { at: 'client secret', fault: 'changed', cachedMs: MINUTE }, UPSTREAM_LIMITS.totalMs, goesOn([])),
  row(
    'changed at the provider only',
    { at: 'client secret', fault: 'changed at the provider', cachedMs: MINUTE },
    UPSTREAM_LIMITS.totalMs,
    { ...unavailable(['upstream.failed']), client: 'keep its grant; the operator sees an alarm and enters the secret' },
  ),
];

const markRows: readonly FailureRow[] = (['refused', 'server error', 'access denied', 'hang'] as const).map((fault) => {
  const expected = unavailable(['dependency.failed']);
  // A write that was given up may still arrive.
  const client = fault === 'hang' ? `try again; if the mark was written after all, ${SIGN_IN}` : expected.client;
  return row(fault, { at: 'mark', fault, grant: 'code' }, DYNAMO_LIMITS.totalMs, { ...expected, client });
});

/** The token is the provider's and is out: its event takes the second sink. */
const eventRows: readonly FailureRow[] = (['refused', 'server error', 'access denied', 'hang'] as const).map((fault) =>
  row(fault, { at: 'event', fault }, DYNAMO_LIMITS.totalMs, goesOn(['audit.fallback', 'dependency.failed'])),
);

/** A request for tokens in relay mode. */
export const RELAY_ROWS: readonly FailureRow[] = [
  ...providerRows,
  ...secretRows,
  ...changeRows,
  ...markRows,
  ...eventRows,
];
