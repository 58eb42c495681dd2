import { type Exchange, type Outcome, PARTS, type Part } from './exchange.ts';

/** One message and what both servers made of it. */
export interface Case {
  readonly exchange: Exchange;
  /** The body as JSON, undefined where it is none. */
  readonly message: unknown;
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

/** A difference from the official SDK's server that the specification decides, or leaves to the server. */
export interface AcceptedDifference {
  readonly name: string;
  /** The parts of the answer it explains. */
  readonly parts: readonly Part[];
  readonly matches: (difference: Case) => boolean;
  /** The sentence that decides it. */
  readonly sentence: string;
  /** Page and section: of the MCP specification, unless another document is named. */
  readonly source: string;
}

const WHOLE: readonly Part[] = PARTS;
const SERVED: ReadonlySet<string> = new Set(['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']);
const EITHER =
  'the server MUST either return Content-Type: text/event-stream, to initiate an SSE stream, or Content-Type: application/json, to return one JSON object';

const versionOf = ({ exchange }: Case) => exchange.headers['mcp-protocol-version'];
const isBatch = ({ message }: Case) => Array.isArray(message);
const methodOf = ({ message }: Case) => (message as { readonly method?: unknown } | null | undefined)?.method;
const messagesIn = ({ message }: Case): readonly unknown[] => (Array.isArray(message) ? message : [message]);
const idsIn = (one: Case) =>
  messagesIn(one).map((message) => JSON.stringify((message as { readonly id?: unknown } | null)?.id));
const isNotification = (one: Case) => typeof methodOf(one) === 'string' && !Object.hasOwn(one.message as object, 'id');
const isLegacy = (one: Case) => !one.exchange.body.includes('io.modelcontextprotocol/protocolVersion');

/** Answer by answer: where the two differ, they differ in this way. */
function eachPair<Key extends 'ids' | 'codes' | 'members'>(
  key: Key,
  isSo: (ours: Outcome[Key][number] | undefined, theirs: Outcome[Key][number] | undefined) => boolean,
) {
  return ({ ours, theirs }: Case) =>
    ours[key].length === theirs[key].length &&
    ours[key].every((mine, at) => mine === theirs[key][at] || isSo(mine, theirs[key][at]));
}

export const ACCEPTED: readonly AcceptedDifference[] = [
  {
    name: 'answers alone come as JSON, not as a stream',
    parts: ['type', 'array'],
    matches: ({ ours, theirs }) =>
      ours.type === 'application/json' && theirs.type === 'text/event-stream' && theirs.notifications.length === 0,
    sentence: EITHER,
    source: '2025-11-25 basic/transports, Sending Messages to the Server, 5',
  },
  {
    name: 'a client that takes no event stream gets the answer as JSON, without notifications',
    parts: ['type', 'notifications'],
    matches: ({ exchange, ours }) =>
      !(exchange.headers['accept'] ?? '').includes('text/event-stream') && ours.notifications.length === 0,
    sentence: 'The client MUST include an Accept header listing both application/json and text/event-stream',
    source: '2026-07-28 basic/transports/streamable-http, Sending Messages, 2',
  },
  {
    name: 'an error says more in data',
    parts: ['members'],
    matches: eachPair('members', (ours, theirs) => ours === 'code data message' && theirs === 'code message'),
    sentence: 'Error responses MAY include a data member with additional information of any type',
    source: '2026-07-28 basic, Error Responses',
  },
  {
    name: 'an error without a readable id has no id instead of null',
    parts: ['ids'],
    matches: ({ ours, theirs }) => ours.ids.length === 1 && ours.ids[0] === 'absent' && theirs.ids[0] === 'null',
    sentence: 'JSONRPCErrorResponse: id is a string or an integer, and not required',
    source: '2026-07-28 schema.json, JSONRPCErrorResponse and RequestId',
  },
  {
    name: 'an id that could be read is echoed in every error',
    parts: ['ids'],
    matches: (one) => one.theirs.ids[0] === 'null' && one.ours.ids.every((id) => idsIn(one).includes(id)),
    sentence: 'Error responses MUST include the same ID as the request they correspond to',
    source: '2026-07-28 basic, Error Responses',
  },
  {
    name: 'a fraction is no id, so it is not echoed',
    parts: ['ids'],
    matches: ({ ours, theirs }) => ours.ids[0] === 'absent' && /^-?\d+\.\d+$/.test(theirs.ids[0] ?? ''),
    sentence: 'Requests MUST include a string or integer ID',
    source: '2026-07-28 basic, Requests',
  },
  {
    name: 'what the transport refuses has no code of the legacy range',
    parts: ['codes'],
    matches: ({ ours, theirs }) => ours.status === theirs.status && theirs.codes[0] === -32000,
    sentence: '-32000 to -32019: new implementations SHOULD NOT use codes from this sub-range at all',
    source: '2026-07-28 basic, Error Codes',
  },
  {
    name: 'parameters that do not fit the method are invalid params, not an internal error',
    parts: ['codes'],
    matches: eachPair('codes', (ours, theirs) => ours === -32602 && theirs === -32603),
    sentence: '-32602 Invalid params: invalid method parameter(s). -32603 Internal error: internal JSON-RPC error',
    source: 'JSON-RPC 2.0 section 5.1',
  },
  {
    name: 'a tool that would have to ask a legacy client says so with a code of its own',
    parts: ['codes'],
    matches: eachPair('codes', (ours, theirs) => ours === 40006 && theirs === -32603),
    sentence: 'New error codes SHOULD be allocated outside the JSON-RPC reserved range',
    source: '2026-07-28 basic, Error Codes',
  },
  {
    name: 'an Accept that excludes JSON is refused in both eras',
    parts: WHOLE,
    matches: ({ ours }) => ours.status === 406,
    sentence: 'The client MUST include an Accept header listing both application/json and text/event-stream',
    source: '2026-07-28 basic/transports/streamable-http, Sending Messages, 2',
  },
  {
    name: 'an Accept that allows JSON is enough in the legacy era',
    parts: WHOLE,
    matches: ({ ours, theirs }) => theirs.status === 406 && ours.status !== 406,
    sentence: `${EITHER} (no sentence asks a server for 406)`,
    source: '2025-11-25 basic/transports, Sending Messages to the Server, 5',
  },
  {
    name: 'an unknown version in the header is told as such, with the versions served',
    parts: ['codes'],
    matches: (one) =>
      one.ours.codes[0] === -32022 && one.ours.status === one.theirs.status && !SERVED.has(versionOf(one) ?? ''),
    sentence:
      'If the server does not implement the requested protocol version, it MUST respond with 400 Bad Request and an UnsupportedProtocolVersionError',
    source: '2026-07-28 basic/transports/streamable-http, Protocol Version Header',
  },
  {
    name: 'the handshake negotiates, whatever unknown version its header names',
    parts: WHOLE,
    matches: (one) =>
      methodOf(one) === 'initialize' && one.theirs.status === 400 && !SERVED.has(versionOf(one) ?? '2025-03-26'),
    sentence: 'Otherwise, the server MUST respond with another protocol version it supports',
    source: '2025-11-25 basic/lifecycle, Version Negotiation',
  },
  {
    name: 'a cursor that was never handed out is refused',
    parts: WHOLE,
    matches: ({ exchange, ours }) => exchange.body.includes('"cursor":"abc"') && ours.codes.includes(-32602),
    sentence: 'Invalid cursors SHOULD result in an error with code -32602 (Invalid params)',
    source: '2026-07-28 server/utilities/pagination, Error Handling',
  },
  {
    name: 'a legacy request has no rounds, so what looks like answers or a state is ignored',
    parts: ['codes', 'members', 'notifications'],
    matches: (one) => isLegacy(one) && /"(requestState|inputResponses)"/.test(one.exchange.body),
    sentence: 'CallToolRequestParams has _meta, arguments, name and task: requestState and inputResponses came later',
    source: '2025-11-25 schema.json, CallToolRequestParams',
  },
  {
    name: 'answers of the wrong form are refused, also where none was asked for',
    parts: WHOLE,
    matches: ({ exchange, ours }) =>
      /"inputResponses":(null|5|\{"sure":5\})/.test(exchange.body) && ours.status === 200 && ours.codes[0] === -32602,
    sentence: 'Protocol errors (malformed JSON, invalid schema) SHOULD return a JSON-RPC error response',
    source: '2026-07-28 basic/patterns/mrtr, Error Handling',
  },
  {
    name: 'Mcp-Method of a notification may be compared in another order, or not at all',
    parts: WHOLE,
    matches: (one) => isNotification(one) && [one.ours, one.theirs].some(({ codes }) => codes[0] === -32020),
    sentence: 'header requirements for notification POSTs are not defined by this revision',
    source: '2026-07-28 basic/transports/streamable-http, Sending Messages, note',
  },
  {
    name: 'nothing can be listened to, so the method does not exist',
    parts: ['status', 'codes'],
    matches: (one) => methodOf(one) === 'subscriptions/listen' && one.ours.codes[0] === -32601,
    sentence:
      'If the server does not implement the requested RPC method, it MUST respond with 404 Not Found and -32601',
    source: '2026-07-28 basic/transports/streamable-http, Protocol Version Header',
  },
  {
    name: 'what is no message in a batch gets an error of its own, the others their answer',
    parts: WHOLE,
    matches: (one) => isBatch(one) && one.ours.array && one.theirs.status === 400 && one.ours.codes.includes(-32600),
    sentence: 'rpc call with invalid Batch: [1,2,3] is answered with one Invalid Request for each',
    source: 'JSON-RPC 2.0 section 7, Examples',
  },
  {
    name: 'arrays are for the one revision that has them',
    parts: WHOLE,
    matches: (one) => isBatch(one) && (versionOf(one) ?? '2025-03-26') !== '2025-03-26' && one.ours.codes[0] === -32600,
    sentence: 'The body of the POST request MUST be a single JSON-RPC request, notification, or response',
    source: '2025-06-18 basic/transports, Sending Messages to the Server, 3',
  },
  {
    name: 'a batch with a handshake in it is refused',
    parts: WHOLE,
    matches: (one) => isBatch(one) && one.exchange.body.includes('"initialize"') && one.ours.codes[0] === -32600,
    sentence: 'The initialize request MUST NOT be part of a JSON-RPC batch',
    source: '2025-03-26 basic/lifecycle, Initialization',
  },
];
