import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { receive, toEvent } from '../../../cli/dev/http-event.ts';
import type { Handler, HttpResponse } from '../../../functions/middleware/chain.ts';
import { LAMBDA } from './messages.ts';

// A side behind Node's HTTP server: <its bundle>, or nothing for a bare JSON server. Tells its port.
const [bundle] = process.argv.slice(2);
const handler: Handler = bundle === undefined ? answerJson : (await import(bundle)).handler;

async function answerJson({ body }: { readonly body?: string | undefined }): Promise<HttpResponse> {
  const { id } = JSON.parse(body ?? '');
  const headers = { 'content-type': 'application/json' };
  return { statusCode: 200, headers, body: JSON.stringify({ jsonrpc: '2.0', id, result: {} }) };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const route = { key: 'ANY /mcp', pathParameters: undefined };
  const received = receive(request);
  if (typeof received === 'number') return void response.writeHead(received).end();
  const {
    statusCode = 200,
    headers = {},
    body = '',
  } = await handler(toEvent(received, Buffer.concat(chunks), route), LAMBDA);
  const bytes = Buffer.from(body);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  response.setHeader('content-length', bytes.length);
  response.writeHead(statusCode).end(bytes);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => process.send?.({ ready: true, port: (server.address() as AddressInfo).port }));
