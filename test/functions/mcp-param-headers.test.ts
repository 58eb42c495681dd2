import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';
import { callModern } from '../support/modern-client.ts';

const header = (name: string) => ({ 'x-mcp-header': name });
let runs = 0;
const base = { name: 'query', title: 'T', description: 'd', scopes: [], annotations: { readOnlyHint: true } };
const query = defineTool({
  ...base,
  input: z.strictObject({
    region: z.string().meta(header('Region')).optional(),
    count: z.int().meta(header('Count')).optional(),
    dry: z.boolean().meta(header('Dry')).optional(),
    where: z.strictObject({ tenant: z.string().meta(header('Tenant')).optional() }).optional(),
  }),
  output: z.strictObject({}),
  run: () => {
    runs++;
    return {};
  },
});

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database, { tools: [query] });
});
afterAll(() => database.stop());

const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;
const cases: ReadonlyArray<readonly [string, object, Record<string, string>, 'runs' | 'mismatch' | 'invalid']> = [
  ['the same text', { region: 'eu' }, { 'mcp-param-region': 'eu' }, 'runs'],
  ['the same text with blanks around it', { region: 'eu' }, { 'mcp-param-region': ' eu ' }, 'runs'],
  ['another text', { region: 'eu' }, { 'mcp-param-region': 'us' }, 'mismatch'],
  ['another case', { region: 'eu' }, { 'mcp-param-region': 'EU' }, 'mismatch'],
  ['an object that has no text', { region: { toString: 1 } }, { 'mcp-param-region': 'eu' }, 'mismatch'],
  ['a list of the text', { region: ['eu'] }, { 'mcp-param-region': 'eu' }, 'mismatch'],
  ['no header', { region: 'eu' }, {}, 'mismatch'],
  ['an empty header', { region: 'eu' }, { 'mcp-param-region': '' }, 'mismatch'],
  ['the header twice, as API Gateway joins it', { region: 'eu' }, { 'mcp-param-region': 'eu,us' }, 'mismatch'],
  ['base64 of the text', { region: 'Zürich' }, { 'mcp-param-region': base64('Zürich') }, 'runs'],
  ['base64 of another text', { region: 'Zürich' }, { 'mcp-param-region': base64('Genf') }, 'mismatch'],
  ['broken base64', { region: 'eu' }, { 'mcp-param-region': '=?base64?%%?=' }, 'mismatch'],
  ['base64 of broken UTF-8', { region: 'eu' }, { 'mcp-param-region': '=?base64?/w==?=' }, 'mismatch'],
  ['half a sentinel, which is literal', { region: '=?base64?ZXU=' }, { 'mcp-param-region': '=?base64?ZXU=' }, 'runs'],
  ['a no-break space around the text', { region: 'eu' }, { 'mcp-param-region': '\u00a0eu' }, 'mismatch'],
  [
    'base64 of a byte order mark and the text',
    { region: 'eu' },
    { 'mcp-param-region': base64('\ufeffeu') },
    'mismatch',
  ],
  ['base64 of the same mark and text', { region: '\ufeffeu' }, { 'mcp-param-region': base64('\ufeffeu') }, 'runs'],
  ['bytes outside ASCII', { region: 'Zürich' }, { 'mcp-param-region': 'Zürich' }, 'mismatch'],
  ['an absent argument', {}, { 'mcp-param-region': 'eu' }, 'runs'],
  ['null for an argument, which expects no header', { region: null }, {}, 'invalid'],
  ['the same number', { count: 42 }, { 'mcp-param-count': '42' }, 'runs'],
  ['the number with a leading zero', { count: 42 }, { 'mcp-param-count': '042' }, 'runs'],
  ['the number as 42.0', { count: 42 }, { 'mcp-param-count': '42.0' }, 'runs'],
  ['a fraction near the number', { count: 42 }, { 'mcp-param-count': '42.5' }, 'mismatch'],
  ['another number', { count: 42 }, { 'mcp-param-count': '43' }, 'mismatch'],
  ['a number in another base', { count: 42 }, { 'mcp-param-count': '0x2a' }, 'mismatch'],
  ['a flag', { dry: true }, { 'mcp-param-dry': 'true' }, 'runs'],
  ['a flag in capitals', { dry: true }, { 'mcp-param-dry': 'True' }, 'mismatch'],
  ['a nested argument', { where: { tenant: 'a' } }, { 'mcp-param-tenant': 'a' }, 'runs'],
  ['a nested argument without its header', { where: { tenant: 'a' } }, {}, 'mismatch'],
  ['a header nobody declared', { dry: true }, { 'mcp-param-dry': 'true', 'mcp-param-x': 'y' }, 'runs'],
];

const EXPECTED = {
  runs: { status: 200, code: undefined, ran: 1 },
  invalid: { status: 200, code: undefined, ran: 0 },
  mismatch: { status: 400, code: -32020, ran: 0 },
};

describe('an argument that belongs into a header', () => {
  test.each(cases)('with %s', async (_name, args, headers, expected) => {
    const before = runs;
    const { status, body } = await callModern(gateway, 'tools/call', { name: 'query', arguments: args }, { headers });
    const code = (body as { error?: { code: number } }).error?.code;
    expect({ status, code, ran: runs - before }).toEqual(EXPECTED[expected]);
  });

  test('is not expected of a legacy client', async () => {
    const { status } = await gateway.rpc(legacy('tools/call', { name: 'query', arguments: { region: 'eu' } }));
    expect(status).toBe(200);
  });

  test('is annotated in the list, for clients to see', async () => {
    const { body } = await gateway.rpc(legacy('tools/list'));
    const [tool] = (body as { result: { tools: Array<{ inputSchema: { properties: Record<string, object> } }> } })
      .result.tools;
    expect(tool?.inputSchema.properties['count']).toMatchObject({ 'x-mcp-header': 'Count', type: 'integer' });
  });
});

describe('an annotation that clients would drop the tool for is refused', () => {
  const wrong: ReadonlyArray<readonly [string, z.ZodObject, RegExp]> = [
    ['on a fractional number', z.object({ a: z.number().meta(header('A')) }), /strings, integers and booleans/],
    ['on an object', z.object({ a: z.object({}).meta(header('A')) }), /strings, integers and booleans/],
    ['that is no token', z.object({ a: z.string().meta(header('A B')) }), /must be a token/],
    ['twice, in another case', z.object({ a: z.string().meta(header('A')), b: z.string().meta(header('a')) }), /same/],
    ['inside an array', z.object({ a: z.array(z.string().meta(header('A'))) }), /member of `properties`/],
    ['inside a union', z.object({ a: z.union([z.string().meta(header('A')), z.int()]) }), /member of `properties`/],
  ];
  test.each(wrong)('%s', (_name, input, message) => {
    expect(() => defineTool({ ...base, input, output: z.object({}), run: () => ({}) }).paramHeaders).toThrow(message);
  });
});
