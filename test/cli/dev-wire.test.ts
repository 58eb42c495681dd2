import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHttpServer } from '../../cli/dev/http-server.ts';
import { close, findFreePort } from '../../cli/dev/network.ts';
import { type DevGateway, startDev } from '../../cli/dev/start.ts';
import { broken } from '../fuzz/invariants.ts';
import { listenAnywhere } from '../support/listen.ts';
import { captureLog } from '../support/log.ts';
import { type Exchange, exchange, type RawAnswer } from '../support/raw-http.ts';

/** What only a raw socket sends. Each answer keeps the invariants of test/fuzz/invariants.ts. */
let dev: DevGateway;
beforeAll(async () => {
  dev = await startDev({ port: await findFreePort(), context: {}, log: captureLog().log });
});
afterAll(() => dev.stop());

const HOST = 'Host: localhost\r\n';
const BODY = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const TYPE = 'Content-Type: application/json\r\n';
const JSON_BODY = `${TYPE}Content-Length: ${BODY.length}\r\n`;
const post = (target: string, headers = `${HOST}${JSON_BODY}`, body = BODY) =>
  `POST ${target} HTTP/1.1\r\n${headers}\r\n${body}`;
const get = (target: string, headers = HOST) => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;

/** `status code`, where an answer has a code of ours; else `status` and what the front says. */
function told({ status, body }: RawAnswer): string {
  if (body === '') return String(status);
  const { error, message } = JSON.parse(body) as {
    error?: { code: unknown; data?: { code: string } };
    message?: string;
  };
  return `${status} ${error?.data?.code ?? error?.code ?? message ?? ''}`.trim();
}

function summary({ answers, end }: Exchange) {
  const finals = answers.filter(({ status }) => status >= 200);
  const violations = finals.flatMap((answer) => broken(answer, { size: 0, ids: [1] }));
  return { told: answers.map(told), violations, answered: end !== 'silent' };
}

const ask = async (bytes: string | Buffer, options: object = {}) =>
  summary(await exchange(dev.state.port, bytes, { halfCloses: true, ...options }));
const answered = (...lines: readonly string[]) => ({ told: lines, violations: [], answered: true });

describe('what is no HTTP is a JSON 400, and the connection ends', () => {
  test.each([
    ['bytes of TLS', '\x16\x03\x01\x02\x00\x01\x00\xfc'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a line without a version', 'GET /health\r\n\r\n'],
    ['HTTP/0.9', 'GET /health HTTP/0.9\r\n\r\n'],
    ['HTTP/3.7', 'GET /health HTTP/3.7\r\n\r\n'],
    ['a method in small letters', 'get /health HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an unknown method', 'FOO /health HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['CONNECT', 'CONNECT localhost:80 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a path without a slash', get('mcp')],
    ['the path *', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`],
    ['a NUL in the path', get('/\0')],
    ['a NUL in a header', get('/', `${HOST}X: a\0b\r\n`)],
    ['a folded header', get('/', `${HOST}X: a\r\n b\r\n`)],
    ['a blank before the colon', get('/', `${HOST}X : a\r\n`)],
    ['lines that end in a bare LF', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', get('/', `${HOST}${HOST}`)],
    ['Content-Length and Transfer-Encoding', post('/mcp', `${HOST}${JSON_BODY}Transfer-Encoding: chunked\r\n`)],
    ['an unknown Transfer-Encoding', post('/mcp', `${HOST}${TYPE}Transfer-Encoding: gzip\r\n`)],
    ['two Content-Lengths', post('/mcp', `${HOST}Content-Length: 5\r\nContent-Length: 6\r\n`, 'abcdef')],
    ['the same Content-Length twice', post('/mcp', `${HOST}Content-Length: 5\r\nContent-Length: 5\r\n`, 'abcde')],
    ['a list as Content-Length', post('/mcp', `${HOST}Content-Length: 5, 5\r\n`, 'abcde')],
    ['a negative Content-Length', post('/mcp', `${HOST}Content-Length: -5\r\n`, 'abcde')],
    ['a hexadecimal Content-Length', post('/mcp', `${HOST}Content-Length: 0x5\r\n`, 'abcde')],
    ['a chunk of no size', post('/mcp', `${HOST}${TYPE}Transfer-Encoding: chunked\r\n`, 'zz\r\n{}\r\n0\r\n\r\n')],
    ['less body than announced', post('/mcp', `${HOST}${TYPE}Content-Length: 900\r\n`)],
  ])('%s', async (_name, text) => {
    expect(await ask(Buffer.from(text, 'latin1'))).toEqual(answered('400 Bad Request'));
  });
});

describe('what is odd HTTP is answered', () => {
  test.each([
    ['HTTP/1.0 without Host', 'GET /nope HTTP/1.0\r\n\r\n', '404 NOT_FOUND'],
    ['an absolute target', post('http://evil.example/mcp'), '401 NO_AUTH'],
    ['an absolute target without a path', get('http://evil.example?x=1'), '200'],
    ['TRACE', `TRACE /mcp HTTP/1.1\r\n${HOST}\r\n`, '405 METHOD_NOT_ALLOWED'],
    ['PATCH', `PATCH /mcp HTTP/1.1\r\n${HOST}\r\n`, '405 METHOD_NOT_ALLOWED'],
    [
      'a chunked body',
      post('/mcp', `${HOST}${TYPE}Transfer-Encoding: chunked\r\n`, `28\r\n${BODY}\r\n0\r\n\r\n`),
      '401 NO_AUTH',
    ],
    [
      'an upgrade to a WebSocket',
      get('/nope', `${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n`),
      '404 NOT_FOUND',
    ],
    ['an upgrade to HTTP/2', get('/nope', `${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n`), '404 NOT_FOUND'],
    ['another expectation', post('/mcp', `${HOST}${JSON_BODY}Expect: x\r\n`), '417 Expectation Failed'],
    ['bytes that are no UTF-8', post('/mcp', `${HOST}${TYPE}Content-Length: 3\r\n`, '"\xff"'), '400 PARSE_ERROR'],
    ['a byte order mark', post('/mcp', `${HOST}${TYPE}Content-Length: 5\r\n`, '\xef\xbb\xbf{}'), '400 PARSE_ERROR'],
    ['no body', post('/mcp', `${HOST}${TYPE}`, ''), '400 PARSE_ERROR'],
    ['a header of 20 KB', get('/', `${HOST}X: ${'x'.repeat(20_000)}\r\n`), '431 Request Header Fields Too Large'],
    [
      'headers over 10,240 bytes',
      get('/', `${HOST}${`X: ${'x'.repeat(1100)}\r\n`.repeat(10)}`),
      '431 Request Header Fields Too Large',
    ],
    ['a path of 20 KB', get(`/${'x'.repeat(20_000)}`), '431 Request Header Fields Too Large'],
    [
      'a second Authorization behind two thousand headers',
      post(
        '/mcp',
        `${HOST}${JSON_BODY}${'a: b\r\n'.repeat(2100)}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n`,
      ),
      '400 INVALID_AUTH_HEADER',
    ],
  ])('%s', async (_name, text, expected) => {
    expect(await ask(Buffer.from(text, 'latin1'))).toEqual(answered(expected));
  });

  test('a client that waits for 100 Continue gets it, and then its answer', async () => {
    expect(await ask(post('/mcp', `${HOST}${JSON_BODY}Expect: 100-continue\r\n`))).toEqual(
      answered('100', '401 NO_AUTH'),
    );
  });

  test('pipelined requests are answered in their order, also before one that is broken', async () => {
    const three = `${get('/nope')}${post('/tools/')}GARBAGE\r\n\r\n`;
    expect(await ask(three, { answers: 3 })).toEqual(answered('404 NOT_FOUND', '400 NO_TOOL', '400 Bad Request'));
  });

  test('HEAD has no body', async () => {
    expect(await ask(`HEAD /nope HTTP/1.1\r\n${HOST}\r\n`, { isHead: true })).toEqual(answered('404'));
  });
});

describe('paths are compared as they are', () => {
  test.each([
    ['/mcp?x', '401 NO_AUTH'],
    ['/mcp?access_token=a', '401 NO_AUTH'],
    ['/mcp/', '404 NOT_FOUND'],
    ['/MCP', '404 NOT_FOUND'],
    ['//mcp', '404 NOT_FOUND'],
    ['/mcp%2f', '404 NOT_FOUND'],
    ['/mcp;x=1', '404 NOT_FOUND'],
    ['/mcp%00', '404 NOT_FOUND'],
    ['/./mcp', '404 NOT_FOUND'],
    ['/tools/../mcp', '404 NOT_FOUND'],
    ['/%2e%2e', '404 NOT_FOUND'],
    ['/tools', '400 NO_TOOL'],
    ['/tools/', '400 NO_TOOL'],
    ['/tools//echo', '404 NOT_FOUND'],
    ['/tools/echo/', '404 NOT_FOUND'],
    ['/tools/%2e%2e%2fmcp', '401 NO_AUTH'],
    ['/tools/..', '401 NO_AUTH'],
    ['/tools/__proto__', '401 NO_AUTH'],
    ['/tools/%E0%A4%A', '401 NO_AUTH'],
    ['/.well-known/../mcp', '405 METHOD_NOT_ALLOWED'],
    ['/.well-known/%2e%2e/mcp', '405 METHOD_NOT_ALLOWED'],
    ['/.well-known/', '404 NOT_FOUND'],
  ])('POST %s', async (target, expected) => {
    expect(await ask(post(target))).toEqual(answered(expected));
  });
});

describe('headers that come twice', () => {
  const twice = (line: string) => post('/mcp', `${HOST}${JSON_BODY}${line}${line}`);
  test.each([
    ['Authorization', twice('Authorization: Bearer a\r\n'), '400 INVALID_AUTH_HEADER'],
    ['Origin', twice('Origin: http://localhost:6274\r\n'), '403 ORIGIN_NOT_ALLOWED'],
    ['Content-Type', post('/mcp', `${HOST}${JSON_BODY}${TYPE}`), '415 UNSUPPORTED_MEDIA_TYPE'],
    [
      'Content-Type, the first with parameters',
      post('/mcp', `${HOST}Content-Type: application/json; a=b\r\n${JSON_BODY}`),
      '415 UNSUPPORTED_MEDIA_TYPE',
    ],
    ['MCP-Protocol-Version', twice('MCP-Protocol-Version: 2025-06-18\r\n'), '400 UNSUPPORTED_PROTOCOL_VERSION'],
    ['Accept', twice('Accept: application/json\r\n'), '401 NO_AUTH'],
  ])('%s', async (_name, text, expected) => {
    expect(await ask(text)).toEqual(answered(expected));
  });
});

describe('slow and broken connections', () => {
  const servers: Server[] = [];
  afterAll(() => Promise.all(servers.map(close)));
  const impatient = async () => {
    const times = { headersMs: 40, requestMs: 80, checkMs: 20 };
    const server = createHttpServer((request, response) => request.resume().on('end', () => response.end()), times);
    servers.push(server);
    return listenAnywhere(server);
  };

  test.each([
    ['that never ends its headers', 'GET / HTTP/1.1\r\nHost: a\r\n'],
    ['that never ends its body', `POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nabc`],
  ])('a request %s is 408', async (_name, text) => {
    expect(summary(await exchange(await impatient(), text))).toEqual(answered('408 Request Timeout'));
  });

  test('a client of /mcp that is gone in the middle of its body harms nobody', async () => {
    const cut = post('/mcp', `${HOST}${TYPE}Content-Length: 900\r\n`);
    await Promise.all(Array.from({ length: 20 }, () => exchange(dev.state.port, cut, { leaves: true })));
    expect(await ask(get('/nope'))).toEqual(answered('404 NOT_FOUND'));
  });

  test.each([
    ['gateway', 0],
    ['identity provider', 1],
    ['database', 2],
  ])('nor does one of the %s', async (_name, offset) => {
    const cut = `POST / HTTP/1.1\r\n${HOST}Content-Length: 900\r\n\r\nabc`;
    const { port } = dev.state;
    await Promise.all(Array.from({ length: 20 }, () => exchange(port + offset, cut, { leaves: true })));
    await exchange(port + offset, cut, { halfCloses: true });
    expect(await ask(get('/nope'))).toEqual(answered('404 NOT_FOUND'));
  });

  test('the database answers no web page', async () => {
    const asked = await exchange(dev.state.port + 2, get('/', `${HOST}Origin: https://evil.example\r\n`));
    expect(asked.answers.map(({ status }) => status)).toEqual([403]);
  });

  test('ten megabytes and one byte are refused, ten are read', async () => {
    const sized = (length: number) => post('/mcp', `${HOST}${TYPE}Content-Length: ${length}\r\n`, ' '.repeat(length));
    expect([await ask(sized(10 * 1024 * 1024 + 1)), await ask(sized(10 * 1024 * 1024))]).toEqual([
      answered('413 Payload Too Large'),
      answered('413 BODY_TOO_LARGE'),
    ]);
  });
});
