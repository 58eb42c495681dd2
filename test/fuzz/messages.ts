import fc from 'fast-check';
import { legacy, MODERN, modern, modernHeaders } from '../support/messages.ts';
import { MARKER } from './invariants.ts';

/** JSON-RPC bodies: from valid ones of both eras, spoiled, to any JSON at all. */

const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];

/** Wherever a text is cut, one of the two is cut through a character. */
const LONG = ['😀'.repeat(600), `x${'😀'.repeat(600)}`];

export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(...LONG, ...LONG.map((name) => ({ [name]: 1 }))),
  fc.constantFrom<unknown>(null, '', -1, 0, 1.5, 1e308, 2 ** 53, [], {}, '\u0000', '\ud800', MARKER),
  fc.constantFrom<unknown>(...PROTOTYPE_NAMES),
);

const id = fc.oneof(
  fc.constantFrom<string | number>(0, 1, -7, '', '0', 'a', MARKER, 2 ** 53 - 1),
  fc.string({ maxLength: 8 }),
  fc.integer(),
);
const toolName = fc.oneof(
  fc.constantFrom('echo', 'whoami', 'noisy', 'asks', 'hello', ...PROTOTYPE_NAMES, MARKER, ''),
  fc.string(),
);
const args = fc.oneof(fc.record({ text: fc.string({ minLength: 1 }) }), fc.constant({}), odd);
const call = fc.record(
  {
    name: toolName,
    arguments: args,
    inputResponses: odd,
    requestState: fc.oneof(odd, fc.constant(`20261124.${'A'.repeat(60)}`)),
    _meta: fc.record(
      {
        progressToken: fc.oneof(odd, fc.constantFrom(1, MARKER)),
        'io.modelcontextprotocol/logLevel': fc.oneof(odd, fc.constant('debug')),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['name'] },
);
const uri = fc.oneof(
  fc.constantFrom(
    'test://fixed',
    'test://a/b',
    'test://%2e%2e/b',
    'test://%00/b',
    'other:///etc/passwd',
    MARKER,
    ...LONG,
  ),
  fc.string().map((segment) => `test://${segment}/b`),
);
const reference = fc.record({
  ref: fc.oneof(
    odd,
    fc.record({ type: fc.constant('ref/prompt'), name: toolName }),
    fc.record({ type: fc.constant('ref/resource'), uri: fc.oneof(uri, fc.constant('test://{id}/b')) }),
  ),
  argument: fc.oneof(odd, fc.record({ name: fc.constantFrom('id', 'who', ...PROTOTYPE_NAMES), value: fc.string() })),
  context: odd,
});

const META = 'io.modelcontextprotocol';
/** Objects that cannot be made a text. */
const TEXTLESS: readonly unknown[] = [{ toString: 1 }, { toString: 1, valueOf: 1 }, [{ toString: 1 }]];
const META_NAMES = ['protocolVersion', 'clientCapabilities', 'clientInfo', 'logLevel'].map((name) => `${META}/${name}`);
const meta = fc.dictionary(
  fc.constantFrom(...META_NAMES, 'progressToken', 'traceparent', 'openai/x', '__proto__'),
  fc.oneof(odd, fc.constantFrom<unknown>(MODERN, '2025-11-25', {}, ...TEXTLESS)),
);

/** Method and parameters that mean something in one era at least. */
const request = fc.oneof(
  fc.tuple(
    fc.constantFrom('ping', 'tools/list', 'server/discover', 'prompts/list', 'resources/list', 'no/such'),
    fc.constant({}),
  ),
  fc.tuple(
    fc.constant('initialize'),
    fc.record({ protocolVersion: fc.constantFrom<unknown>('2025-06-18', MODERN, 7) }),
  ),
  fc.tuple(fc.constantFrom('tools/call', 'prompts/get'), call),
  fc.tuple(fc.constant('resources/read'), fc.record({ uri })),
  fc.tuple(fc.constant('completion/complete'), reference),
  fc.tuple(fc.constant('tools/list'), fc.record({ cursor: odd })),
  fc.tuple(fc.constantFrom('notifications/initialized', 'notifications/cancelled'), fc.constant({ requestId: 1 })),
  fc.tuple(fc.constantFrom(...PROTOTYPE_NAMES, MARKER), fc.constant({})),
);

export interface Message {
  readonly body: Readonly<Record<string, unknown>>;
  /** Those that its era wants. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
}

/** As clients send it: with this, a call that reports progress is answered by an event stream. */
const ACCEPT = ['accept', 'application/json, text/event-stream'] as const;

/** Mostly valid, in either era; some without an id. */
export const message: fc.Arbitrary<Message> = fc
  .tuple(request, id, fc.boolean(), fc.nat(3), fc.option(meta))
  .map(([[method, wanted], any, isModern, kind, asked]) => {
    const params = asked === null ? wanted : { ...wanted, _meta: asked };
    const { id: _id, ...notification } = (isModern ? modern : legacy)(method, params, any);
    const body = kind === 0 ? notification : { ...notification, id: any };
    const { name, uri: at } = params as { name?: unknown; uri?: unknown };
    const target = method === 'resources/read' ? at : name;
    const named = typeof target === 'string' ? encoded(target) : undefined;
    return { body, headers: [ACCEPT, ...(isModern ? Object.entries(modernHeaders(encoded(method), named)) : [])] };
  });

/** What a header cannot carry comes in base64 (streamable HTTP, 2026-07-28). */
function encoded(value: string): string {
  return /^[!-~]+$/.test(value) ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

const member = fc.constantFrom('jsonrpc', 'id', 'method', 'params', 'result', 'error', ...PROTOTYPE_NAMES);
const value = fc.oneof(
  odd,
  fc.constantFrom<unknown>('2.0', 'tools/call', 'tools/list', 'initialize', 'server/discover'),
  fc.record({ name: odd, arguments: odd, _meta: fc.oneof(meta, odd), cursor: odd }, { requiredKeys: [] }),
);

/** Any shape: members of JSON-RPC with values that do not belong to them, batches of those, or no object at all. */
export const shape: fc.Arbitrary<unknown> = fc.oneof(
  fc.dictionary(member, value),
  fc.tuple(message, member, value).map(([valid, name, spoiled]) => ({ ...valid.body, [name]: spoiled })),
  fc.array(
    fc.oneof(
      message.map(({ body }) => body),
      fc.dictionary(member, value),
    ),
    { maxLength: 3 },
  ),
  odd,
);

const INSERTS = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '-',
  '.',
  'e',
  '0',
  'null',
  '\u0000',
  '\n',
  '\ufeff',
  '\ud800',
  '\u2028',
  MARKER,
  '"id":1,',
  '"method":"tools/call",',
  '"__proto__":{"id":1},',
  '\\u0000',
  '\\ud800',
  '1e400',
  '9007199254740993',
  '-0',
];

/** One way of spoiling a text; `at` is a place in it. */
const MUTATIONS: ReadonlyArray<(text: string, at: number, insert: string) => string> = [
  (text, at) => text.slice(0, at),
  (text, at) => text.slice(at),
  (text, at) => text.slice(0, at) + text.slice(at + 1),
  (text, at, insert) => text.slice(0, at) + insert + text.slice(at),
  (text, at, insert) => text.replace(/\d+/, () => insert) + text.slice(0, at % 2),
  (text, _at, insert) => text.replace(/"[^"]*":/, (name) => `${insert}${name}`),
  // A member twice.
  (text, at) => text.replace(/"(\w+)":("[^"]*"|\d+)/g, (all, name) => (at % 2 ? all : `${all},"${name}":"x"`)),
  (text) => text.replace('{', '{"id":"x",'),
  (text) => text.replace(/"m/, '"\\u006d'),
  (text) => text + text,
  (text, at) => '['.repeat(at) + text + ']'.repeat(at),
  (text, at) => text.replace('{', `{"a":${'{"a":'.repeat(at)}1${'}'.repeat(at)},`),
  (text, at) => text.replace('{', `{${Array.from({ length: at * 20 }, (_, n) => `"k${n}":${n},`).join('')}`),
  (text, at) => text.replace(/:"/, `:"${'x'.repeat(at * 1000)}`),
  (text, at) => ' '.repeat(at * 100) + text,
];

export interface Text {
  readonly body: string | Buffer;
  readonly headers: Message['headers'];
}

/** The text of a valid message, spoiled up to three times. */
export const text: fc.Arbitrary<Text & { readonly body: string }> = fc
  .tuple(
    fc.oneof(
      message,
      shape.map((body) => ({ body, headers: [] })),
    ),
    fc.array(fc.tuple(fc.constantFrom(...MUTATIONS), fc.nat(200), fc.constantFrom(...INSERTS)), { maxLength: 3 }),
  )
  .map(([{ body, headers }, mutations]) => ({
    body: mutations.reduce((spoiled, [mutate, at, insert]) => mutate(spoiled, at, insert), JSON.stringify(body)),
    headers,
  }));

/** Bytes that are no UTF-8, most of them, in the place of one of a valid text. */
export const bytes: fc.Arbitrary<Text> = fc
  .tuple(message, fc.uint8Array({ minLength: 1, maxLength: 4 }), fc.nat(200))
  .map(([{ body, headers }, junk, at]) => {
    const whole = Buffer.from(JSON.stringify(body));
    return { body: Buffer.concat([whole.subarray(0, at), junk, whole.subarray(at + 1)]), headers };
  });
