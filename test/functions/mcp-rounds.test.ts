import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ask, askForm, askModel, askRoots, askToOpen, formAnswer } from '../../shared/features/ask.ts';
import { definePrompt, said } from '../../shared/prompts/define-prompt.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';
import { callModern, type ModernCall, outcomeOf } from '../support/modern-client.ts';

const FORM = z.strictObject({ sure: z.boolean() });
const base = { title: 'T', description: 'd', scopes: [], output: z.strictObject({ said: z.string() }) };
let deleted = 0;

/** Deletes only after a confirmation, and keeps the number it asked about in the state. */
const remove = defineTool({
  ...base,
  name: 'remove',
  input: z.strictObject({ id: z.string() }),
  annotations: { readOnlyHint: false, destructiveHint: true },
  run: async ({ id }, context) => {
    const answer = await formAnswer(context, 'confirm', FORM);
    if (answer.action === 'unanswered') return ask({ confirm: askForm(`Delete ${id}?`, FORM) }, { id, step: 1 });
    if (answer.action !== 'accept' || !answer.content.sure) return { said: `kept: ${answer.action}` };
    deleted++;
    return { said: `deleted ${(context.state as { id: string }).id}` };
  },
});
const other = defineTool({
  ...base,
  name: 'other',
  input: z.looseObject({}),
  annotations: { readOnlyHint: false },
  run: (_input, { answers }) => ({ said: `${answers.size} answers` }),
});
const lookup = defineTool({
  ...base,
  name: 'lookup',
  input: z.strictObject({}),
  annotations: { readOnlyHint: true },
  run: async (_input, context) => {
    const answer = await formAnswer(context, 'confirm', FORM);
    return answer.action === 'accept' ? { said: 'found' } : ask({ confirm: askForm('Really?', FORM) });
  },
});
const asksFor = (name: string, request: ReturnType<typeof askRoots>) =>
  defineTool({
    ...base,
    name,
    input: z.strictObject({}),
    annotations: { readOnlyHint: true },
    run: () => ask({ it: request }),
  });
const tools = [
  remove,
  other,
  lookup,
  asksFor('page', askToOpen('Open', 'https://example.com/approve')),
  asksFor('model', askModel({ messages: [], maxTokens: 10 })),
  asksFor('roots', askRoots()),
];
const prompts = [
  definePrompt({
    name: 'tone',
    title: 'T',
    description: 'd',
    scopes: [],
    arguments: {},
    get: (_args, { answers }) => (answers.has('it') ? [said('user', 'ready')] : ask({ it: askForm('Tone?', FORM) })),
  }),
];

const databases: TestDatabase[] = [];
let database: TestDatabase;
let gateway: TestGateway;
beforeEach(async () => {
  database = await startDatabase();
  databases.push(database);
  gateway = createTestGateway(database, { tools, registry: { prompts } });
  deleted = 0;
});
afterAll(() => Promise.all(databases.map(({ stop }) => stop())));

const FORMS = { capabilities: { elicitation: {} } };
const SURE = { confirm: { action: 'accept', content: { sure: true } } };
const call = (from: TestGateway, name: string, more: object = {}, options: ModernCall = FORMS) =>
  callModern(from, 'tools/call', { name, arguments: name === 'remove' ? { id: 'n1' } : {}, ...more }, options);
const firstRound = async (options: ModernCall = FORMS) =>
  String(outcomeOf(await call(gateway, 'remove', {}, options))['requestState']);
const invalid = { status: 200, rpc: -32602, code: 'INVALID_PARAMS' };
const details = async () => (await gateway.trail()).map(({ outcome, detail }) => [outcome, detail]).reverse();

test('a tool asks, the client answers and repeats, and the tool ends with what it kept', async () => {
  const first = outcomeOf(await call(gateway, 'remove'));
  const requestState = String(first['requestState']);
  // Records of one millisecond have no order.
  gateway.time.now += 1;
  const second = outcomeOf(await call(gateway, 'remove', { inputResponses: SURE, requestState }));
  expect({ first, second, deleted, trail: await details() }).toEqual({
    first: {
      resultType: 'input_required',
      requestState: expect.stringMatching(/^\d{8}\.[A-Za-z0-9_-]+$/),
      inputRequests: {
        confirm: {
          method: 'elicitation/create',
          params: {
            message: 'Delete n1?',
            requestedSchema: {
              type: 'object',
              properties: { sure: { type: 'boolean' } },
              required: ['sure'],
              additionalProperties: false,
            },
          },
        },
      },
    },
    second: {
      resultType: 'complete',
      content: [{ type: 'text', text: '{"said":"deleted n1"}' }],
      structuredContent: { said: 'deleted n1' },
    },
    deleted: 1,
    trail: [
      ['ok', 'INPUT_REQUIRED'],
      ['ok', null],
    ],
  });
});

test.each([
  ['decline', { confirm: { action: 'decline' } }, 'kept: decline'],
  ['cancel', { confirm: { action: 'cancel' } }, 'kept: cancel'],
  ['a no', { confirm: { action: 'accept', content: { sure: false } } }, 'kept: accept'],
])('%s ends the call without the effect', async (_name, inputResponses, said) => {
  const requestState = await firstRound();
  const { structuredContent } = outcomeOf(await call(gateway, 'remove', { inputResponses, requestState }));
  expect({ structuredContent, deleted }).toEqual({ structuredContent: { said }, deleted: 0 });
});

test.each([
  ['a key nobody asked for', { wrong: SURE.confirm }],
  ['no answers', {}],
  ['an answer that does not fit the form', { confirm: { action: 'accept', content: { sure: 'yes' } } }],
])('%s is asked about again', async (_name, inputResponses) => {
  const requestState = await firstRound();
  const { resultType } = outcomeOf(await call(gateway, 'remove', { inputResponses, requestState }));
  expect({ resultType, deleted }).toEqual({ resultType: 'input_required', deleted: 0 });
});

test('unknown keys beside the right one are ignored', async () => {
  const requestState = await firstRound();
  await call(gateway, 'remove', { inputResponses: { ...SURE, extra: { action: 'accept' } }, requestState });
  expect(deleted).toBe(1);
});

test.each([
  ['null', null],
  ['an array', [SURE]],
  ['a number for an answer', { confirm: 7 }],
])('inputResponses of another form, %s, are invalid parameters', async (_name, inputResponses) => {
  expect(outcomeOf(await call(gateway, 'remove', { inputResponses, requestState: await firstRound() }))).toEqual(
    invalid,
  );
});

describe('a sealed state', () => {
  const retry = (requestState: unknown, options: ModernCall = FORMS, name = 'remove', args: object = {}) =>
    call(gateway, name, { inputResponses: SURE, requestState, ...args }, options);

  test('that was changed anywhere is refused, and nothing happens', async () => {
    const state = await firstRound();
    const flip = (at: number) => state.slice(0, at) + (state[at] === 'A' ? 'B' : 'A') + state.slice(at + 1);
    const forged = [
      `${state}-TAMPERED`,
      flip(12),
      flip(40),
      flip(state.length - 8),
      state.slice(0, -5),
      state.slice(9),
      '',
      7,
    ];
    const outcomes = [];
    for (const each of forged) outcomes.push(outcomeOf(await retry(each)));
    expect({ outcomes, deleted }).toEqual({ outcomes: forged.map(() => invalid), deleted: 0 });
  });

  test('of another user is refused', async () => {
    const state = await firstRound();
    const mallory = await gateway.token({ sub: 'mallory' });
    expect({ outcome: outcomeOf(await retry(state, { ...FORMS, token: mallory })), deleted }).toEqual({
      outcome: invalid,
      deleted: 0,
    });
  });

  test('of another client of the same user is refused', async () => {
    const state = await firstRound();
    const token = await gateway.token({ client_id: 'another' });
    expect(outcomeOf(await retry(state, { ...FORMS, token }))).toEqual(invalid);
  });

  test('for other arguments or another tool is refused', async () => {
    const state = await firstRound();
    const outcomes = [
      outcomeOf(await retry(state, FORMS, 'remove', { arguments: { id: 'n2' } })),
      outcomeOf(await retry(state, FORMS, 'other', { arguments: { id: 'n1' } })),
    ];
    expect({ outcomes, deleted }).toEqual({ outcomes: [invalid, invalid], deleted: 0 });
  });

  test('opens with the same arguments in another order', async () => {
    const first = await callModern(
      gateway,
      'tools/call',
      { name: 'other', arguments: { a: 1, b: [{ c: 2, d: 3 }] } },
      FORMS,
    );
    expect(outcomeOf(first)['structuredContent']).toEqual({ said: '0 answers' });
  });

  test('older than ten minutes is refused', async () => {
    const state = await firstRound();
    gateway.time.now += 600_001;
    const token = await gateway.token();
    expect(outcomeOf(await retry(state, { ...FORMS, token }))).toEqual(invalid);
  });

  test('counts once where an effect follows: two at the same time delete once', async () => {
    const state = await firstRound();
    const outcomes = (await Promise.all([retry(state), retry(state), retry(state)])).map(outcomeOf);
    expect({ deleted, refused: outcomes.filter((outcome) => outcome['code'] === 'INVALID_PARAMS').length }).toEqual({
      deleted: 1,
      refused: 2,
    });
    expect(outcomeOf(await retry(state))).toEqual(invalid);
  });

  test('made by one instance opens in another, also the day after', async () => {
    gateway.time.now = Date.parse('2026-11-24T23:58:00Z');
    const state = await firstRound();
    const second = createTestGateway(database, { tools });
    second.time.now = Date.parse('2026-11-25T00:02:00Z');
    const { structuredContent } = outcomeOf(
      await callModern(
        second,
        'tools/call',
        { name: 'remove', arguments: { id: 'n1' }, inputResponses: SURE, requestState: state },
        { ...FORMS, token: await gateway.token({ exp: second.time.now / 1000 + 600, iat: second.time.now / 1000 }) },
      ),
    );
    expect(structuredContent).toEqual({ said: 'deleted n1' });
  });
});

test('answers without a state do not act: the tool asks', async () => {
  const { resultType } = outcomeOf(await call(gateway, 'remove', { inputResponses: SURE }));
  expect({ resultType, deleted }).toEqual({ resultType: 'input_required', deleted: 0 });
});

test('a tool that only reads needs no state', async () => {
  const first = outcomeOf(await call(gateway, 'lookup'));
  const second = outcomeOf(await call(gateway, 'lookup', { inputResponses: SURE }));
  expect([first['requestState'], second['structuredContent']]).toEqual([undefined, { said: 'found' }]);
});

test('a prompt can ask too', async () => {
  const first = outcomeOf(await callModern(gateway, 'prompts/get', { name: 'tone' }, FORMS));
  const answered = { name: 'tone', inputResponses: { it: { action: 'accept', content: {} } } };
  const second = outcomeOf(await callModern(gateway, 'prompts/get', answered, FORMS));
  expect([first['resultType'], second['messages']]).toEqual([
    'input_required',
    [{ role: 'user', content: { type: 'text', text: 'ready' } }],
  ]);
});

describe('only what the client declared is asked for', () => {
  const needs: ReadonlyArray<readonly [string, object, object | undefined]> = [
    ['remove', {}, { elicitation: {} }],
    ['remove', { elicitation: { url: {} } }, { elicitation: {} }],
    ['remove', { elicitation: { form: {} } }, undefined],
    ['remove', { elicitation: true }, { elicitation: {} }],
    ['page', { elicitation: {} }, { elicitation: { url: {} } }],
    ['page', { elicitation: { url: {} } }, undefined],
    ['model', { elicitation: {} }, { sampling: {} }],
    ['model', { sampling: {} }, undefined],
    ['roots', {}, { roots: {} }],
    ['roots', { roots: { listChanged: true } }, undefined],
  ];
  test.each(needs)('%s with %j', async (name, capabilities, required) => {
    const { status, body } = await call(gateway, name, {}, { capabilities });
    const { error } = body as { error?: { code: number; data: Record<string, unknown> } };
    expect({ status, rpc: error?.code, required: error?.data['requiredCapabilities'] }).toEqual(
      required === undefined
        ? { status: 200, rpc: undefined, required: undefined }
        : { status: 400, rpc: -32021, required },
    );
  });
});

test('a legacy client, and plain HTTP, are told that they cannot be asked', async () => {
  const token = await gateway.token();
  const { status, body } = await gateway.rpc(legacy('tools/call', { name: 'remove', arguments: { id: 'n1' } }), {
    token,
  });
  const rest = await gateway.send({
    path: '/tools/remove',
    headers: { authorization: `Bearer ${token}` },
    body: '{"id":"n1"}',
  });
  const codeOf = (answer: unknown) =>
    (answer as { error: { code: unknown; data?: { code: unknown } } }).error.data?.code ??
    (answer as { error: { code: unknown } }).error.code;
  expect([status, codeOf(body), rest.status, codeOf(rest.body), deleted]).toEqual([
    200,
    'INPUT_UNSUPPORTED',
    400,
    'INPUT_UNSUPPORTED',
    0,
  ]);
});

test('without the state table nothing that depends on it runs: 503, and the call can be repeated', async () => {
  const state = await firstRound();
  const broken = createTestGateway(database, {
    tools,
    dynamo: (real) => ({
      ...real,
      putIfAbsent: (table, item) =>
        table === database.state ? Promise.reject(new Error('down')) : real.putIfAbsent(table, item),
    }),
  });
  const again = { name: 'remove', arguments: { id: 'n1' }, inputResponses: SURE, requestState: state };
  const answer = await callModern(broken, 'tools/call', again, { ...FORMS, token: await gateway.token() });
  expect({ outcome: outcomeOf(answer), retry: answer.headers['retry-after'], deleted }).toEqual({
    outcome: { status: 503, rpc: 50305, code: 'STATE_UNAVAILABLE' },
    retry: '5',
    deleted: 0,
  });
  const { structuredContent } = outcomeOf(await call(gateway, 'remove', { inputResponses: SURE, requestState: state }));
  expect(structuredContent).toEqual({ said: 'deleted n1' });
});

/** All but the key of the trail, without which there is no round at all. */
const isRoundState = (table: string, { pk }: { readonly pk: string }) =>
  table === database.state && pk !== 'KEYS#audit';

test('what the client is told while the state table is down is what happened: asked and run, or not run', async () => {
  const state = await firstRound();
  const broken = createTestGateway(database, {
    tools,
    dynamo: (real) => ({
      ...real,
      get: (table, key, options) =>
        isRoundState(table, key) ? Promise.reject(new Error('down')) : real.get(table, key, options),
    }),
  });
  const token = await gateway.token();
  const hintOf = async (more: object) => {
    const answer = await call(broken, 'remove', more, { ...FORMS, token });
    return [answer.status, (answer.body as { error: { message: string } }).error.message];
  };
  expect([await hintOf({}), await hintOf({ inputResponses: SURE, requestState: state })]).toEqual([
    [503, 'The call ran as far as its question, and its key cannot be reached now. Try again.'],
    [503, 'The keys or marks of multi round-trip calls cannot be reached now. Nothing was run. Try again.'],
  ]);
});

test.each([
  [11_000, undefined],
  [13_000, { status: 200, rpc: 50001, code: 'BACKEND_ERROR' }],
])('a state of %i bytes comes back, or is not handed out', async (bytes, refused) => {
  const keeps = defineTool({
    ...base,
    name: 'keeps',
    input: z.strictObject({}),
    annotations: { readOnlyHint: true },
    run: (_input, { state }) =>
      state === undefined
        ? ask({ confirm: askForm('?', FORM) }, 'x'.repeat(bytes))
        : { said: `${String(state).length}` },
  });
  const keeping = createTestGateway(database, { tools: [keeps] });
  const first = outcomeOf(await call(keeping, 'keeps'));
  const { requestState } = first;
  const second = requestState && outcomeOf(await call(keeping, 'keeps', { inputResponses: SURE, requestState }));
  expect(refused === undefined ? second : first).toMatchObject(refused ?? { structuredContent: { said: `${bytes}` } });
});

test('the key is not in a log or a record, and what the state holds is not readable', async () => {
  const state = await firstRound();
  const text = Buffer.from(state.split('.')[1] ?? '', 'base64url').toString('latin1');
  expect([text.includes('step'), JSON.stringify(gateway.lines).includes(state)]).toEqual([false, false]);
});
