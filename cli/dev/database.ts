import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';

/** DynamoDB takes no larger request. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/**
 * dynalite, given whole requests only: it throws when a client leaves in the middle of one, which would end the gateway
 * in the same process. And it answers every web page that asks, which may be any page the developer has open.
 */
export function createDatabase(): Server {
  const server = dynalite({ createTableMs: 0 });
  const [serve] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (request.headers.origin !== undefined) return void response.writeHead(403, { 'content-length': 0 }).end();
    readWhole(request).then(
      (whole) => serve?.(whole, response),
      () => response.destroy(),
    );
  });
  return server;
}

/** What dynalite reads of a request, without the connection behind it. */
async function readWhole(request: IncomingMessage): Promise<IncomingMessage> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  const { method, url, headers } = request;
  return Object.assign(Readable.from(chunks), { method, url, headers }) as unknown as IncomingMessage;
}
