import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, createTestGateway, type TestGateway } from '../support/gateway.ts';
import { handshake, legacy, MODERN, modern, modernHeaders } from '../support/messages.ts';

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database);
});
afterAll(() => database.stop());

const codeOf = ({ status, body }: Answer) => [
  status,
  (body as { readonly error?: { readonly code: number } } | undefined)?.error?.code,
];
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const CLIENT = 'io.modelcontextprotocol/clientInfo';
const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

describe('a message is what the schema says, in both eras', () => {
  test.each([
    ['params null', { jsonrpc: '2.0', id: 1, method: 'ping', params: null }],
    ['_meta null', legacy('ping', { _meta: null })],
    ['_meta a list', legacy('ping', { _meta: [] })],
    ['a progress token that is a fraction', legacy('ping', { _meta: { progressToken: 1.5 } })],
    ['a progress token that is null', legacy('ping', { _meta: { progressToken: null } })],
    ['a response with result and error', { jsonrpc: '2.0', id: 1, result: {}, error: {} }],
    ['a result without an id', { jsonrpc: '2.0', result: {} }],
  ])('with %s it is no request', async (_name, message) => {
    expect(codeOf(await gateway.rpc(message))).toEqual([400, -32600]);
  });

  test.each([
    ['a method without a name is a method that is not there', legacy(''), [200, -32601]],
    ['the id of an error may be missing', { jsonrpc: '2.0', error: { code: 1, message: 'x' } }, [202, undefined]],
    ['arguments that are null are none', legacy('tools/call', { name: 'echo', arguments: null }), [200, -32602]],
    ['a progress token may be a number', legacy('ping', { _meta: { progressToken: 0 } }), [200, undefined]],
  ])('%s', async (_name, message, expected) => {
    expect(codeOf(await gateway.rpc(message))).toEqual(expected);
  });

  test('a response under a version that nobody serves is refused', async () => {
    const response = { jsonrpc: '2.0', id: 1, result: {} };
    expect(codeOf(await gateway.rpc(response, { headers: { 'mcp-protocol-version': 'x' } }))).toEqual([400, -32022]);
  });
});

describe('the handshake names version, capabilities and client', () => {
  const complete = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  test.each([
    ['no version', { ...complete, protocolVersion: undefined }],
    ['no capabilities', { ...complete, capabilities: undefined }],
    ['capabilities that are a list', { ...complete, capabilities: [] }],
    ['no client', { ...complete, clientInfo: undefined }],
    ['a client without a version', { ...complete, clientInfo: { name: 'c' } }],
  ])('with %s it is invalid', async (_name, params) => {
    expect(codeOf(await gateway.rpc(legacy('initialize', params)))).toEqual([200, -32602]);
  });

  test.each([
    ['empty', ''],
    ['of a revision that has a handshake', '2025-11-25'],
  ])('it stays one with a claim that is %s', async (_name, version) => {
    const claim = { [VERSION]: version, [CAPABILITIES]: {} };
    const { params, ...message } = handshake('2025-11-25');
    expect(codeOf(await gateway.rpc({ ...message, params: { ...params, _meta: claim } }))).toEqual([200, undefined]);
  });

  test('a notification of that name is one like any other', async () => {
    const headers = { 'mcp-protocol-version': MODERN };
    const answer = await gateway.rpc({ jsonrpc: '2.0', method: 'initialize' }, { headers });
    expect(codeOf(answer)).toEqual([202, undefined]);
  });
});

describe('the envelope of the modern era', () => {
  const list = (meta: object) =>
    gateway.rpc(modern('tools/list', { _meta: meta }), { headers: modernHeaders('tools/list') });

  test.each([
    ['a client that is no object', { [CLIENT]: 'c' }],
    ['a client without a version', { [CLIENT]: { name: 'c' } }],
    ['a log level that does not exist', { [LOG_LEVEL]: 'loud' }],
    ['a log level that is a number', { [LOG_LEVEL]: 5 }],
  ])('with %s is malformed', async (_name, meta) => {
    expect(codeOf(await list(meta))).toEqual([400, -32602]);
  });

  test('a client and a log level are no matter', async () => {
    const answer = await list({ [CLIENT]: { name: 'c', version: '1' }, [LOG_LEVEL]: 'emergency' });
    expect(codeOf(answer)).toEqual([200, undefined]);
  });

  test('a notification needs a version only', async () => {
    const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { _meta: { [VERSION]: MODERN } } };
    expect(codeOf(await gateway.rpc(message))).toEqual([202, undefined]);
  });

  test('a name header that cannot be decoded is told, even where the body names nothing', async () => {
    const headers = modernHeaders('resources/read', '=?base64?ZWNobw?=');
    expect(codeOf(await gateway.rpc(modern('resources/read'), { headers }))).toEqual([400, -32020]);
  });

  test('what messages need is declared, and only where a client can ask for them', async () => {
    const discovered = await gateway.rpc(modern('server/discover'), { headers: modernHeaders('server/discover') });
    const shaken = await gateway.rpc(handshake('2025-11-25'));
    const offered = ({ body }: Answer) =>
      Object.keys((body as { result: { capabilities: object } }).result.capabilities).includes('logging');
    expect([offered(discovered), offered(shaken)]).toEqual([true, false]);
  });
});
