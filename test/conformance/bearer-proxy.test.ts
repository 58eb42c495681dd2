import { createServer, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { close } from '../../cli/dev/network.ts';
import { listenAnywhere } from '../support/listen.ts';
import { type BearerProxy, startBearerProxy } from './bearer-proxy.ts';

const server = createServer(async (incoming, response) => {
  let body = '';
  for await (const chunk of incoming) body += String(chunk);
  const { host, origin, authorization } = incoming.headers;
  response.writeHead(418, { 'x-kept': 'yes' });
  response.end(JSON.stringify({ method: incoming.method, path: incoming.url, host, origin, authorization, body }));
});
let port = 0;
let proxy: BearerProxy;
beforeAll(async () => {
  port = await listenAnywhere(server);
  proxy = await startBearerProxy();
});
afterAll(async () => {
  await proxy.stop();
  await close(server);
});

function send(headers: Record<string, string>, body: string): Promise<{ answer: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    const out = request(`${proxy.origin}/mcp?a=1`, { method: 'POST', headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () => resolve({ answer, text }));
    });
    out.on('error', reject);
    out.end(body);
  });
}

test('the proxy adds the token and passes the forged Host and Origin, the body and the answer as they are', async () => {
  proxy.target = { url: new URL(`http://127.0.0.1:${port}/mcp`), token: 'good' };
  const headers = { host: 'evil.example.com', origin: 'http://evil.example.com', authorization: 'Bearer own' };
  const { answer, text } = await send(headers, '{"a":"ü"}');
  expect([answer.statusCode, answer.headers['x-kept'], JSON.parse(text)]).toEqual([
    418,
    'yes',
    {
      method: 'POST',
      path: '/mcp?a=1',
      host: 'evil.example.com',
      origin: 'http://evil.example.com',
      authorization: 'Bearer good',
      body: '{"a":"ü"}',
    },
  ]);
});

test('without a target it answers 502 and ends', async () => {
  proxy.target = undefined;
  const { answer } = await send({}, '');
  expect(answer.statusCode).toBe(502);
});
