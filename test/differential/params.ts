import fc from 'fast-check';
import { ABSENT, anyOf, mostly } from './choice.ts';

export const MODERN = '2026-07-28';
export const VERSIONS = [MODERN, '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2030-01-01', 'x'];

/** Members of `params`; each method takes those it reads. */
const members = {
  tool: anyOf('echo', 'refuse', 'report', 'confirm', 'route', 'nope', '__proto__', 'é✓', '', 5, null, ABSENT),
  arguments: mostly({ text: 'hi' }, {}, { text: 5 }, { text: 'hi', more: 1 }, { region: 'eu' }, [], 'x', null, ABSENT),
  inputResponses: mostly(
    ABSENT,
    { sure: { action: 'accept', content: { ok: true } } },
    { sure: { action: 'accept', content: { ok: 'maybe' } } },
    { other: { action: 'accept', content: {} } },
    { sure: 5 },
    5,
    null,
  ),
  requestState: mostly(ABSENT, 'forged', '', 5, null),
  prompt: mostly('greet', 'nope', 'toString', 5, null, ABSENT),
  given: mostly({ who: 'you' }, {}, { who: 5 }, { who: 'you', more: 'x' }, [], null, ABSENT),
  uri: anyOf('memo://today', 'note://7', 'note://', 'note://a/b', 'memo://else', 'no uri', '', 5, null, ABSENT),
  ref: anyOf(
    { type: 'ref/prompt', name: 'greet' },
    { type: 'ref/resource', uri: 'note://{id}' },
    { type: 'ref/resource', uri: 'memo://today' },
    { type: 'ref/prompt', name: 'nope' },
    { type: 'ref/other', name: 'greet' },
    {},
    5,
    ABSENT,
  ),
  argument: mostly({ name: 'who', value: 'al' }, { name: 'id', value: '' }, { name: 'x', value: 'a' }, {}, 5, ABSENT),
  cursor: mostly(ABSENT, '', 'abc', 5, null),
  protocolVersion: mostly('2025-06-18', ...VERSIONS, 5, null, ABSENT),
  capabilities: mostly({}, [], 5, ABSENT),
  clientInfo: mostly({ name: 'c', version: '1' }, {}, 5, ABSENT),
  level: mostly('info', 'loud', 5, ABSENT),
};

type Member = keyof typeof members;

const LIST = { cursor: 'cursor' } as const;
const ROUND = { inputResponses: 'inputResponses', requestState: 'requestState' } as const;

/** Method → its parameters, and which member above fills each. */
const METHODS: ReadonlyMap<unknown, Readonly<Record<string, Member>>> = new Map<
  unknown,
  Readonly<Record<string, Member>>
>([
  ['tools/call', { name: 'tool', arguments: 'arguments', ...ROUND }],
  ['tools/list', LIST],
  ['initialize', { protocolVersion: 'protocolVersion', capabilities: 'capabilities', clientInfo: 'clientInfo' }],
  ['server/discover', {}],
  ['prompts/list', LIST],
  ['prompts/get', { name: 'prompt', arguments: 'given', ...ROUND }],
  ['resources/list', LIST],
  ['resources/templates/list', LIST],
  ['resources/read', { uri: 'uri', ...ROUND }],
  ['completion/complete', { ref: 'ref', argument: 'argument' }],
  ['ping', {}],
  ['notifications/initialized', {}],
  ['notifications/cancelled', {}],
  ['logging/setLevel', { level: 'level' }],
  ['resources/subscribe', { uri: 'uri' }],
  ['subscriptions/listen', {}],
  ['tools/nope', {}],
  ['__proto__', {}],
  ['constructor', {}],
]);

export const method = fc.oneof(
  { arbitrary: anyOf('tools/call'), weight: 4 },
  { arbitrary: anyOf('tools/list', 'initialize', 'prompts/get', 'resources/read', 'completion/complete'), weight: 5 },
  { arbitrary: fc.constantFrom(...METHODS.keys()), weight: 5 },
  { arbitrary: anyOf('', 5, null, ABSENT), weight: 1 },
);

export type Members = { readonly [Name in Member]: unknown };
export const allMembers: fc.Arbitrary<Members> = fc.record(members);

/** The parameters that this method reads, filled. */
export function paramsOf(asked: unknown, drawn: Members): Readonly<Record<string, unknown>> {
  const row = Object.entries(METHODS.get(asked) ?? {});
  return Object.fromEntries(row.map(([name, member]) => [name, drawn[member]]));
}
