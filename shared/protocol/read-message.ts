import { GatewayError } from '../core/errors.ts';
import { isObject, type JsonObject, own, ownObject } from '../core/json-object.ts';
import { decodeHeaderValue, trimHeader } from './header-value.ts';
import { type Envelope, type JsonRpcId, readEnvelope } from './jsonrpc.ts';
import { isLogLevel, META_LOG_LEVEL } from './notices.ts';
import { ASSUMED_LEGACY, findRevision, NEWEST_LEGACY, type Revision, revisionsOf } from './revisions.ts';

export type Headers = Readonly<Record<string, string | undefined>>;

/** One call as it came in by one of the two doors, with its revision decided. */
export interface Message {
  readonly door: 'mcp' | 'rest';
  readonly kind: Envelope['kind'];
  readonly id: JsonRpcId | undefined;
  readonly method: string;
  readonly params: JsonObject;
  /** `params._meta`, empty when absent. */
  readonly meta: JsonObject;
  readonly revision: Revision;
  /** The `mcp-param-*` headers, for comparing with the arguments; no other header goes on from here. */
  readonly paramHeaders: Headers;
  /** What the client names this call by, so that a repetition can be known. */
  readonly idempotencyKey: string | undefined;
}

type Call = Extract<Envelope, { kind: 'request' | 'notification' }>;

const META_VERSION = 'io.modelcontextprotocol/protocolVersion';
const META_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
/** Not of MCP, which has none (docs/add-a-tool.md). */
const META_KEY = 'gatehouse/idempotencyKey';
const KEY = /^[\x21-\x7e]{1,255}$/;
const META_CLIENT = 'io.modelcontextprotocol/clientInfo';
const LEGACY: Revision = { name: NEWEST_LEGACY, era: 'legacy' };
const NO_ENVELOPE = { meta: {}, revision: LEGACY, paramHeaders: {}, idempotencyKey: undefined } as const;

/** Methods whose target is repeated in `Mcp-Name`, and the parameter it repeats (streamable HTTP, 2026-07-28). */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

/**
 * Parsed body + headers → Message. The body decides the era and what is asked; headers are only compared with it.
 *
 * @throws GatewayError INVALID_REQUEST, INVALID_ENVELOPE, HEADER_MISMATCH, UNSUPPORTED_PROTOCOL_VERSION
 */
export function readMessage(body: unknown, headers: Headers): Message {
  if (Array.isArray(body)) {
    throw new GatewayError('INVALID_REQUEST', {
      reason: 'batch',
      hint: 'Send one message per request. Batches are for revision 2025-03-26: 1 to 20 messages, without initialize.',
    });
  }
  const envelope = readEnvelope(body);
  if (envelope === undefined) throw new GatewayError('INVALID_REQUEST', { reason: 'not_json_rpc' });
  if (envelope.kind === 'response') {
    refuseModern(trimHeader(headers['mcp-protocol-version']));
    return { door: 'mcp', kind: 'response', id: undefined, method: '', params: {}, ...NO_ENVELOPE };
  }
  const meta = ownObject(envelope.params, '_meta');
  return {
    door: 'mcp',
    kind: envelope.kind,
    id: envelope.kind === 'request' ? envelope.id : undefined,
    method: envelope.method,
    params: envelope.params,
    meta,
    revision: revisionOf(envelope, meta, headers),
    paramHeaders: paramHeadersOf(headers),
    idempotencyKey: readKey(own(meta, META_KEY)),
  };
}

/** `POST /tools/{name}`: the body is the tool's arguments. */
export function readRestCall(name: string, body: unknown, headers: Headers): Message {
  if (!isObject(body)) {
    throw new GatewayError('INVALID_REQUEST', {
      reason: 'not_an_object',
      hint: 'Send the arguments of the tool as one JSON object, `{}` when it has none.',
    });
  }
  const params = { name, arguments: body };
  const idempotencyKey = readKey(trimHeader(headers['idempotency-key'])?.replace(/^"(.*)"$/, '$1'));
  return { door: 'rest', kind: 'request', id: undefined, method: 'tools/call', params, ...NO_ENVELOPE, idempotencyKey };
}

/** A key that is none would leave a client believing that its call is protected. */
function readKey(given: unknown): string | undefined {
  if (given === undefined || (typeof given === 'string' && KEY.test(given))) return given;
  throw new GatewayError('INVALID_REQUEST', {
    reason: 'idempotency_key_malformed',
    hint: 'An idempotency key is 1 to 255 printable ASCII characters.',
  });
}

function revisionOf(call: Call, meta: JsonObject, headers: Headers): Revision {
  const named = trimHeader(headers['mcp-protocol-version']);
  const namesModern = findRevision(named, 'modern') !== undefined;
  const claimed = Object.hasOwn(meta, META_VERSION);
  if (call.kind === 'request' && call.method === 'initialize' && !claimsOtherEra(meta)) {
    if (namesModern) throw mismatch('initialize_with_modern_header');
    return negotiate(call.params);
  }
  if (claimed) return modernRevision(call, meta, headers);
  if (namesModern) {
    if (call.kind === 'notification') return findRevision(named, 'modern') ?? LEGACY;
    throw new GatewayError('INVALID_ENVELOPE', { reason: 'claim_missing', data: { missing: META_VERSION } });
  }
  return legacyRevision(named);
}

function modernRevision(call: Call, meta: JsonObject, headers: Headers): Revision {
  const version = own(meta, META_VERSION);
  if (typeof version !== 'string' || (call.kind === 'request' && !isValidClaim(meta))) {
    throw new GatewayError('INVALID_ENVELOPE', { reason: 'claim_malformed' });
  }
  const named = trimHeader(headers['mcp-protocol-version']);
  const method = trimHeader(headers['mcp-method']);
  if (named !== undefined && named !== version) throw mismatch('version_header_differs');
  if (method !== undefined && method !== call.method) throw mismatch('method_header_differs');
  const revision = findRevision(version, 'modern');
  if (revision === undefined) throw unsupported(version, revisionsOf('modern'));
  if (call.kind === 'request') requireHeaders(call, named, method, trimHeader(headers['mcp-name']));
  return revision;
}

function requireHeaders(call: Call, named: string | undefined, method: string | undefined, name: string | undefined) {
  if (named === undefined) throw mismatch('version_header_missing');
  if (method === undefined) throw mismatch('method_header_missing');
  const parameter = NAMED_BY.get(call.method);
  if (parameter === undefined) return;
  const target = own(call.params, parameter);
  const repeated = name === undefined ? undefined : decodeHeaderValue(name);
  if (name !== undefined && repeated === undefined) throw mismatch('name_header_malformed');
  // Without a target in the body there is nothing to compare: the method itself refuses those parameters.
  if (typeof target !== 'string') return;
  if (repeated === undefined) throw mismatch('name_header_missing');
  if (repeated !== target) throw mismatch('name_header_differs');
}

function paramHeadersOf(headers: Headers): Headers {
  const found: Record<string, string | undefined> = Object.create(null);
  // All own: readHttp made them so. A list of entries would be twenty arrays for what is mostly nothing.
  for (const name in headers) if (name.startsWith('mcp-param-')) found[name] = headers[name];
  return found;
}

/** A client of the modern era is asked nothing, so it has nothing to respond to (Streamable HTTP, sending messages). */
function refuseModern(named: string | undefined): void {
  if (findRevision(named, 'modern')) throw new GatewayError('INVALID_REQUEST', { reason: 'response_in_modern_era' });
  legacyRevision(named);
}

function legacyRevision(named: string | undefined): Revision {
  const revision = findRevision(named ?? ASSUMED_LEGACY, 'legacy');
  if (revision === undefined) throw unsupported(named ?? '', revisionsOf('legacy'));
  return revision;
}

/** The handshake never ends in a modern revision: it has none (lifecycle, version negotiation). */
function negotiate(params: JsonObject): Revision {
  const asked = own(params, 'protocolVersion');
  return findRevision(typeof asked === 'string' ? asked : undefined, 'legacy') ?? LEGACY;
}

/** The handshake stays one with a claim that is incomplete, empty, or names a revision that has a handshake. */
function claimsOtherEra(meta: JsonObject): boolean {
  const version = own(meta, META_VERSION);
  if (typeof version !== 'string' || version === '' || !isValidClaim(meta)) return false;
  return findRevision(version, 'legacy') === undefined;
}

/** The envelope's members, in the form that the schema gives them (RequestMetaObject). */
function isValidClaim(meta: JsonObject): boolean {
  if (typeof own(meta, META_VERSION) !== 'string' || !isObject(own(meta, META_CAPABILITIES))) return false;
  if (Object.hasOwn(meta, META_LOG_LEVEL) && !isLogLevel(meta[META_LOG_LEVEL])) return false;
  return !Object.hasOwn(meta, META_CLIENT) || isImplementation(meta[META_CLIENT]);
}

/** Who a client says it is. Never needed and never trusted, but what is sent has to be what the schema says. */
export function isImplementation(value: unknown): boolean {
  return isObject(value) && typeof own(value, 'name') === 'string' && typeof own(value, 'version') === 'string';
}

function mismatch(reason: string): GatewayError {
  return new GatewayError('HEADER_MISMATCH', { reason });
}

function unsupported(requested: string, supported: readonly string[]): GatewayError {
  return new GatewayError('UNSUPPORTED_PROTOCOL_VERSION', {
    reason: 'version_not_served',
    data: { supported, requested: requested.slice(0, 64).toWellFormed() },
  });
}

/** What a modern client says it can be asked for (`ClientCapabilities`); a legacy request says nothing. */
export function clientCapabilitiesOf({ meta }: Pick<Message, 'meta'>): JsonObject {
  return ownObject(meta, META_CAPABILITIES);
}

/** Which era a body claims, for an error thrown before it became a Message. */
export function claimsModern(body: unknown): boolean {
  return isObject(body) && Object.hasOwn(ownObject(ownObject(body, 'params'), '_meta'), META_VERSION);
}
