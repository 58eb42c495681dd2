import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { close } from '../../../cli/dev/network.ts';
import { postForm } from '../../../shared/net/post-form.ts';
import { listenAnywhere } from '../../support/listen.ts';

const LIMITS = { allowHttp: true, timeoutMs: 5000, maxBytes: 1000 };
const ANSWERS: Readonly<Record<string, (response: ServerResponse, body: string, request: IncomingMessage) => void>> = {
  '/echo': (response, body, { method, headers }) => {
    const { authorization, 'content-type': type, accept } = headers;
    response.end(JSON.stringify({ method, body, authorization, type, accept }));
  },
  '/refused': (response) => response.writeHead(401).end('{"error":"invalid_client"}'),
  '/failed': (response) => response.writeHead(500).end('<html>canary</html>'),
  '/moved': (response) => response.writeHead(307, { location: '/echo' }).end(),
  '/empty': (response) => response.end(),
  '/long': (response) => response.end(`"${'a'.repeat(1000)}"`),
  '/bomb': (response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('a'.repeat(10_000_000))),
  '/silent': () => undefined,
  '/half': (response) => response.write('{"canary":'),
  '/cut': (response) => {
    response.writeHead(200, { 'content-length': '50' }).write('{"canary":');
    setTimeout(() => response.destroy(), 20);
  },
};
let connections = 0;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  ANSWERS[request.url ?? '']?.(response, body, request);
}).on('connection', () => {
  connections++;
});
let base = '';

beforeAll(async () => {
  base = `http://127.0.0.1:${await listenAnywhere(server)}`;
});
afterAll(() => close(server));

const post = (path: string, more: Partial<typeof LIMITS & { authorization: string }> = {}) =>
  postForm(`${base}${path}`, { code: 'a+b &=é', empty: '' }, { ...LIMITS, ...more });

test('a form goes out as one, with its credentials in the header', async () => {
  expect(await post('/echo', { authorization: 'Basic eA==' })).toEqual({
    status: 200,
    json: {
      method: 'POST',
      body: 'code=a%2Bb+%26%3D%C3%A9&empty=',
      authorization: 'Basic eA==',
      type: 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
  });
});

test.each([
  ['/refused', { status: 401, json: { error: 'invalid_client' } }],
  ['/failed', { status: 500, json: undefined }],
  ['/empty', { status: 200, json: undefined }],
  ['/moved', { status: 307, json: undefined }],
])('any status is an answer, and a redirect is not followed: %s', async (path, answer) => {
  expect(await post(path)).toEqual(answer);
});

test.each([
  ['more than the cap', '/long', 'answer_too_large'],
  ['an answer cut short', '/cut', 'not_reached'],
])('%s is an error with a fixed message', async (_name, path, message) => {
  await expect(post(path)).rejects.toMatchObject({ message });
});

test('ten megabytes in a few are never unpacked', async () => {
  await expect(post('/bomb', { maxBytes: 65_536 })).rejects.toMatchObject({ message: 'not_json' });
});

test.each([
  ['http where it is not allowed', () => post('/echo', { allowHttp: false })],
  ['http to another host', () => postForm('http://login.example.com/', {}, LIMITS)],
  ['a file', () => postForm('file:///etc/hosts', {}, LIMITS)],
  ['a URL with a user', () => postForm('https://user@login.example.com/', {}, LIMITS)],
])('%s gets nothing', async (_name, attempt) => {
  await expect(attempt()).rejects.toMatchObject({ message: 'url_not_https' });
});

test.each([
  ['a private network', 'https://10.0.0.1/token'],
  ['the metadata service', 'https://169.254.169.254/token'],
])('%s gets neither code nor secret', async (_name, url) => {
  await expect(postForm(url, {}, LIMITS)).rejects.toMatchObject({ message: 'address_refused' });
});

test.each(['/silent', '/half'])('one limit of time covers connection and body: %s', async (path) => {
  await expect(post(path, { timeoutMs: 100 })).rejects.toMatchObject({ name: 'FetchTimeout', message: 'timed_out' });
});

test('each form has a connection of its own: a kept one may have died', async () => {
  const before = connections;
  await post('/echo');
  await post('/echo');
  expect(connections - before).toBe(2);
});
