import { describe, expect, test } from '@jest/globals';
import { createGuardedClient } from '../../../shared/net/guarded-client.ts';
import type { NetRequest } from '../../../shared/net/send.ts';
import { LIMITS, localPolicy, startRaw } from '../../support/net.ts';

/** The bytes that a backend gets, without the host, which differs from run to run. */
async function bytesOf(request: Partial<NetRequest>): Promise<string> {
  let text = '';
  const raw = await startRaw((socket, chunk) => {
    text += chunk.toString();
    socket.end('HTTP/1.1 204 No Content\r\n\r\n');
  });
  const send = createGuardedClient(localPolicy(raw.host, { keepAliveMs: 0 }));
  await send({ method: 'GET', url: `http://${raw.host}/a?b=c`, ...request }, LIMITS);
  raw.close();
  return text.replace(raw.host, 'HOST');
}

/** Why a request is refused, and how many connections were made for it. */
async function refusalOf(request: object, requestHeaders = localPolicy('').requestHeaders) {
  const raw = await startRaw((socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
  const send = createGuardedClient(localPolicy(raw.host, { requestHeaders }));
  const refusal = await send({ method: 'GET', url: `http://${raw.host}/`, ...request } as NetRequest, LIMITS).catch(
    (error: unknown) => error,
  );
  const connections = raw.connections();
  raw.close();
  return { refusal, connections };
}

const REFUSED = {
  refusal: expect.objectContaining({ name: 'NetError', message: 'request_refused', sent: false }),
  connections: 0,
};

describe('what a backend gets', () => {
  test('a GET has the given headers, asks for nothing compressed, and has no body', async () => {
    expect(await bytesOf({ headers: { Accept: 'application/json' } })).toBe(
      'GET /a?b=c HTTP/1.1\r\naccept-encoding: identity\r\naccept: application/json\r\nHost: HOST\r\nConnection: close\r\n\r\n',
    );
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('a body has its length in bytes: %s', async (method) => {
    expect(await bytesOf({ method, body: 'ä', headers: { 'content-type': 'text/plain' } })).toBe(
      `${method} /a?b=c HTTP/1.1\r\naccept-encoding: identity\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nHost: HOST\r\nConnection: close\r\n\r\nä`,
    );
  });

  test('a POST without a body says so', async () => {
    expect(await bytesOf({ method: 'POST' })).toContain('\r\nContent-Length: 0\r\n');
  });
});

describe('what it never gets', () => {
  test.each([
    ['a line break and a header', { 'x-call': 'a\r\nx-user-id: admin' }],
    ['a line feed', { 'x-call': 'a\nb' }],
    ['a carriage return', { 'x-call': 'a\rb' }],
    ['a NUL', { 'x-call': 'a\0b' }],
    ['a character that is a line break in Latin-1', { 'x-call': 'a\u010a' }],
    ['a character outside of ASCII', { 'x-call': 'ä' }],
    ['a name with a line break', { 'x-call\r\nx-user-id': 'a' }],
    ['a name with a colon', { 'x-call:': 'a' }],
    ['one name in two spellings', { 'x-call': 'a', 'X-Call': 'b' }],
    ['a header that is not on the list', { authorization: 'Bearer x' }],
    ['a cookie', { cookie: 'a=b' }],
    ['another host', { host: 'evil.example' }],
    ['a length of its own', { 'content-length': '5' }],
    ['chunks of its own', { 'transfer-encoding': 'chunked' }],
    ['a wish for compression', { 'accept-encoding': 'gzip' }],
    ['a name that objects have by themselves', { constructor: 'x' }],
  ])('headers with %s are refused before anything is opened', async (_name, headers) => {
    expect(await refusalOf({ headers })).toEqual(REFUSED);
  });

  test.each([
    ['CONNECT', { method: 'CONNECT' }],
    ['TRACE', { method: 'TRACE' }],
    ['a method in small letters', { method: 'get' }],
    ['a method with a line break', { method: 'GET / HTTP/1.1\r\n\r\nGET' }],
    ['a GET with a body', { method: 'GET', body: 'x' }],
  ])('%s is refused before anything is opened', async (_name, request) => {
    expect(await refusalOf(request)).toEqual(REFUSED);
  });
});

test.each([
  ['host', 'is set by the client itself'],
  ['transfer-encoding', 'is set by the client itself'],
  ['connection', 'is set by the client itself'],
  ['proxy-authorization', 'is set by the client itself'],
  ['Content-Type', 'is no header name in lower case'],
  ['a b', 'is no header name in lower case'],
  ['', 'is no header name in lower case'],
])('a policy with the header %j does not start', (name, problem) => {
  for (const list of ['requestHeaders', 'responseHeaders']) {
    expect(() => createGuardedClient(localPolicy('api.example.com', { [list]: new Set([name]) }))).toThrow(problem);
  }
});
