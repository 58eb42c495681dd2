import { createServer, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { close } from '../../../cli/dev/network.ts';
import { getJson } from '../../../shared/net/get-json.ts';
import { listenAnywhere } from '../../support/listen.ts';

const LIMITS = { allowHttp: true, timeoutMs: 5000, maxBytes: 1000 };
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/good': (response) => response.setHeader('cache-control', 'public, max-age=600').end('{"a":1}'),
  '/shared': (response) => response.setHeader('cache-control', 's-maxage=5').end('[]'),
  '/html': (response) => response.end('<html>canary</html>'),
  '/empty': (response) => response.end(),
  '/long': (response) => response.end(`"${'a'.repeat(1000)}"`),
  '/moved': (response) => response.writeHead(302, { location: '/good' }).end(),
  '/created': (response) => response.writeHead(201).end('{}'),
  '/endless': (response) => {
    const drip = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(drip)).flushHeaders();
  },
  '/bomb': (response) =>
    response.setHeader('content-encoding', 'gzip').end(gzipSync(JSON.stringify('a'.repeat(10_000_000)))),
  '/cut': (response) => {
    response.writeHead(200, { 'content-length': '50' }).write('{"canary":');
    setTimeout(() => response.destroy(), 20);
  },
  '/zipped': (response) => response.setHeader('content-encoding', 'gzip').end('canary'),
  '/silent': () => undefined,
  '/half': (response) => response.write('{"canary":'),
  '/failed': (response) => response.writeHead(500).end('canary'),
};
const server = createServer((request, response) => ANSWERS[request.url ?? '']?.(response));
let base = '';

beforeAll(async () => {
  base = `http://127.0.0.1:${await listenAnywhere(server)}`;
});
afterAll(() => close(server));

const get = (path: string, more: Partial<typeof LIMITS> = {}) => getJson(`${base}${path}`, { ...LIMITS, ...more });

test('a document comes with its max-age, if it has one', async () => {
  expect([await get('/good'), await get('/shared')]).toEqual([
    { json: { a: 1 }, maxAgeSeconds: 600 },
    { json: [], maxAgeSeconds: undefined },
  ]);
});

test.each([
  ['no JSON', '/html', 'not_json'],
  ['nothing', '/empty', 'not_json'],
  ['more than the cap', '/long', 'answer_too_large'],
  ['ten megabytes in a few', '/bomb', 'answer_too_large'],
  ['a redirect', '/moved', 'http_302'],
  ['another success', '/created', 'http_201'],
  ['a failure', '/failed', 'http_500'],
  ['an answer cut short', '/cut', 'not_reached'],
  ['a compressed answer', '/zipped', 'not_json'],
])('%s is an error with a fixed message: nothing of the answer is in it', async (_name, path, message) => {
  await expect(get(path)).rejects.toMatchObject({ message });
});

test.each([
  ['http where it is not allowed', () => get('/good', { allowHttp: false })],
  ['http to another host', () => getJson('http://login.example.com/', LIMITS)],
  ['http to a host that starts like ours', () => getJson('http://127.0.0.1.example.com/', LIMITS)],
  ['a file', () => getJson('file:///etc/hosts', LIMITS)],
  ['a URL with a user', () => getJson('https://user@login.example.com/', LIMITS)],
  ['no URL', () => getJson('login.example.com', LIMITS)],
  ['data', () => getJson('data:application/json,{}', LIMITS)],
])('%s is not fetched', async (_name, attempt) => {
  await expect(attempt()).rejects.toMatchObject({ message: 'url_not_https' });
});

test.each([
  ['this machine, without leave', 'https://127.0.0.1:9001/', false],
  ['the name of this machine, without leave', 'https://localhost:9001/', false],
  ['a private network', 'https://10.0.0.1/jwks', false],
  ['a private network, for an issuer on this machine', 'https://10.0.0.1/jwks', true],
  ['the metadata service', 'https://169.254.169.254/latest', true],
  ['the metadata service as a number', 'https://2852039166/latest', true],
  ['the metadata service by IPv6', 'https://[fd00:ec2::254]/latest', true],
])('%s is not asked for a document', async (_name, url, allowHttp) => {
  await expect(getJson(url, { ...LIMITS, allowHttp })).rejects.toMatchObject({ message: 'address_refused' });
});

test.each(['/silent', '/half', '/endless'])('one limit of time covers connection and body: %s', async (path) => {
  await expect(get(path, { timeoutMs: 100 })).rejects.toMatchObject({ name: 'FetchTimeout', message: 'timed_out' });
});

test('nobody there is an error without an address', async () => {
  await expect(getJson('http://127.0.0.1:1/', LIMITS)).rejects.toMatchObject({ message: 'not_reached' });
});
