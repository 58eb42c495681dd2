import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { definePrompt, said } from '../../shared/prompts/define-prompt.ts';
import { defineResource, defineResourceTemplate } from '../../shared/resources/define-resource.ts';
import { ToolError } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import type { LogLine } from '../support/log.ts';
import { handshake, legacy } from '../support/messages.ts';
import { callModern, outcomeOf } from '../support/modern-client.ts';

const common = { title: 'T', description: 'd' };
const prompts = [
  definePrompt({
    ...common,
    name: 'greet',
    scopes: ['starter.echo'],
    arguments: {
      who: {
        description: 'Whom',
        required: true,
        complete: (typed) => ['Ada', 'Alan', 'Bob'].filter((n) => n.startsWith(typed)),
      },
      tone: { description: 'How', complete: (_typed, { given }) => [`kind to ${given.get('who')}`] },
    },
    get: ({ who, tone = 'plain' }, { uid }) => [said('user', `Greet ${who}, ${tone}, for ${uid.slice(0, 4)}`)],
  }),
  definePrompt({
    ...common,
    name: 'secret',
    scopes: [],
    roles: ['admin'],
    arguments: {},
    get: () => [said('user', 's')],
  }),
  definePrompt({
    ...common,
    name: 'breaks',
    scopes: [],
    arguments: {},
    get: () => {
      throw new Error('secret detail');
    },
  }),
  definePrompt({
    ...common,
    name: 'tells',
    scopes: [],
    arguments: {},
    get: () => Promise.reject(new ToolError('The calendar is closed.')),
  }),
];
const unwritable = definePrompt({
  ...common,
  name: 'unwritable',
  scopes: [],
  arguments: {},
  get: () => [said('user', { type: 'text', text: 1n as unknown as string })],
});
const resources = [
  defineResourceTemplate({
    ...common,
    name: 'note',
    uriTemplate: 'notes://{id}/body',
    mimeType: 'text/plain',
    scopes: ['starter.echo'],
    complete: { id: () => Array.from({ length: 150 }, (_, at) => `n${at}`) },
    read: (variables) => (variables.get('id') === 'gone' ? undefined : `note ${variables.get('id')}`),
  }),
  defineResource({
    ...common,
    name: 'logo',
    uri: 'notes://logo/body',
    mimeType: 'image/png',
    scopes: [],
    read: () => new Uint8Array([1, 2, 3]),
  }),
  defineResource({
    ...common,
    name: 'admin',
    uri: 'notes://admin',
    mimeType: 'text/plain',
    scopes: [],
    roles: ['admin'],
    read: () => 'a',
  }),
];

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database, { registry: { prompts, resources } });
});
afterAll(() => database.stop());
beforeEach(() => {
  gateway.time.now += 1000;
});

const recorded = async () =>
  (await gateway.trail())
    .filter(({ time }) => time === gateway.time.now)
    .map(({ method, tool, decision, outcome, detail }) => [method, tool, decision, outcome, detail]);
const get = (name: unknown, args?: object, more = {}) =>
  callModern(gateway, 'prompts/get', { name, ...(args === undefined ? {} : { arguments: args }) }, more);
const read = (uri: unknown, more = {}) => callModern(gateway, 'resources/read', { uri }, more);
const whoamiOnly = () => gateway.token({ scope: 'starter.whoami' });

test('what cannot be written as JSON is a defect, and recorded as one', async () => {
  const broken = createTestGateway(database, { registry: { prompts: [unwritable] } });
  broken.time.now = gateway.time.now;
  const outcome = outcomeOf(await callModern(broken, 'prompts/get', { name: 'unwritable' }));
  expect({ outcome, recorded: await recorded() }).toEqual({
    outcome: { status: 500, rpc: -32603, code: 'GATEWAY_ERROR' },
    recorded: [['prompts/get', 'unwritable', 'allowed', 'error', 'GATEWAY_ERROR']],
  });
});

test.each([
  ['prompts/get', { name: 'greet', arguments: { who: 'Ada' } }],
  ['resources/read', { uri: 'notes://n1/body' }],
])('%s has no tool result, so ChatGPT too is told about a scope by the status', async (method, params) => {
  const meta = { 'openai/userAgent': 'ChatGPT' };
  const answer = await callModern(gateway, method, params, { token: await whoamiOnly(), meta });
  expect([outcomeOf(answer), answer.headers['www-authenticate']?.split(',')[0]]).toEqual([
    { status: 403, rpc: 40301, code: 'INSUFFICIENT_SCOPE' },
    'Bearer error="insufficient_scope"',
  ]);
});

describe('what is offered', () => {
  test('capabilities follow from what is registered', async () => {
    const { body } = await gateway.rpc(handshake('2025-11-25'));
    expect((body as { result: { capabilities: object } }).result.capabilities).toEqual({
      tools: {},
      prompts: {},
      resources: {},
      completions: {},
    });
  });

  test('lists show what this user may use, with the hints a private cache needs', async () => {
    const hints = { resultType: 'complete', ttlMs: 60_000, cacheScope: 'private' };
    const [prompt, resource, template] = await Promise.all(
      ['prompts/list', 'resources/list', 'resources/templates/list'].map(async (method) =>
        outcomeOf(await callModern(gateway, method, {})),
      ),
    );
    expect([prompt, resource, template]).toEqual([
      {
        ...hints,
        prompts: [
          {
            ...common,
            name: 'greet',
            arguments: [
              { name: 'who', description: 'Whom', required: true },
              { name: 'tone', description: 'How', required: false },
            ],
          },
          { ...common, name: 'breaks', arguments: [] },
          { ...common, name: 'tells', arguments: [] },
        ],
      },
      { ...hints, resources: [{ ...common, uri: 'notes://logo/body', name: 'logo', mimeType: 'image/png' }] },
      {
        ...hints,
        resourceTemplates: [{ ...common, uriTemplate: 'notes://{id}/body', name: 'note', mimeType: 'text/plain' }],
      },
    ]);
  });

  test('a legacy client gets the same lists without the hints', async () => {
    const { body } = await gateway.rpc(legacy('resources/list'));
    expect(Object.keys((body as { result: object }).result)).toEqual(['resources']);
  });
});

describe('prompts/get', () => {
  test('answers with the messages and leaves an intent and an outcome', async () => {
    expect({ outcome: outcomeOf(await get('greet', { who: 'Ada' })), recorded: await recorded() }).toEqual({
      outcome: {
        resultType: 'complete',
        description: 'd',
        messages: [{ role: 'user', content: { type: 'text', text: 'Greet Ada, plain, for usr_' } }],
      },
      recorded: [['prompts/get', 'greet', 'allowed', 'ok', null]],
    });
  });

  test('without its scope: 403 with a challenge, and a denial', async () => {
    const answer = await get('greet', { who: 'Ada' }, { token: await whoamiOnly() });
    expect({
      outcome: outcomeOf(answer),
      challenge: answer.headers['www-authenticate']?.includes('scope="starter.echo starter.whoami"'),
      recorded: await recorded(),
    }).toEqual({
      outcome: { status: 403, rpc: 40301, code: 'INSUFFICIENT_SCOPE' },
      challenge: true,
      recorded: [['prompts/get', 'greet', 'denied', 'INSUFFICIENT_SCOPE', 'scope_missing']],
    });
  });

  test.each(['secret', 'nope', '__proto__', 'toString'])('%s is unknown to this user', async (name) => {
    expect(outcomeOf(await get(name))).toEqual({ status: 200, rpc: -32602, code: 'UNKNOWN_PROMPT' });
  });

  test.each([
    ['a missing argument', {}],
    ['an argument it does not have', { who: 'Ada', x: 'y' }],
    ['a prototype name', JSON.parse('{"who":"Ada","__proto__":"x"}') as object],
    ['a number', { who: 7 }],
    ['an array of arguments', []],
  ])('%s is invalid parameters', async (_name, args) => {
    expect(outcomeOf(await get('greet', args))).toEqual({ status: 200, rpc: -32602, code: 'INVALID_PARAMS' });
  });

  test('an unexpected error keeps its text to itself; a ToolError is told', async () => {
    const [broken, told] = [await get('breaks'), await get('tells')];
    const messageOf = ({ body }: typeof broken) => (body as { error: { message: string } }).error.message;
    expect([outcomeOf(broken), messageOf(broken), messageOf(told)]).toEqual([
      { status: 200, rpc: 50001, code: 'BACKEND_ERROR' },
      'The prompt breaks failed. Report the request id request-1.',
      'The calendar is closed.',
    ]);
  });
});

describe('resources/read', () => {
  test('reads text by a template, records the name and not the URI', async () => {
    expect({ outcome: outcomeOf(await read('notes://a%20b/body')), recorded: await recorded() }).toEqual({
      outcome: {
        resultType: 'complete',
        contents: [{ uri: 'notes://a%20b/body', mimeType: 'text/plain', text: 'note a b' }],
        ttlMs: 60_000,
        cacheScope: 'private',
      },
      recorded: [['resources/read', 'note', 'allowed', 'ok', null]],
    });
    expect(JSON.stringify(await database.dump()).includes('a%20b')).toBe(false);
  });

  test('a fixed URI goes before a template that matches it too; bytes come as base64', async () => {
    expect(outcomeOf(await read('notes://logo/body'))['contents']).toEqual([
      { uri: 'notes://logo/body', mimeType: 'image/png', blob: 'AQID' },
    ]);
  });

  test.each([
    ['that is hidden', 'notes://admin'],
    ['that nobody declared', 'notes://x'],
    ['that its own code does not find', 'notes://gone/body'],
    ['with a slash inside a value', 'notes://a%2Fb/body'],
    ['with dots as a value', 'notes://%2e%2e/body'],
    ['with broken percent-encoding', 'notes://%ff/body'],
    ['with a second segment', 'notes://a/b/body'],
    ['of 3000 characters', `notes://${'x'.repeat(3000)}/body`],
  ])('a resource %s is unknown, and the answer names what was asked for', async (_name, uri) => {
    const { status, body } = await read(uri);
    const { error } = body as { error: { code: number; data: Record<string, unknown> } };
    expect({ status, rpc: error.code, code: error.data['code'], uri: error.data['uri'] }).toEqual({
      status: 200,
      rpc: -32602,
      code: 'UNKNOWN_RESOURCE',
      uri: uri.slice(0, 2048),
    });
  });

  test('that its own code does not find is a failed call in log and trail, and no denial', async () => {
    await read('notes://gone/body');
    const { decision, code } = gateway.lines.filter(({ event }) => event === 'request').at(-1) as LogLine;
    expect({ decision, code, recorded: await recorded() }).toEqual({
      decision: 'allowed',
      code: 'UNKNOWN_RESOURCE',
      recorded: [['resources/read', 'note', 'allowed', 'error', 'UNKNOWN_RESOURCE']],
    });
  });

  test('without its scope: 403, and a denial under its name', async () => {
    const answer = await read('notes://a/body', { token: await whoamiOnly() });
    expect([answer.status, await recorded()]).toEqual([
      403,
      [['resources/read', 'note', 'denied', 'INSUFFICIENT_SCOPE', 'scope_missing']],
    ]);
  });
});

describe('completion/complete', () => {
  const complete = (ref: object, name: string, value: string, more: object = {}, call = {}) =>
    callModern(gateway, 'completion/complete', { ref, argument: { name, value }, ...more }, call);
  const prompt = { type: 'ref/prompt', name: 'greet' };

  test('suggests for an argument of a prompt, and is recorded', async () => {
    expect({ outcome: outcomeOf(await complete(prompt, 'who', 'A')), recorded: await recorded() }).toEqual({
      outcome: { resultType: 'complete', completion: { values: ['Ada', 'Alan'], total: 2, hasMore: false } },
      recorded: [['completion/complete', 'greet', 'allowed', 'ok', null]],
    });
  });

  test('knows the arguments given so far', async () => {
    const context = { context: { arguments: { who: 'Ada' } } };
    expect(outcomeOf(await complete(prompt, 'tone', '', context))['completion']).toEqual({
      values: ['kind to Ada'],
      total: 1,
      hasMore: false,
    });
  });

  test('suggests at most 100 values for a variable of a template', async () => {
    const ref = { type: 'ref/resource', uri: 'notes://{id}/body' };
    const { completion } = outcomeOf(await complete(ref, 'id', '')) as { completion: { values: string[] } };
    expect({ ...completion, values: completion.values.length }).toEqual({ values: 100, total: 150, hasMore: true });
  });

  test('an argument without suggestions has none', async () => {
    expect(outcomeOf(await complete(prompt, '__proto__', ''))['completion']).toEqual({
      values: [],
      total: 0,
      hasMore: false,
    });
  });

  test('needs the scope of what it completes', async () => {
    expect((await complete(prompt, 'who', '', {}, { token: await whoamiOnly() })).status).toBe(403);
  });

  test.each([
    ['a hidden prompt', { type: 'ref/prompt', name: 'secret' }, 'UNKNOWN_PROMPT'],
    ['an unknown template', { type: 'ref/resource', uri: 'x://{id}' }, 'UNKNOWN_RESOURCE'],
    ['another kind of reference', { type: 'ref/tool', name: 'echo' }, 'INVALID_PARAMS'],
  ])('%s cannot be completed', async (_name, ref, code) => {
    expect(outcomeOf(await complete(ref, 'x', ''))).toEqual({ status: 200, rpc: -32602, code });
  });
});

test('a gateway without prompts and resources does not have their methods', async () => {
  const plain = createTestGateway(database);
  const methods = ['prompts/list', 'prompts/get', 'resources/list', 'resources/read', 'completion/complete'];
  const answers = await Promise.all(
    methods.map(async (method) => outcomeOf(await callModern(plain, method, { name: 'x', uri: 'x' }))),
  );
  expect(answers).toEqual(methods.map(() => ({ status: 404, rpc: -32601, code: 'METHOD_NOT_FOUND' })));
});
