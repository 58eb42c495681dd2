import fc from 'fast-check';
import type { Exchange } from './exchange.ts';

const MODERN = '2026-07-28';
const VERSIONS = [MODERN, '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2030-01-01', 'x'];
const META = 'io.modelcontextprotocol/';
const ABSENT = Symbol('absent');
const SAME = Symbol('same as in the body');

/** The first value most of the time, so that one message has few faults at once; shrinks towards it. */
function mostly<T, U>(usual: T, ...others: readonly U[]): fc.Arbitrary<T | U> {
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant<T | U>(usual), weight: 12 },
    { arbitrary: fc.constantFrom<T | U>(...others), weight: 3 },
  );
}

const id = mostly<unknown, unknown>(1, 0, '', 'a', -7, 1.5, null, true, {}, [], 9_007_199_254_740_991, ABSENT);
const jsonrpc = mostly<unknown, unknown>('2.0', '1.0', 2, null, ABSENT);

const METHODS = [
  'tools/call',
  'tools/list',
  'server/discover',
  'initialize',
  'ping',
  'logging/setLevel',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/read',
  'resources/templates/list',
  'resources/subscribe',
  'completion/complete',
  'notifications/initialized',
  'notifications/cancelled',
  'tools/nope',
  '__proto__',
  'constructor',
] as const;
const method = fc.oneof(
  { arbitrary: fc.constantFrom('tools/call', 'tools/list', 'initialize', 'server/discover'), weight: 3 },
  { arbitrary: fc.constantFrom<unknown>(...METHODS), weight: 3 },
  { arbitrary: fc.constantFrom<unknown>('', 5, null, ABSENT), weight: 1 },
);

const members = fc.record({
  name: mostly<unknown, unknown>('echo', 'refuse', 'nope', '__proto__', 'é✓', '', 5, null, ABSENT),
  arguments: mostly<unknown, unknown>({ text: 'hi' }, {}, { text: 5 }, { text: 'hi', more: 1 }, [], 'x', null, ABSENT),
  cursor: mostly<unknown, unknown>(ABSENT, '', 'abc', 5, null),
  protocolVersion: mostly<unknown, unknown>('2025-06-18', ...VERSIONS, 5, null, ABSENT),
  capabilities: mostly<unknown, unknown>({}, [], 5, ABSENT),
  clientInfo: mostly<unknown, unknown>({ name: 'c', version: '1' }, {}, 5, ABSENT),
});

/** What is asked, with the members each method reads. */
const MEMBERS_OF: ReadonlyMap<unknown, readonly string[]> = new Map<unknown, readonly string[]>([
  ['tools/call', ['name', 'arguments']],
  ['tools/list', ['cursor']],
  ['prompts/get', ['name']],
  ['initialize', ['protocolVersion', 'capabilities', 'clientInfo']],
]);

const envelope = fc.record({
  protocolVersion: mostly<unknown, unknown>(MODERN, '2030-01-01', '2025-11-25', '', 5, null, ABSENT),
  clientCapabilities: mostly<unknown, unknown>({}, { elicitation: {} }, [], 'x', null, ABSENT),
  clientInfo: mostly<unknown, unknown>(ABSENT, { name: 'c', version: '1' }, {}, 5),
});
const meta = mostly<unknown, unknown>(ABSENT, {}, { a: 1 }, [], 5, null);
const params = mostly<unknown, unknown>(SAME, [], 'x', 5, null, ABSENT);

const headers = fc.record({
  version: mostly<unknown, unknown>(SAME, ABSENT, ...VERSIONS, ''),
  method: mostly<unknown, unknown>(SAME, ABSENT, 'tools/list', 'TOOLS/CALL', ''),
  name: mostly<unknown, unknown>(
    SAME,
    ABSENT,
    'echo',
    'nope',
    '=?base64?ZWNobw==?=',
    '=?base64?ZWNobw?=',
    '=?base64?/w==?=',
    '',
  ),
  accept: mostly<unknown, unknown>(
    'application/json, text/event-stream',
    'application/json',
    '*/*',
    'text/html',
    'text/event-stream',
    ABSENT,
  ),
  type: mostly<unknown, unknown>(
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'Application/JSON',
    ABSENT,
  ),
});

const verb = mostly<string, string>('POST', 'GET', 'DELETE', 'PUT');

const call = fc
  .record({ verb, modern: fc.boolean(), id, jsonrpc, method, members, envelope, meta, params, headers })
  .map((drawn) => toExchange(drawn));

const oddBody = fc.constantFrom('', ' ', 'x', '{', 'null', '5', '"a"', '{}', '{"jsonrpc":"2.0"}', '[]', '\u00ff');
const response = fc
  .tuple(id, fc.constantFrom<object>({ result: {} }, { error: { code: 1, message: 'x' } }, { result: {}, error: {} }))
  .map(([drawn, rest]) => JSON.stringify(present({ jsonrpc: '2.0', id: drawn, ...rest })));
const odd = fc
  .tuple(fc.oneof(oddBody, response), headers)
  .map(([body, drawn]): Exchange => ({ method: 'POST', headers: toHeaders(drawn, {}), body }));

/** Messages of both eras, most of them with at most a few faults, and bodies that are no message. */
export const exchanges: fc.Arbitrary<Exchange> = fc.oneof(
  { arbitrary: call, weight: 9 },
  { arbitrary: odd, weight: 1 },
);

type Drawn<T> = T extends fc.Arbitrary<infer U> ? U : never;
interface DrawnCall {
  readonly verb: string;
  readonly modern: boolean;
  readonly id: unknown;
  readonly jsonrpc: unknown;
  readonly method: unknown;
  readonly members: Drawn<typeof members>;
  readonly envelope: Drawn<typeof envelope>;
  readonly meta: unknown;
  readonly params: unknown;
  readonly headers: Drawn<typeof headers>;
}

function toExchange(drawn: DrawnCall): Exchange {
  const own = new Set(MEMBERS_OF.get(drawn.method) ?? []);
  const asked = Object.fromEntries(Object.entries(drawn.members).filter(([name]) => own.has(name)));
  const claim = Object.fromEntries(Object.entries(drawn.envelope).map(([name, value]) => [`${META}${name}`, value]));
  const _meta = drawn.modern ? present(claim) : drawn.meta;
  const full = present({ ...asked, _meta });
  const params = drawn.params === SAME ? full : drawn.params;
  const message = present({ jsonrpc: drawn.jsonrpc, id: drawn.id, method: drawn.method, params });
  const same = {
    version: drawn.modern ? drawn.envelope.protocolVersion : ABSENT,
    method: drawn.method,
    name: asked['name'],
  };
  return {
    method: drawn.verb,
    headers: toHeaders(drawn.headers, drawn.modern ? same : {}),
    body: JSON.stringify(message),
  };
}

function toHeaders(drawn: Drawn<typeof headers>, same: Readonly<Record<string, unknown>>): Record<string, string> {
  const value = (name: 'version' | 'method' | 'name') => headerText(drawn[name] === SAME ? same[name] : drawn[name]);
  return present({
    accept: drawn.accept,
    'content-type': drawn.type,
    'mcp-protocol-version': value('version'),
    'mcp-method': value('method'),
    'mcp-name': value('name'),
  }) as Record<string, string>;
}

/** A header carries ASCII text; anything beyond goes as the sentinel form (streamable HTTP, 2026-07-28). */
function headerText(value: unknown): unknown {
  if (typeof value !== 'string') return ABSENT;
  return /^[ -~]*$/.test(value) ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

function present(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== ABSENT && value !== undefined));
}
