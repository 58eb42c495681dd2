import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { deployed, scopesOf } from '../../../shared/registry/index.ts';
import { defineTool, type ToolContext } from '../../../shared/tools/define-tool.ts';

const base = {
  name: 'add',
  title: 'Add',
  description: 'Adds',
  scopes: ['math.add', 'math.all'],
  input: z.strictObject({ a: z.number(), b: z.number().default(1) }),
  output: z.strictObject({ sum: z.number() }),
  annotations: {},
};
const nobody = {} as ToolContext;

test('the input is checked and its defaults are filled in before run, the output after it', async () => {
  const tool = defineTool({ ...base, run: ({ a, b }) => ({ sum: a + b }) });
  expect(await tool.call({ a: 2 }, nobody)).toEqual({
    kind: 'done',
    result: { content: [{ type: 'text', text: '{"sum":3}' }], structuredContent: { sum: 3 } },
  });
});

test('arguments against the schema are explained with their path, and run does not start', async () => {
  let runs = 0;
  const tool = defineTool({ ...base, run: () => ({ sum: ++runs }) });
  const outcome = await tool.call({ a: 'x', c: 1 }, nobody);
  expect({ outcome, runs }).toEqual({
    outcome: {
      kind: 'failed',
      code: 'INVALID_ARGUMENTS',
      hadNoEffect: true,
      message:
        'Invalid arguments for add. a: Invalid input: expected number, received string; (arguments): Unrecognized key: "c"',
    },
    runs: 0,
  });
});

test('an output against the schema is an error of the tool', async () => {
  const tool = defineTool({ ...base, run: () => ({ sum: Number.NaN }) });
  expect(await tool.call({ a: 1 }, nobody)).toMatchObject({ kind: 'failed', code: 'OUTPUT_INVALID' });
});

test.each(['', 'with space', 'ü', 'a'.repeat(129)])('the name %p is refused at start', (name) => {
  expect(() => defineTool({ ...base, name, run: () => ({ sum: 1 }) })).toThrow(/is no tool name/);
});

test('a schema that describes no object is refused at start', () => {
  const input = z.string() as unknown as typeof base.input;
  expect(() => defineTool({ ...base, input, run: () => ({ sum: 1 }) }).inputSchema).toThrow(/describe objects/);
});

test('published schemas name no dialect, so that every validator takes them for 2020-12', () => {
  const schemas = deployed.tools.flatMap(({ inputSchema, outputSchema }) => [inputSchema, outputSchema ?? {}]);
  expect([schemas.length > 4, schemas.filter((schema) => Object.hasOwn(schema, '$schema'))]).toEqual([true, []]);
});

test('the catalogue is every scope once, sorted', () => {
  const add = defineTool({ ...base, run: () => ({ sum: 1 }) });
  const first = defineTool({ ...base, scopes: ['zero', 'a.first'], run: () => ({ sum: 1 }) });
  expect(scopesOf({ tools: [first, add, add], prompts: [], resources: [] })).toEqual([
    'a.first',
    'math.add',
    'math.all',
    'zero',
  ]);
});
