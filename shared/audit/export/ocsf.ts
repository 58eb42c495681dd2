import type { Call, State } from '../question/question.ts';
import { type CallFacts, factsOf } from './facts.ts';

/** The version that the names below are of. Another one is another mapping. */
const OCSF_VERSION = '1.8.0';

const CATEGORY = { category_uid: 6, category_name: 'Application Activity' } as const;
const CLASS = { class_uid: 6003, class_name: 'API Activity' } as const;
const READ = { activity_id: 2, activity_name: 'Read' } as const;
/** OCSF knows create, read, update and delete; what a tool does, nobody knows but the tool. */
const OTHER = { activity_id: 99, activity_name: 'Call' } as const;
const READING: ReadonlySet<string> = new Set(['resources/read', 'prompts/get', 'completion/complete']);

interface Status {
  readonly status_id: 0 | 1 | 2;
  readonly status: string;
  readonly severity_id: 1 | 2 | 3;
  readonly severity: string;
}

const INFORMATIONAL = { severity_id: 1, severity: 'Informational' } as const;
const LOW = { severity_id: 2, severity: 'Low' } as const;
const STATUS: Readonly<Record<State, Status>> = {
  ok: { status_id: 1, status: 'Success', ...INFORMATIONAL },
  error: { status_id: 2, status: 'Failure', ...INFORMATIONAL },
  denied: { status_id: 2, status: 'Failure', ...LOW },
  open: { status_id: 0, status: 'Unknown', ...INFORMATIONAL },
  unknown: { status_id: 0, status: 'Unknown', severity_id: 3, severity: 'Medium' },
};

/**
 * One call as an event of OCSF's class API Activity (schema.ocsf.io, class 6003), with the required attributes and those
 * recommended ones that the trail knows. Give it calls with all their items: an index has no address of the caller.
 */
export function toOcsf(call: Call): Readonly<Record<string, unknown>> {
  const facts = factsOf(call);
  const { row, state, code } = facts;
  const activity = READING.has(row.method) || row.kind === 'read' ? READ : OTHER;
  return present({
    ...activity,
    ...CATEGORY,
    ...CLASS,
    type_uid: CLASS.class_uid * 100 + activity.activity_id,
    type_name: `${CLASS.class_name}: ${activity.activity_name === 'Call' ? 'Other' : activity.activity_name}`,
    // Required, and a number.
    time: row.time || 0,
    ...(row.latencyMs === null ? {} : { duration: row.latencyMs, end_time: (row.time || 0) + row.latencyMs }),
    ...STATUS[state],
    status_code: code,
    status_detail: row.detail ?? undefined,
    metadata: metadataOf(facts),
    actor: actorOf(facts),
    api: apiOf(facts),
    src_endpoint: sourceOf(facts),
    http_request: facts.field('ua') === undefined ? undefined : { user_agent: facts.field('ua') },
    resources:
      row.kind === 'call' ? [{ name: row.tool, type: typeOf(row.method), role_id: 1, role: 'Target' }] : undefined,
    unmapped: unmappedOf(facts),
  });
}

function metadataOf({ row, field, last }: CallFacts) {
  return present({
    version: OCSF_VERSION,
    product: { name: 'Gatehouse', vendor_name: 'Gatehouse', version: field('fnVersion') ?? '0' },
    log_name: 'audit',
    uid: String(last['sk'] ?? row.callId),
    original_event_uid: row.callId,
    correlation_uid: field('requestId'),
    event_code: row.method,
    tenant_uid: field('tenant'),
    logged_time: typeof last['logTs'] === 'number' ? last['logTs'] : undefined,
  });
}

function actorOf({ row, field }: CallFacts) {
  const issuer = field('issuer');
  const token = field('tokenId');
  return present({
    user: present({
      // A refused token says of nobody who they are.
      name: row.subject === '' ? 'unknown' : row.subject,
      uid: row.uid ?? undefined,
      type_id: row.subject === '' ? 0 : 1,
    }),
    idp: issuer === undefined ? undefined : { name: issuer, issuer },
    app_uid: row.clientId ?? undefined,
    session: token === undefined ? undefined : { uid: token },
  });
}

function apiOf({ row, code, field }: CallFacts) {
  const request = field('requestId');
  return present({
    operation: row.method,
    service: { name: 'Gatehouse' },
    version: field('revision'),
    request: request === undefined ? undefined : { uid: request },
    response: code === undefined ? undefined : { error: code },
  });
}

/** One of these names is required. Readers at a command line have no address. */
function sourceOf({ field }: CallFacts) {
  const ip = field('sourceIp');
  return ip === undefined ? { name: 'unknown' } : { ip };
}

/** What OCSF has no place for, by our names. */
function unmappedOf({ row, field, list, last }: CallFacts) {
  return present({
    kind: row.kind,
    door: field('door'),
    scopes: list('scopes'),
    toolDigest: field('toolDigest'),
    toolVersion: field('toolVersion'),
    argsDigest: field('argsDigest'),
    resultDigest: field('resultDigest'),
    traceparent: field('traceparent'),
    region: field('region'),
    hash: typeof last['hash'] === 'string' ? last['hash'] : undefined,
  });
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'tool'],
  ['resources/read', 'resource'],
]);

function typeOf(method: string): string {
  return TYPES.get(method) ?? 'prompt';
}

function present(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
