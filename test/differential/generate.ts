import fc from 'fast-check';
import { ABSENT, anyOf, mostly, nearlyAlways, present } from './choice.ts';
import type { Exchange } from './exchange.ts';
import { allMembers, type Members, MODERN, method, paramsOf, VERSIONS } from './params.ts';

const META = 'io.modelcontextprotocol/';
const SAME = Symbol('same as in the body');

const notices = {
  progressToken: mostly(ABSENT, 'p', 7, 1.5, {}, null),
  logLevel: mostly(ABSENT, 'debug', 'error', 'loud', 5),
};

/** A JSON-RPC message, and the values that its headers repeat. */
interface Drawn {
  readonly message: Readonly<Record<string, unknown>>;
  readonly same: Readonly<Record<'version' | 'method' | 'name' | 'region', unknown>>;
}

const message: fc.Arbitrary<Drawn> = fc
  .record({
    modern: fc.boolean(),
    id: mostly(1, 0, '', 'a', -7, 1.5, null, true, {}, [], 9_007_199_254_740_991, ABSENT, ABSENT),
    jsonrpc: nearlyAlways('2.0', '1.0', 2, null, ABSENT),
    method,
    members: allMembers,
    params: nearlyAlways(SAME, [], 'x', 5, null, ABSENT),
    protocolVersion: mostly(MODERN, '2030-01-01', '2025-11-25', '', 5, null, ABSENT),
    clientCapabilities: mostly({}, { elicitation: {} }, { elicitation: { url: {} } }, [], 'x', null, ABSENT),
    clientInfo: mostly(ABSENT, { name: 'c', version: '1' }, {}, 5),
    meta: mostly(ABSENT, {}, { a: 1 }, { progressToken: 'p' }, [], 5, null),
    ...notices,
  })
  .map(toMessage);

function toMessage(drawn: {
  readonly modern: boolean;
  readonly id: unknown;
  readonly jsonrpc: unknown;
  readonly method: unknown;
  readonly members: Members;
  readonly params: unknown;
  readonly protocolVersion: unknown;
  readonly clientCapabilities: unknown;
  readonly clientInfo: unknown;
  readonly meta: unknown;
  readonly progressToken: unknown;
  readonly logLevel: unknown;
}): Drawn {
  const { protocolVersion, clientCapabilities, clientInfo, progressToken, logLevel } = drawn;
  const claim = { protocolVersion, clientCapabilities, clientInfo, logLevel };
  const envelope = Object.fromEntries(Object.entries(claim).map(([name, value]) => [`${META}${name}`, value]));
  const asked = paramsOf(drawn.method, drawn.members);
  const full = present({ ...asked, _meta: drawn.modern ? present({ progressToken, ...envelope }) : drawn.meta });
  const { id, jsonrpc } = drawn;
  const params = drawn.params === SAME ? full : drawn.params;
  const args = asked['arguments'];
  return {
    message: present({ jsonrpc, id, method: drawn.method, params }),
    same: {
      version: drawn.modern ? protocolVersion : ABSENT,
      method: drawn.modern ? drawn.method : ABSENT,
      name: drawn.modern ? (asked['name'] ?? asked['uri'] ?? ABSENT) : ABSENT,
      region: typeof args === 'object' && args !== null && 'region' in args ? args.region : ABSENT,
    },
  };
}

const headers = fc.record({
  version: mostly(SAME, ABSENT, ...VERSIONS, ''),
  method: mostly(SAME, ABSENT, 'tools/list', 'TOOLS/CALL', ''),
  name: mostly(SAME, ABSENT, 'echo', '=?base64?ZWNobw==?=', '=?base64?ZWNobw?=', '=?base64?/w==?=', ''),
  region: mostly(SAME, ABSENT, 'us', '=?base64?ZXU=?=', '=?base64?ZXU?=', ''),
  accept: mostly(
    'application/json, text/event-stream',
    'application/json',
    '*/*',
    'text/html',
    'text/event-stream',
    ABSENT,
  ),
  type: nearlyAlways('application/json', 'application/json; charset=utf-8', 'text/plain', 'Application/JSON', ABSENT),
});
type Headers = Readonly<Record<'version' | 'method' | 'name' | 'region' | 'accept' | 'type', unknown>>;

const single = fc
  .tuple(nearlyAlways('POST', 'GET', 'DELETE', 'PUT'), message, headers)
  .map(([verb, drawn, chosen]): Exchange => {
    return { method: String(verb), headers: toHeaders(chosen, drawn.same), body: JSON.stringify(drawn.message) };
  });

const NOTHING_SAME = { version: ABSENT, method: ABSENT, name: ABSENT, region: ABSENT };

const batch = fc
  .tuple(fc.array(message, { maxLength: 3 }), headers, mostly('2025-03-26', ...VERSIONS))
  .map(([drawn, chosen, version]): Exchange => {
    const body = JSON.stringify(drawn.map((one, at) => withOwnId(one.message, at)));
    return { method: 'POST', headers: toHeaders(chosen, { ...NOTHING_SAME, version }), body };
  });

/** A batch is one sender's: its ids differ. */
function withOwnId(one: Drawn['message'], at: number): Drawn['message'] {
  return one['id'] === 1 ? { ...one, id: 100 + at } : one;
}

const response = fc
  .tuple(
    anyOf(1, 'a', null, 1.5, ABSENT),
    anyOf({ result: {} }, { error: { code: 1, message: 'x' } }, { result: {}, error: {} }),
  )
  .map(([id, rest]) => JSON.stringify(present({ jsonrpc: '2.0', id, ...(rest as object) })));
const oddBody = anyOf('', ' ', 'x', '{', 'null', '5', '"a"', '{}', '{"jsonrpc":"2.0"}', '[]', '[5]', 'ÿ');
const odd = fc
  .tuple(fc.oneof(oddBody, response), headers)
  .map(
    ([body, chosen]): Exchange => ({ method: 'POST', headers: toHeaders(chosen, NOTHING_SAME), body: String(body) }),
  );

/** Messages of both eras, most of them with at most a few faults, batches, and bodies that are no message. */
export const exchanges: fc.Arbitrary<Exchange> = fc.oneof(
  { arbitrary: single, weight: 16 },
  { arbitrary: batch, weight: 2 },
  { arbitrary: odd, weight: 2 },
);

function toHeaders(chosen: Headers, same: Drawn['same']): Record<string, string> {
  const value = (name: keyof Drawn['same']) => headerText(chosen[name] === SAME ? same[name] : chosen[name]);
  return present({
    accept: chosen.accept,
    'content-type': chosen.type,
    'mcp-protocol-version': value('version'),
    'mcp-method': value('method'),
    'mcp-name': value('name'),
    'mcp-param-region': value('region'),
  }) as Record<string, string>;
}

/** A header carries ASCII text; anything beyond goes as the sentinel form (streamable HTTP, 2026-07-28). */
function headerText(value: unknown): unknown {
  if (typeof value !== 'string') return ABSENT;
  return /^[ -~]*$/.test(value) ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}
