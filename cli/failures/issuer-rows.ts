import { FETCH_LIMITS } from '../../shared/auth/idp-document.ts';
import { type FailureRow, type Injection, NOTHING, type Published, RETRY, type WireFault } from './row.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const FETCH = FETCH_LIMITS.timeoutMs;
/** Three spellings of the document's address are tried unless one of them takes its whole time. */
const documentMs = (fault: WireFault | Published) => (fault === 'hang' || fault === 'slow body' ? FETCH : 3 * FETCH);

const WIRE: readonly WireFault[] = [
  'refused',
  'throttled',
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

const DOCUMENT = 'identity provider, discovery document';
const KEYS = 'identity provider, signing keys (JWKS)';

type Issuer = Extract<Injection, { kind: 'issuer' }>;
type Expected = Pick<FailureRow, 'mode' | 'status' | 'code' | 'executed' | 'recorded' | 'logged' | 'client'>;

const unavailable = {
  mode: 'closed',
  status: 503,
  code: 'KEYS_UNAVAILABLE',
  executed: false,
  recorded: [],
  client: RETRY,
} as const;
const goesOn = { mode: 'open', status: 200, executed: true, recorded: ['ok'], client: NOTHING } as const;
const refused = {
  mode: 'closed',
  status: 401,
  code: 'JWT_VERIFY_FAILED',
  executed: false,
  recorded: [],
  logged: [],
} as const;

const NO_DOCUMENT = ['discovery.failed', 'jwks.failed', 'refused'];
const NO_KEYS = ['jwks.failed', 'refused'];

const row = (dependency: string, failure: string, inject: Omit<Issuer, 'kind'>, boundMs: number, expected: Expected) =>
  ({ dependency, failure, boundMs, inject: { kind: 'issuer', ...inject }, ...expected }) satisfies FailureRow;

const documentRows: readonly FailureRow[] = [
  ...[...WIRE, 'other issuer' as const, 'keys over http' as const, 'keys in a private network' as const].map((fault) =>
    row(DOCUMENT, fault, { at: 'document', fault }, documentMs(fault), {
      ...unavailable,
      logged: NO_DOCUMENT,
    }),
  ),
  ...(['server error', 'hang', 'other issuer'] as const).map((fault) =>
    row(DOCUMENT, `${fault}, keys 2 hours old`, { at: 'document', fault, cachedMs: 2 * HOUR }, documentMs(fault), {
      ...goesOn,
      logged: ['discovery.failed'],
    }),
  ),
  ...(['server error', 'hang'] as const).map((fault) =>
    row(
      DOCUMENT,
      `${fault}, asked for our authorization-server metadata`,
      { at: 'document', fault, ask: 'metadata' },
      documentMs(fault),
      {
        mode: 'closed',
        status: 502,
        code: 'DISCOVERY_FETCH_FAILED',
        executed: false,
        recorded: [],
        logged: ['discovery.failed', 'refused'],
        client: RETRY,
      },
    ),
  ),
  row(
    DOCUMENT,
    'server error, asked for our metadata, document 2 hours old',
    { at: 'document', fault: 'server error', cachedMs: 2 * HOUR, ask: 'metadata' },
    documentMs('server error'),
    { ...goesOn, executed: false, recorded: [], logged: ['discovery.failed'] },
  ),
];

const keyRows: readonly FailureRow[] = [
  ...[...WIRE, '10,000 keys' as const].map((fault) =>
    row(KEYS, fault, { at: 'keys', fault }, FETCH, { ...unavailable, logged: NO_KEYS }),
  ),
  ...(['refused', 'server error', 'hang', 'garbage', '10,000 keys'] as const).map((fault) =>
    row(KEYS, `${fault}, keys 2 hours old`, { at: 'keys', fault, cachedMs: 2 * HOUR }, FETCH, {
      ...goesOn,
      logged: ['jwks.failed'],
    }),
  ),
  row(KEYS, 'server error for more than a day', { at: 'keys', fault: 'server error', cachedMs: 25 * HOUR }, FETCH, {
    ...unavailable,
    logged: NO_KEYS,
  }),
  row(
    KEYS,
    'server error, token of a key not seen yet',
    { at: 'keys', fault: 'server error', cachedMs: MINUTE, ask: 'new key' },
    FETCH,
    { ...unavailable, logged: NO_KEYS },
  ),
  row(KEYS, 'rotation', { at: 'keys', fault: 'new key', cachedMs: MINUTE, ask: 'new key' }, FETCH, {
    ...goesOn,
    logged: [],
  }),
  row(
    KEYS,
    'rotation within 30 s after a fetch',
    { at: 'keys', fault: 'new key', cachedMs: 10_000, ask: 'new key' },
    0,
    { ...refused, client: 'try again after 30 s; providers that publish a key before they use it never show this' },
  ),
  row(KEYS, 'key withdrawn', { at: 'keys', fault: 'no keys', cachedMs: 2 * HOUR }, FETCH, {
    ...refused,
    client: 'sign in again',
  }),
  row(KEYS, 'key exchanged under the same id', { at: 'keys', fault: 'swapped key', cachedMs: 2 * HOUR }, FETCH, {
    ...refused,
    client: 'sign in again',
  }),
  row(
    KEYS,
    'flood of tokens with invented key ids',
    { at: 'keys', fault: 'no keys', cachedMs: MINUTE, ask: 'junk keys' },
    FETCH,
    { ...refused, client: 'sign in; the flood costs the provider one fetch in 30 s' },
  ),
];

export const ISSUER_ROWS: readonly FailureRow[] = [...documentRows, ...keyRows];
