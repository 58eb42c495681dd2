import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { HttpEvent } from '../../functions/middleware/chain.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy, modern, modernHeaders } from '../support/messages.ts';

/** Events as API Gateway makes them of odd requests: payload 2.0, repeated headers joined with a comma. */
let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database);
});
afterAll(() => database.stop());

interface Refusal {
  readonly id?: unknown;
  readonly error?: { readonly code: number | string; readonly message: string; readonly data?: { code: string } };
}

function refusal({ status, body }: Answer) {
  const { id, error } = (body ?? {}) as Refusal;
  return { status, id, code: error?.data?.code ?? error?.code };
}

const post = async (body: string, headers: Record<string, string> = {}, path = '/mcp') =>
  refusal(
    await gateway.send({ path, body, headers: { authorization: `Bearer ${await gateway.token()}`, ...headers } }),
  );

/** The body as bytes, which API Gateway encodes. */
async function postBytes(bytes: Buffer, path = '/mcp') {
  const event = {
    version: '2.0',
    routeKey: path === '/mcp' ? 'ANY /mcp' : 'ANY /tools/{name}',
    rawPath: path,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await gateway.token()}` },
    ...(path === '/mcp' ? {} : { pathParameters: { name: path.slice('/tools/'.length) } }),
    requestContext: { http: { method: 'POST', path, sourceIp: '192.0.2.1', userAgent: 'a' }, requestId: 'request-1' },
    body: bytes.toString('base64'),
    isBase64Encoded: true,
  } as unknown as HttpEvent;
  const { statusCode = 200, body = '' } = await gateway.handle(event);
  return refusal({ status: statusCode, headers: {}, body: JSON.parse(body) as unknown });
}

const call = (args: string, id = '7') =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":${args}}}`;

describe('JSON that two parsers read differently is not run', () => {
  test.each([
    ['an argument twice', call('{"text":"a","text":"b"}'), 7],
    ['an argument twice, once as an escape', call('{"text":"a","te\\u0078t":"b"}'), 7],
    ['half a surrogate pair', call('{"text":"\\ud800"}'), 7],
    ['a rounded integer', call('{"text":9007199254740993}', '"a"'), 'a'],
    ['an infinite number', call('{"text":1e400}', '0'), 0],
    ['the id twice', `${call('{"text":"a"}').slice(0, -1)},"id":8}`, undefined],
    ['the method twice', `{"method":"ping",${call('{"text":"a"}').slice(1)}`, undefined],
    ['a rounded id', call('{"text":"a"}', '9007199254740993'), undefined],
  ])('%s, and its id is echoed where it is certain', async (_name, body, id) => {
    const before = (await gateway.trail()).length;
    expect({ ...(await post(body)), recorded: (await gateway.trail()).length - before }).toEqual({
      status: 400,
      id,
      code: 'AMBIGUOUS_JSON',
      recorded: 0,
    });
  });

  test.each(['{"text":"a","text":"b"}', '{"text":"\\udfff"}', '{"text":1e400}'])(
    '%s as the arguments of POST /tools/echo',
    async (body) => {
      expect(await post(body, {}, '/tools/echo')).toEqual({ status: 400, id: undefined, code: 'AMBIGUOUS_JSON' });
    },
  );

  test('a string of more than 64 K characters', async () => {
    expect(await post(call(JSON.stringify({ text: 'x'.repeat(65_537) })))).toEqual({
      status: 400,
      id: 7,
      code: 'JSON_LIMIT_EXCEEDED',
    });
  });
});

describe('a batch is no way around', () => {
  test.each([
    ['an argument twice', Buffer.from(`[${call('{"text":"a","text":"b"}')}]`), 'AMBIGUOUS_JSON'],
    ['half a surrogate pair', Buffer.from(`[${call('{"text":"\\ud800"}')}]`), 'AMBIGUOUS_JSON'],
    ['a rounded integer', Buffer.from(`[${call('{"text":"a"}', '9007199254740993')}]`), 'AMBIGUOUS_JSON'],
    ['bytes that are no UTF-8', Buffer.from(`[${call('{"text":"é"}')}]`, 'latin1'), 'PARSE_ERROR'],
    [
      'more than 1 MB of two-byte characters',
      Buffer.from(`[${call(`{"text":"${'é'.repeat(600_000)}"}`)}]`),
      'BODY_TOO_LARGE',
    ],
  ])('%s', async (_name, bytes, code) => {
    const before = (await gateway.trail()).length;
    const answer = await postBytes(bytes);
    expect({ ...answer, recorded: (await gateway.trail()).length - before }).toEqual({
      status: code === 'BODY_TOO_LARGE' ? 413 : 400,
      code,
      id: undefined,
      recorded: 0,
    });
  });
});

describe('bytes', () => {
  const good = Buffer.from(call('{"text":"é😀"}'));
  test.each([
    ['UTF-8', good, { status: 200, id: 7, code: undefined }],
    ['Latin-1', Buffer.from(call('{"text":"é"}'), 'latin1'), { status: 400, id: undefined, code: 'PARSE_ERROR' }],
    [
      'a surrogate in three bytes',
      Buffer.concat([Buffer.from('"'), Buffer.from('eda080', 'hex'), Buffer.from('"')]),
      { status: 400, id: undefined, code: 'PARSE_ERROR' },
    ],
    [
      'an overlong slash',
      Buffer.concat([Buffer.from('"'), Buffer.from('c0af', 'hex'), Buffer.from('"')]),
      { status: 400, id: undefined, code: 'PARSE_ERROR' },
    ],
    ['UTF-16', Buffer.from(call('{}'), 'utf16le'), { status: 400, id: undefined, code: 'PARSE_ERROR' }],
    [
      'UTF-8 behind a byte order mark',
      Buffer.concat([Buffer.from('efbbbf', 'hex'), good]),
      { status: 400, id: undefined, code: 'PARSE_ERROR' },
    ],
    [
      'UTF-8 cut in a character',
      good.subarray(0, good.indexOf('😀') + 2),
      { status: 400, id: undefined, code: 'PARSE_ERROR' },
    ],
  ])('%s', async (_name, bytes, expected) => {
    expect(await postBytes(bytes)).toEqual(expected);
  });

  test('that are no UTF-8 are refused at POST /tools/{name} too', async () => {
    expect(await postBytes(Buffer.from([0xff]), '/tools/echo')).toMatchObject({ status: 400, code: 'PARSE_ERROR' });
  });
});

describe('a header that came twice', () => {
  const list = JSON.stringify(modern('tools/list', {}, 7));
  const named = JSON.stringify(modern('tools/call', { name: 'echo', arguments: { text: 'a' } }, 7));
  test.each([
    [
      'Authorization',
      list,
      { ...modernHeaders('tools/list'), authorization: 'Bearer a,Bearer a' },
      400,
      'INVALID_AUTH_HEADER',
    ],
    ['Mcp-Name', named, modernHeaders('tools/call', 'echo,echo'), 400, 'HEADER_MISMATCH'],
    ['Mcp-Method', list, modernHeaders('tools/list,tools/list'), 400, 'HEADER_MISMATCH'],
    [
      'MCP-Protocol-Version, modern',
      list,
      { ...modernHeaders('tools/list'), 'mcp-protocol-version': '2026-07-28,2026-07-28' },
      400,
      'HEADER_MISMATCH',
    ],
    [
      'MCP-Protocol-Version, legacy',
      JSON.stringify(legacy('ping', {}, 7)),
      { 'mcp-protocol-version': '2025-06-18,2025-06-18' },
      400,
      'UNSUPPORTED_PROTOCOL_VERSION',
    ],
  ])('%s is refused', async (_name, body, headers, status, code) => {
    expect(await post(body, headers)).toEqual({ status, id: 7, code });
  });

  test.each([
    ['Origin', { origin: 'https://claude.ai,https://claude.ai' }, 403, 'ORIGIN_NOT_ALLOWED'],
    ['Content-Type', { 'content-type': 'application/json,application/json' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'Content-Type with parameters',
      { 'content-type': 'application/json; a=b,text/plain' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
  ])('%s is refused before the body is read', async (_name, headers, status, code) => {
    expect(await post(list, headers)).toEqual({ status, id: undefined, code });
  });

  test('Accept is one list', async () => {
    const headers = { ...modernHeaders('tools/list'), accept: 'text/event-stream,application/json' };
    expect(await post(list, headers)).toEqual({ status: 200, id: 7, code: undefined });
  });
});

describe('a header that means the body only after something was dropped from it', () => {
  const named = JSON.stringify(modern('tools/call', { name: 'echo', arguments: { text: 'a' } }, 7));
  const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;
  const good = modernHeaders('tools/call', 'echo');
  test.each([
    ['a byte order mark in base64', { 'mcp-name': base64('\ufeffecho') }],
    ['a byte order mark', { 'mcp-name': '\ufeffecho' }],
    ['a no-break space before the name', { 'mcp-name': '\u00a0echo' }],
    ['a no-break space behind the method', { 'mcp-method': 'tools/call\u00a0' }],
    ['a line separator behind the version', { 'mcp-protocol-version': '2026-07-28\u2028' }],
  ])('%s makes it another header', async (_name, headers) => {
    expect(await post(named, { ...good, ...headers })).toEqual({ status: 400, id: 7, code: 'HEADER_MISMATCH' });
  });

  test('blanks and tabs around a value are none of it', async () => {
    const headers = { ...good, 'mcp-name': ' \techo\t ', 'mcp-method': ' tools/call\t' };
    expect(await post(named, headers)).toEqual({ status: 200, id: 7, code: undefined });
  });
});

test.each([
  ['gzip', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['identity,gzip', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['identity', 200, undefined],
])('a body with Content-Encoding: %s', async (encoding, status, code) => {
  const answer = await post(call('{"text":"a"}'), { 'content-encoding': encoding });
  expect([answer.status, answer.code]).toEqual([status, code]);
});

test('whatever charset Content-Type names, the body is UTF-8', async () => {
  const answer = await post(call('{"text":"a"}'), { 'content-type': 'application/json; charset=ibm037' });
  expect(answer).toEqual({ status: 200, id: 7, code: undefined });
});
