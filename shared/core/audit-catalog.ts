/** What Athena sees of the archive. The names of columns are those of a record, in lower case. */
export interface AuditColumn {
  /** As in the record. */
  readonly name: string;
  readonly type: 'string' | 'bigint' | 'boolean' | 'array<string>';
}

const text = (...names: readonly string[]): readonly AuditColumn[] => names.map((name) => ({ name, type: 'string' }));
const whole = (...names: readonly string[]): readonly AuditColumn[] => names.map((name) => ({ name, type: 'bigint' }));

/** Every field that a record can have but the keys of its indexes. A test compares them with the fields. */
export const AUDIT_COLUMNS: readonly AuditColumn[] = [
  ...text('pk', 'sk', 'callId', 'requestId', 'kind', 'tenant', 'uid', 'issuer', 'subject', 'clientId', 'tokenId'),
  { name: 'scopes', type: 'array<string>' },
  ...text(
    'method',
    'tool',
    'toolDigest',
    'toolVersion',
    'door',
    'revision',
    'decision',
    'decisionRule',
    'reason',
    'detail',
  ),
  { name: 'isError', type: 'boolean' },
  ...text('errorType', 'argsLevel', 'argsDigest'),
  { name: 'argsKeys', type: 'array<string>' },
  ...text('argsSealed', 'keyMonth', 'resultDigest', 'sourceIp', 'ua', 'traceparent', 'region', 'fnVersion'),
  ...text('prevPhaseHash', 'hash'),
  { name: 'late', type: 'boolean' },
  ...whole('v', 'ts', 'logTs', 'argsBytes', 'seen', 'latencyMs', 'ttl'),
];

export interface AuditQuery {
  /** Of the construct, and in Athena after the name of the stack. */
  readonly name: string;
  readonly description: string;
  /** `?` are the parameters of an execution, in their order. */
  readonly sql: string;
}

/** Records can be delivered to the archive twice: each is taken once, by call and phase. */
const CALLS = `SELECT DISTINCT callid, sk, from_unixtime(ts / 1000.0) AS at, uid, subject, clientid, method, tool, decision, reason, iserror, errortype, latencyms
FROM records
WHERE dt BETWEEN ? AND ? AND (sk LIKE '%#1' OR sk LIKE '%#9')`;

/** Saved in the stack, for the console of Athena and for `gatehouse audit query --athena`. Dates as `yyyy-mm-dd`. */
export const AUDIT_QUERIES: readonly AuditQuery[] = [
  {
    name: 'calls-of-a-user',
    description: 'From day, to day, uid: what one user did',
    sql: `${CALLS} AND uid = ?\nORDER BY at DESC`,
  },
  {
    name: 'calls-of-a-tool',
    description: 'From day, to day, tool: who used it',
    sql: `${CALLS} AND tool = ?\nORDER BY at DESC`,
  },
  {
    name: 'denied-and-failed',
    description: 'From day, to day: what was denied or failed',
    sql: `${CALLS} AND (decision = 'denied' OR iserror)\nORDER BY at DESC`,
  },
  {
    name: 'totals-by-month',
    description: 'From day, to day: calls, denials and errors by month, tool and client',
    sql: `SELECT substr(dt, 1, 7) AS month, tool, clientid,
  count(DISTINCT callid) AS calls,
  count(DISTINCT IF(decision = 'denied', callid)) AS denied,
  count(DISTINCT IF(iserror, callid)) AS failed
FROM records
WHERE dt BETWEEN ? AND ? AND (sk LIKE '%#1' OR sk LIKE '%#9')
GROUP BY 1, 2, 3
ORDER BY 1 DESC, calls DESC`,
  },
];
