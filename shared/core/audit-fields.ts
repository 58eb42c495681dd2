/** `list`: of texts. Times are milliseconds since the Unix epoch unless the meaning says otherwise. */
type FieldType = 'text' | 'number' | 'boolean' | 'list';

interface Field {
  readonly type: FieldType;
  readonly meaning: string;
  /** On which items it is; absent elsewhere. */
  readonly when: string;
}

/**
 * Every attribute that an item of the trail can have, version 2. Records compile only with these names; docs/audit-data.md
 * and the columns of the archive are made from them.
 */
export const AUDIT_FIELDS = {
  pk: { type: 'text', meaning: '`D#<day>#<shard>`: the UTC day of the call and its shard', when: 'always' },
  sk: {
    type: 'text',
    meaning: '`<callId>#<phase>`: 0 intent, 1 outcome, 5 event, 9 denial',
    when: 'always',
  },
  v: { type: 'number', meaning: 'version of this schema: 2', when: 'always' },
  tenant: { type: 'text', meaning: '`default`; reserved', when: 'always' },
  callId: { type: 'text', meaning: 'UUIDv7 of the call or event', when: 'always' },
  ts: { type: 'number', meaning: 'when it happened: the time in `callId`', when: 'always' },
  logTs: { type: 'number', meaning: 'when this item was written', when: 'always' },
  ttl: { type: 'number', meaning: 'when the table may drop it, in seconds since the epoch', when: 'always' },
  hash: {
    type: 'text',
    meaning: 'hex SHA-256 of a zero byte and the RFC 8785 JSON of all other attributes: its leaf in the log',
    when: 'always',
  },
  prevPhaseHash: { type: 'text', meaning: '`hash` of the intent that it ends', when: 'outcome' },
  requestId: { type: 'text', meaning: 'id that the caller got in `x-request-id`', when: 'calls; events of a request' },
  uid: { type: 'text', meaning: 'our user id, `usr_…`', when: 'calls of a known user' },
  issuer: {
    type: 'text',
    meaning: 'who says who the user is: `iss` of the token; of a reader, `aws` or `local`',
    when: 'intent, denial, event',
  },
  subject: { type: 'text', meaning: 'the user at that issuer', when: 'calls; events of somebody known' },
  clientId: { type: 'text', meaning: 'OAuth client, at most 256 characters', when: 'calls whose token names one' },
  tokenId: {
    type: 'text',
    meaning: 'first 128 bits of the SHA-256 of the token’s `jti`: tells tokens apart, shows none',
    when: 'intent, denial, when the token has a `jti`',
  },
  scopes: { type: 'list', meaning: 'scopes of ours in the token, at most 50', when: 'intent, denial' },
  method: { type: 'text', meaning: 'method of MCP, such as `tools/call`; of an event, what was done', when: 'always' },
  tool: { type: 'text', meaning: 'tool, prompt or resource by our name', when: 'calls of something that exists' },
  toolDigest: {
    type: 'text',
    meaning: 'first 128 bits of the SHA-256 of the name that was asked for',
    when: 'calls of something that does not exist',
  },
  toolVersion: {
    type: 'text',
    meaning: 'first 96 bits of the SHA-256 of the published definition of the tool, base64url',
    when: 'intent and denial of a tool',
  },
  door: { type: 'text', meaning: '`mcp` or `rest`', when: 'intent, denial' },
  revision: { type: 'text', meaning: 'revision of MCP', when: 'intent, denial' },
  traceparent: { type: 'text', meaning: 'W3C Trace Context of the client', when: 'intent, denial, when one was sent' },
  sourceIp: { type: 'text', meaning: 'address the request came from', when: 'intent, denial, event of a request' },
  ua: {
    type: 'text',
    meaning: 'user agent, at most 200 characters, without control characters',
    when: 'intent, denial, event of a request',
  },
  decision: { type: 'text', meaning: '`allowed` or `denied`', when: 'always' },
  decisionRule: { type: 'text', meaning: 'what decided, when it was not scopes and roles', when: 'intent, denial' },
  reason: { type: 'text', meaning: 'error code of the refusal', when: 'denial, authentication failure' },
  detail: { type: 'text', meaning: 'more about reason or action', when: 'denial and event, when there is more' },
  argsLevel: {
    type: 'text',
    meaning: 'what is kept of the arguments: `none`, `keys`, `redacted`, `full`',
    when: 'intent, denial',
  },
  argsDigest: {
    type: 'text',
    meaning: 'base64url HMAC-SHA256 of the arguments’ RFC 8785 JSON under the key of user and month',
    when: 'intent and denial, except at level `none`',
  },
  argsKeys: {
    type: 'list',
    meaning: 'names of the top-level arguments: at most 16, at most 200 bytes',
    when: 'intent and denial, except at level `none`, of what exists',
  },
  argsSealed: {
    type: 'text',
    meaning:
      'the arguments, AES-256-GCM under the key of user and month, base64url; at level `redacted` without secrets',
    when: 'intent, levels `redacted` and `full`, up to 8 KB',
  },
  argsBytes: {
    type: 'number',
    meaning: 'bytes of the arguments’ RFC 8785 JSON; above 8192 they are not sealed',
    when: 'intent, levels `redacted` and `full`',
  },
  argsMark: {
    type: 'text',
    meaning: 'why less is kept than the level says: `too-large`, `no-user-key`, `no-month-key`',
    when: 'intent and denial, when less is kept',
  },
  isError: { type: 'boolean', meaning: 'whether the call failed', when: 'outcome' },
  errorType: {
    type: 'text',
    meaning: 'error code; `UNKNOWN` when the sweeper closed it; `INPUT_REQUIRED` and `REPLAYED` are no errors',
    when: 'outcome, when there is more than ok',
  },
  latencyMs: { type: 'number', meaning: 'how long the call took', when: 'outcome, unless unknown' },
  resultDigest: {
    type: 'text',
    meaning: 'HMAC-SHA256 of the result’s RFC 8785 JSON, like argsDigest',
    when: 'outcome of a call with argsDigest, when the result has such JSON',
  },
  region: { type: 'text', meaning: 'AWS region that wrote it', when: 'intent, denial, event' },
  fnVersion: { type: 'text', meaning: 'version of the gateway that decided', when: 'intent, denial, event' },
  late: { type: 'boolean', meaning: 'true: it came by the second sink', when: 'only then' },
  kind: { type: 'text', meaning: '`auth-failure`, `read` (of the trail), `admin` or `token`', when: 'event' },
  seen: {
    type: 'number',
    meaning: 'failures that this sample stands for, itself included',
    when: 'event of kind `auth-failure`',
  },
  gsi1pk: { type: 'text', meaning: 'index by user', when: 'outcome and denial of a known user' },
  gsi1sk: { type: 'text', meaning: 'callId again', when: 'outcome and denial of a known user' },
  gsi2pk: {
    type: 'text',
    meaning: 'index by state and day: denied, error, unknown',
    when: 'denial, failed or unknown outcome',
  },
  gsi2sk: { type: 'text', meaning: 'callId again', when: 'as gsi2pk' },
  gsi3pk: {
    type: 'text',
    meaning: 'index by tool and month, with the parameter `auditToolIndex`',
    when: 'outcome and denial of something that exists',
  },
  gsi3sk: { type: 'text', meaning: 'callId again', when: 'as gsi3pk' },
} as const satisfies Readonly<Record<string, Field>>;

export type AuditField = keyof typeof AUDIT_FIELDS;
