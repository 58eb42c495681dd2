import type { Exchange, Outcome, Part } from './exchange.ts';

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
  /** Page and section, of the specification at modelcontextprotocol.io unless another document is named. */
  readonly source: string;
}

const ANSWER: readonly Part[] = ['status', 'type', 'ids', 'codes', 'members'];
const SERVED = new Set(['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']);

const code = ({ codes }: Outcome) => codes[0];
const versionOf = ({ exchange }: Case) => exchange.headers['mcp-protocol-version'];
const idOf = ({ message }: Case) => JSON.stringify((message as { readonly id?: unknown } | null | undefined)?.id);

export const ACCEPTED: readonly AcceptedDifference[] = [
  {
    name: 'the answer to a legacy request is JSON, not a stream of one event',
    parts: ['type'],
    matches: ({ ours, theirs }) => ours.type === 'application/json' && theirs.type === 'text/event-stream',
    sentence:
      'the server MUST either return Content-Type: text/event-stream, to initiate an SSE stream, or Content-Type: application/json, to return one JSON object',
    source: '2025-11-25 basic/transports, Sending Messages to the Server, 5',
  },
  {
    name: 'an error says more in data',
    parts: ['members'],
    matches: ({ ours, theirs }) => ours.members[0] === 'code data message' && theirs.members[0] === 'code message',
    sentence: 'Error responses MAY include a data member with additional information of any type',
    source: '2026-07-28 basic, Error Responses',
  },
  {
    name: 'an error without a readable id has no id instead of null',
    parts: ['ids'],
    matches: ({ ours, theirs }) => ours.ids[0] === 'absent' && theirs.ids[0] === 'null',
    sentence: 'JSONRPCErrorResponse: id is a string or an integer, and not required',
    source: '2026-07-28 schema.json, JSONRPCErrorResponse and RequestId',
  },
  {
    name: 'an id that could be read is echoed in every error',
    parts: ['ids'],
    matches: (one) => one.theirs.ids[0] === 'null' && one.ours.ids[0] === idOf(one),
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
    name: 'what the transport refuses has a code outside of the reserved ranges',
    parts: ['codes'],
    matches: ({ ours, theirs }) =>
      [405, 406, 415].includes(ours.status) && ours.status === theirs.status && code(theirs) === -32000,
    sentence: '-32000 to -32019: new implementations SHOULD NOT use codes from this sub-range at all',
    source: '2026-07-28 basic, Error Codes',
  },
  {
    name: 'an Accept that excludes JSON is refused in both eras',
    parts: ANSWER,
    matches: ({ ours }) => ours.status === 406,
    sentence:
      'The client MUST include an Accept header, listing both application/json and text/event-stream as supported content types',
    source: '2026-07-28 basic/transports/streamable-http, Sending Messages, 2',
  },
  {
    name: 'an Accept that allows JSON is enough in the legacy era',
    parts: ANSWER,
    matches: ({ ours, theirs }) => theirs.status === 406 && ours.status !== 406,
    sentence:
      'the server MUST either return Content-Type: text/event-stream, to initiate an SSE stream, or Content-Type: application/json, to return one JSON object',
    source: '2025-11-25 basic/transports, Sending Messages to the Server, 5 (a 406 is asked of no server)',
  },
  {
    name: 'an unknown version in the header is told as such, with the versions served',
    parts: ['codes', 'status'],
    matches: (one) =>
      code(one.ours) === -32022 &&
      !SERVED.has(versionOf(one) ?? '') &&
      [-32000, -32600, -32602].includes(Number(code(one.theirs))),
    sentence:
      'If the server does not implement the requested protocol version, it MUST respond with 400 Bad Request and an UnsupportedProtocolVersionError listing its supported versions',
    source: '2026-07-28 basic/transports/streamable-http, Protocol Version Header',
  },
  {
    name: 'the handshake negotiates, whatever unknown version its header names',
    parts: ANSWER,
    matches: (one) => code(one.theirs) === -32020 && versionOf(one) === '2030-01-01' && one.ours.status === 200,
    sentence:
      'If the server supports the requested protocol version, it MUST respond with the same version. Otherwise, the server MUST respond with another protocol version it supports',
    source: '2025-11-25 basic/lifecycle, Version Negotiation',
  },
  {
    name: 'a cursor that was never handed out is refused',
    parts: ANSWER,
    matches: ({ exchange, ours }) => exchange.body.includes('"cursor":"abc"') && code(ours) === -32602,
    sentence: 'Invalid cursors SHOULD result in an error with code -32602 (Invalid params)',
    source: '2026-07-28 server/utilities/pagination, Error Handling',
  },
];
