import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { audio, content, image, text } from '../../shared/features/content.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';
import { callModern, outcomeOf } from '../support/modern-client.ts';

const base = {
  title: 'T',
  description: 'd',
  scopes: [],
  annotations: { readOnlyHint: true },
  input: z.strictObject({}),
};
const tools = [
  defineTool({
    ...base,
    name: 'works',
    run: (_input, { progress, notify }) => {
      progress(0, 100);
      notify('info', 'started');
      progress(50, 100, 'half');
      progress(50, 100);
      progress(Number.NaN);
      notify('debug', { detail: '\n\ndata: forged' });
      notify('error', { at: 1 });
      progress(100, 100);
      return content(text('done'));
    },
  }),
  defineTool({
    ...base,
    name: 'floods',
    run: (_input, { progress, notify }) => {
      notify('error', 'x'.repeat(10_000));
      for (let at = 1; at <= 1000; at++) progress(at);
      return content(text('done'));
    },
  }),
  defineTool({
    ...base,
    name: 'media',
    run: () => content(image(new Uint8Array([1]), 'image/png'), audio(new Uint8Array([2]), 'audio/wav'), text('t')),
  }),
  defineTool({ ...base, name: 'wrong', run: (() => 'text') as unknown as () => ReturnType<typeof content> }),
];

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database, { tools });
});
afterAll(() => database.stop());

const BOTH = { accept: 'application/json, text/event-stream' };
const LEVEL = 'io.modelcontextprotocol/logLevel';
const call = (name: string, meta: object, headers: Record<string, string> = BOTH) =>
  callModern(gateway, 'tools/call', { name, arguments: {} }, { meta, headers });

interface Sent {
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly id?: unknown;
}
const messages = ({ body }: Answer) => (Array.isArray(body) ? (body as readonly Sent[]) : [body as Sent]);
const progressOf = (answer: Answer) =>
  messages(answer)
    .filter(({ method }) => method === 'notifications/progress')
    .map(({ params }) => params);

describe('a call that asked for progress', () => {
  test('gets it as an event stream before the response, growing only', async () => {
    const answer = await call('works', { progressToken: 'p1' });
    expect({
      type: answer.headers['content-type'],
      buffering: answer.headers['x-accel-buffering'],
      progress: progressOf(answer),
      last: messages(answer).at(-1)?.id,
    }).toEqual({
      type: 'text/event-stream',
      buffering: 'no',
      progress: [
        { progressToken: 'p1', progress: 0, total: 100 },
        { progressToken: 'p1', progress: 50, total: 100, message: 'half' },
        { progressToken: 'p1', progress: 100, total: 100 },
      ],
      last: 1,
    });
  });

  test('gets it in the legacy era too, with a number as token', async () => {
    const message = legacy('tools/call', { name: 'works', arguments: {}, _meta: { progressToken: 0 } });
    expect(progressOf(await gateway.rpc(message, { headers: BOTH })).length).toBe(3);
  });

  test.each([
    'application/json',
    'application/json, text/event-stream;q=0',
    'application/json, text/event-stream; a=b; Q=0.000',
  ])('and accepts no event stream (%s) gets plain JSON', async (accept) => {
    const answer = await call('works', { progressToken: 'p1' }, { accept });
    expect([answer.headers['content-type'], outcomeOf(answer)]).toEqual([
      'application/json',
      { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
    ]);
  });

  test('gets at most 200 notifications, and none of more than 8 KB', async () => {
    expect(messages(await call('floods', { progressToken: 1, [LEVEL]: 'debug' })).length).toBe(201);
  });
});

describe('a call that asked for messages', () => {
  test.each([
    ['debug', ['started', { detail: '\n\ndata: forged' }, { at: 1 }]],
    ['info', ['started', { at: 1 }]],
    ['error', [{ at: 1 }]],
  ])('from %s on gets those', async (level, expected) => {
    const sent = messages(await call('works', { [LEVEL]: level })).slice(0, -1);
    expect(sent.map(({ method, params }) => [method, params?.['data']])).toEqual(
      expected.map((data) => ['notifications/message', data]),
    );
  });

  test.each(['loud', 7, '__proto__'])('of the level %p, which is none, gets none', async (level) => {
    expect((await call('works', { [LEVEL]: level })).headers['content-type']).toBe('application/json');
  });
});

test('a call that asked for nothing is answered in JSON', async () => {
  expect((await call('works', {})).headers['content-type']).toBe('application/json');
});

describe('a tool without an output schema', () => {
  test('answers in content blocks and lists no output schema', async () => {
    const { body } = await gateway.rpc(legacy('tools/list'));
    const { tools: listed } = (body as { result: { tools: Array<Record<string, unknown>> } }).result;
    expect([outcomeOf(await call('media', {})), listed.map((tool) => Object.hasOwn(tool, 'outputSchema'))]).toEqual([
      {
        resultType: 'complete',
        content: [
          { type: 'image', data: 'AQ==', mimeType: 'image/png' },
          { type: 'audio', data: 'Ag==', mimeType: 'audio/wav' },
          { type: 'text', text: 't' },
        ],
      },
      [false, false, false, false],
    ]);
  });

  test('gives its blocks on plain HTTP as well', async () => {
    const headers = { authorization: `Bearer ${await gateway.token()}` };
    const { body } = await gateway.send({ path: '/tools/works', headers });
    expect((body as { data: unknown }).data).toEqual({ content: [{ type: 'text', text: 'done' }] });
  });

  test('that returns anything else is an error of the tool', async () => {
    expect(outcomeOf(await call('wrong', {}))['isError']).toBe(true);
  });
});

const oddLevels: ReadonlyArray<readonly [unknown]> = [
  [{ toString: 1 }],
  [{ toString: 1, valueOf: 1 }],
  [[{ toString: 1 }]],
  [7],
  [null],
];
test.each(oddLevels)('a legacy call with %j for a log level runs, and gets no messages', async (level) => {
  const message = legacy('tools/call', { name: 'works', arguments: {}, _meta: { [LEVEL]: level } });
  const answer = await gateway.rpc(message, { headers: BOTH });
  expect({ status: answer.status, result: messages(answer).map(({ method }) => method) }).toEqual({
    status: 200,
    result: [undefined],
  });
});
