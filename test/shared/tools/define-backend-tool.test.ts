import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { BackendFailure } from '../../../shared/backend/failure.ts';
import type { BackendRequest } from '../../../shared/backend/request.ts';
import { type BackendToolDefinition, defineBackendTool } from '../../../shared/tools/define-backend-tool.ts';
import type { ToolContext } from '../../../shared/tools/define-tool.ts';

const base = {
  name: 'getDeal',
  title: 'Get a deal',
  description: 'One deal',
  scopes: ['crm.read'],
  backend: 'demo',
  input: z.strictObject({ id: z.string(), year: z.int().optional(), tags: z.array(z.string()).optional() }),
  output: z.strictObject({ id: z.string() }),
  annotations: { readOnlyHint: true },
  request: { method: 'GET', path: '/deals/{id}' },
} as const;

type Overrides = Partial<BackendToolDefinition<z.output<typeof base.input>, { id: string }>>;

/** The tool's outcome, and the requests that it made. */
async function run(overrides: Overrides, args: object, answer: () => unknown = () => ({ id: 'd1' })) {
  const requests: BackendRequest[] = [];
  const callBackend: ToolContext['callBackend'] = async (_name, request) => {
    requests.push(request);
    return { status: 200, body: answer() };
  };
  const tool = defineBackendTool({ ...base, ...overrides });
  const outcome = await tool.call({ ...args }, { callBackend } as ToolContext);
  return { outcome, requests };
}

describe('arguments', () => {
  test('go into the path by their names and else into the query', async () => {
    const { requests } = await run({}, { id: 'd 1', year: 2025, tags: ['a', 'b'] });
    expect(requests).toEqual([
      {
        method: 'GET',
        path: '/deals/{id}',
        params: { id: 'd 1' },
        query: { year: 2025, tags: ['a', 'b'] },
        effect: 'none',
      },
    ]);
  });

  test('of a POST go into a JSON body', async () => {
    const { requests } = await run(
      { request: { method: 'POST', path: '/deals/{id}/notes' }, annotations: {} },
      { id: 'd1', year: 2025 },
    );
    expect(requests).toEqual([
      { method: 'POST', path: '/deals/{id}/notes', params: { id: 'd1' }, body: { year: 2025 }, effect: 'once' },
    ]);
  });

  test('go wherever the author says', async () => {
    const { requests } = await run(
      {
        annotations: { idempotentHint: true },
        request: {
          method: 'PUT',
          path: '/years/{y}',
          params: ({ year = 0 }) => ({ y: year }),
          query: ({ id }) => ({ of: id }),
          body: ({ tags }) => ({ labels: tags }),
        },
      },
      { id: 'd1', year: 2025, tags: ['a'] },
    );
    expect(requests).toEqual([
      {
        method: 'PUT',
        path: '/years/{y}',
        params: { y: 2025 },
        query: { of: 'd1' },
        body: { labels: ['a'] },
        effect: 'repeatable',
      },
    ]);
  });

  test('that a query has no form for are left to the author', async () => {
    const input = z.strictObject({ id: z.string(), range: z.strictObject({ from: z.int() }) });
    const tool = defineBackendTool({ ...base, input });
    await expect(tool.call({ id: 'd1', range: { from: 1 } }, {} as ToolContext)).rejects.toThrow(
      'write `query`: range is no scalar',
    );
  });
});

test.each(['deals', '/deals/../{id}', '/deals/{id}?x=1', '/deals/%2e%2e/{id}', '/deals/{}'])(
  'the path %s is refused at start',
  (path) => {
    expect(() => defineBackendTool({ ...base, request: { method: 'GET', path } })).toThrow('is no path template');
  },
);

describe('an answer', () => {
  test('is changed by the author, checked by the output schema, and put into a sentence', async () => {
    const { outcome } = await run(
      { response: (body) => ({ id: `deal-${(body as { n: number }).n}` }), summary: ({ id }) => `This is ${id}.` },
      { id: 'x' },
      () => ({ n: 7, internal: true }),
    );
    expect(outcome).toEqual({
      kind: 'done',
      result: {
        content: [
          { type: 'text', text: 'This is deal-7.' },
          { type: 'text', text: '{"id":"deal-7"}' },
        ],
        structuredContent: { id: 'deal-7' },
      },
    });
  });

  test('against the output schema goes nowhere', async () => {
    const { outcome } = await run({}, { id: 'x' }, () => ({ id: 'd1', internal: true }));
    expect(outcome).toMatchObject({ kind: 'failed', code: 'OUTPUT_INVALID' });
  });
});

describe('a refusal', () => {
  const refusal = { status: 403, body: { error: 'not_yours', trace: 'secret' } };
  const refuse = () => {
    throw new BackendFailure('BACKEND_REFUSED', 'ours', { reason: 'http_403', hadNoEffect: true, refusal });
  };

  test('is explained with what the author picks from it', async () => {
    const explain: Overrides['explain'] = ({ status, body }) =>
      status === 403
        ? { message: `Denied: ${(body as { error: string }).error}`, structured: { id: 'd1' } }
        : undefined;
    expect((await run({ explain }, { id: 'd1' }, refuse)).outcome).toEqual({
      kind: 'failed',
      code: 'BACKEND_REFUSED',
      message: 'Denied: not_yours',
      hadNoEffect: true,
      structured: { id: 'd1' },
    });
  });

  test('that the author has no words for stays the gateway’s', async () => {
    await expect(run({ explain: () => undefined }, { id: 'd1' }, refuse)).rejects.toThrow('ours');
    await expect(run({}, { id: 'd1' }, refuse)).rejects.toThrow('ours');
  });
});
