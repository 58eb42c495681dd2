import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ask, askRoots } from '../../shared/features/ask.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, createTestGateway, type SentRequest, type TestGateway } from '../support/gateway.ts';
import { handshake, legacy, MODERN, modern, modernHeaders } from '../support/messages.ts';

const base = { title: 'T', description: 'd', scopes: [], annotations: { readOnlyHint: true } };
const tools = [
  defineTool({
    ...base,
    name: 'region',
    input: z.strictObject({ region: z.string().meta({ 'x-mcp-header': 'Region' }).optional() }),
    output: z.strictObject({}),
    run: () => ({}),
  }),
  defineTool({
    ...base,
    name: 'roots',
    input: z.strictObject({}),
    output: z.strictObject({}),
    run: () => ask({ r: askRoots() }),
  }),
];

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database, { tools });
});
afterAll(() => database.stop());

const META = 'io.modelcontextprotocol/protocolVersion';
const VERSION = { 'mcp-protocol-version': MODERN };
const call = (name: string, args: object = {}) => modern('tools/call', { name, arguments: args });
const named = (name: string) => modernHeaders('tools/call', name);

/** A rung of the ladder: what it answers to a message that meets it and every rung below it would refuse otherwise. */
interface Rung {
  readonly name: string;
  readonly message: unknown;
  readonly headers?: Record<string, string>;
  readonly request?: SentRequest;
  readonly token?: undefined;
  readonly expected: readonly [status: number, rpc: number | undefined];
}

const RUNGS: readonly Rung[] = [
  { name: '1 another method than POST', message: 7, request: { method: 'PUT' }, expected: [405, 40501] },
  {
    name: '2 a foreign Origin, before the content type',
    message: 7,
    headers: { origin: 'https://evil.example', 'content-type': 'text/plain' },
    expected: [403, 40304],
  },
  {
    name: '3 another content type, before the JSON',
    message: undefined,
    request: { body: '{' },
    headers: { 'content-type': 'text/json' },
    expected: [415, 41501],
  },
  {
    name: '4 no JSON, before the token',
    message: undefined,
    request: { body: '{"jsonrpc"' },
    token: undefined,
    expected: [400, -32700],
  },
  {
    name: '5 an array under a version without batches, before its messages',
    message: [7],
    headers: VERSION,
    expected: [400, -32600],
  },
  {
    name: '6 a posted response of the legacy era',
    message: { jsonrpc: '2.0', id: 1, result: {} },
    headers: { 'mcp-protocol-version': '2025-11-25' },
    expected: [202, undefined],
  },
  {
    name: '6 a posted response of the modern era, which asks clients nothing',
    message: { jsonrpc: '2.0', id: 1, result: {} },
    headers: VERSION,
    expected: [400, -32600],
  },
  {
    name: '7 no request and no notification, before the version',
    message: { jsonrpc: '1.0', id: 1, method: 'x' },
    headers: { 'mcp-protocol-version': 'x' },
    expected: [400, -32600],
  },
  {
    name: '8 initialize under a modern header',
    message: handshake('2025-11-25'),
    headers: VERSION,
    expected: [400, -32020],
  },
  {
    name: '8 initialize without one is the handshake, whatever version it names',
    message: handshake(MODERN),
    expected: [200, undefined],
  },
  {
    name: '9 a claim without capabilities, before its headers',
    message: legacy('no/such', { _meta: { [META]: MODERN } }),
    expected: [400, -32602],
  },
  {
    name: '9 a version header that differs, before the version is judged',
    message: modern('no/such', { _meta: { [META]: '2030-01-01' } }),
    headers: VERSION,
    expected: [400, -32020],
  },
  {
    name: '9 an Mcp-Method that differs, before the version is judged',
    message: modern('tools/list', { _meta: { [META]: '2030-01-01' } }),
    headers: { 'mcp-method': 'ping' },
    expected: [400, -32020],
  },
  {
    name: '10 a modern header without a claim is not taken for legacy',
    message: legacy('tools/list'),
    headers: VERSION,
    expected: [400, -32602],
  },
  { name: '11 neither claim nor modern header is legacy', message: legacy('ping'), expected: [200, undefined] },
  {
    name: '12 a version that is not served, before missing headers',
    message: modern('no/such', { _meta: { [META]: '2030-01-01' } }),
    expected: [400, -32022],
  },
  {
    name: '13 no version header, before the method',
    message: modern('no/such'),
    headers: { 'mcp-method': 'no/such' },
    expected: [400, -32020],
  },
  {
    name: '13 no Mcp-Method, before the method',
    message: modern('no/such'),
    headers: VERSION,
    expected: [400, -32020],
  },
  {
    name: '13 no Mcp-Name, before the tool',
    message: call('no-such'),
    headers: modernHeaders('tools/call'),
    expected: [400, -32020],
  },
  {
    name: '13 an Mcp-Name in another case',
    message: call('region'),
    headers: named('Region'),
    expected: [400, -32020],
  },
  {
    name: '14 an unknown method',
    message: modern('no/such'),
    headers: modernHeaders('no/such'),
    expected: [404, -32601],
  },
  {
    name: '14 initialize with a whole envelope',
    message: modern('initialize', { protocolVersion: MODERN }),
    headers: modernHeaders('initialize'),
    expected: [404, -32601],
  },
  {
    name: '15 a capability that was not declared',
    message: call('roots'),
    headers: named('roots'),
    expected: [400, -32021],
  },
  {
    name: '16 an Mcp-Param that differs, before the arguments are judged',
    message: call('region', { region: 'eu', x: 1 }),
    headers: { ...named('region'), 'mcp-param-region': 'us' },
    expected: [400, -32020],
  },
  {
    name: '17 parameters of another shape',
    message: modern('tools/call', { name: 'region', arguments: [] }),
    headers: named('region'),
    expected: [200, -32602],
  },
  { name: '18 what is left is run', message: call('region'), headers: named('region'), expected: [200, undefined] },
];

async function climb({ message, headers = {}, request, ...rest }: Rung): Promise<Answer> {
  if (message !== undefined && request === undefined)
    return gateway.rpc(message, { headers, ...('token' in rest ? { token: undefined } : {}) });
  const authorization: Record<string, string> =
    'token' in rest ? {} : { authorization: `Bearer ${await gateway.token()}` };
  return gateway.send({ body: JSON.stringify(message), headers: { ...authorization, ...headers }, ...request });
}

describe('the ladder from request to handler: the first rung that matches answers', () => {
  test.each(RUNGS.map((rung) => [rung.name, rung] as const))('%s', async (_name, rung) => {
    const { status, body } = await climb(rung);
    expect([status, (body as { error?: { code: number } } | undefined)?.error?.code]).toEqual(rung.expected);
  });
});
