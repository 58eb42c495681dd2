import { createServer, type IncomingMessage, request as open, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { bind, close } from '../../cli/dev/network.ts';
import type { WireFault } from '../../cli/failures/row.ts';
import { listenAnywhere } from './listen.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export interface FaultProxy {
  readonly url: string;
  /** How many requests have come. */
  readonly asked: () => number;
  /** From now on, or for the next `times` requests. */
  inject(fault: WireFault, times?: number): Promise<void>;
  /** All is well again, at the same address. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** Text that stands in every poisoned answer and must never be seen again. */
export const POISON = 'poison-canary';
const MEGABYTE = 1_048_576;

/** A real server on a real socket whose answers go wrong on demand, so that real clients meet real faults. */
export async function startFaultProxy(upstream: (asked: Asked) => Promise<Answered>): Promise<FaultProxy> {
  let fault: WireFault | undefined;
  let left = 0;
  let count = 0;
  const server = createServer(async (request, response) => {
    count++;
    const asked = await read(request);
    const wrong = left-- > 0 ? fault : undefined;
    if (wrong === 'reply lost') await upstream(asked);
    if (wrong === undefined) send(response, await upstream(asked));
    else misbehave(wrong, request, response);
  });
  const port = await listenAnywhere(server);
  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => count,
    inject: async (wrong, times = Number.POSITIVE_INFINITY) => {
      if (wrong === 'refused') return close(server);
      fault = wrong;
      left = times;
    },
    recover: async () => {
      left = 0;
      if (!server.listening) await bind(server, port, '127.0.0.1');
    },
    close: () => close(server),
  };
}

/** Passes requests on to another server. */
export function forwardTo(endpoint: string): (asked: Asked) => Promise<Answered> {
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const { host: _host, connection: _connection, ...rest } = headers;
      const request = open(`${endpoint}${path}`, { method, headers: rest }, async (response) => {
        const kept = Object.entries(response.headers).filter(([name]) => /^(content-type|x-amz)/.test(name));
        const text = await readBody(response);
        resolve({ status: response.statusCode ?? 500, headers: Object.fromEntries(kept.map(first)), body: text });
      });
      request.on('error', reject);
      request.end(body);
    });
}

function first([name, value]: [string, string | string[] | undefined]): readonly [string, string] {
  return [name, String(value)];
}

async function read(request: IncomingMessage): Promise<Asked> {
  const { method = '', url = '', headers } = request;
  return { method, path: url, headers, body: await readBody(request) };
}

async function readBody(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, headers, body }: Answered): void {
  response.writeHead(status, headers).end(body);
}

type StaticFault = Exclude<WireFault, 'refused' | 'hang' | 'slow body' | 'connection lost' | 'reply lost'>;

const JSON_TYPE = { 'content-type': 'application/json' };
const dynamoError = (name: string) =>
  JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: POISON });

/** Answers that fit both kinds of dependency: the error names are DynamoDB's, and an identity provider's are not read. */
const STATIC: Readonly<Record<StaticFault, (request: IncomingMessage) => Answered>> = {
  throttled: ({ headers }) => ({
    status: 'x-amz-target' in headers ? 400 : 429,
    // A peer must not be able to say how long we wait.
    headers: { ...JSON_TYPE, 'retry-after': '600' },
    body: dynamoError('ProvisionedThroughputExceededException'),
  }),
  'server error': () => ({ status: 500, headers: JSON_TYPE, body: dynamoError('InternalServerError') }),
  'access denied': () => ({ status: 400, headers: JSON_TYPE, body: dynamoError('AccessDeniedException') }),
  garbage: () => ({ status: 200, headers: JSON_TYPE, body: `{"${POISON}":\u0000` }),
  HTML: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: `<html>${POISON}</html>` }),
  '10 MB': () => ({ status: 200, headers: JSON_TYPE, body: JSON.stringify({ keys: POISON.repeat(MEGABYTE) }) }),
  '10 MB compressed': () => ({
    status: 200,
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify({ keys: ' '.repeat(10 * MEGABYTE) })),
  }),
  redirect: () => ({ status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: POISON }),
};

function misbehave(fault: WireFault, request: IncomingMessage, response: ServerResponse): void {
  switch (fault) {
    case 'refused':
    case 'hang':
      return;
    case 'connection lost':
    case 'reply lost':
      request.socket.resetAndDestroy();
      return;
    case 'slow body': {
      // Blanks before a JSON text are allowed, so only time can end this.
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
      response.writeHead(200, JSON_TYPE);
      return;
    }
    default:
      send(response, STATIC[fault](request));
  }
}
