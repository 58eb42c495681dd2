import { createServer, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Node's HTTP server with the manners of API Gateway's front: whatever comes over the wire is answered with JSON or ends
 * with the connection. Node itself answers what it cannot parse without a body, and CONNECT not at all.
 */
export interface ServerTimes {
  /** From the first byte of a connection to the last of the headers. */
  readonly headersMs: number;
  /** To the last byte of the body. */
  readonly requestMs: number;
  /** How often both are looked at. */
  readonly checkMs: number;
}

const TIMES: ServerTimes = { headersMs: 10_000, requestMs: 30_000, checkMs: 1_000 };

/** What the parser's errors mean to a client; any other is 400. */
const STATUS_OF: ReadonlyMap<string | undefined, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

export function createHttpServer(serve: RequestListener, times: ServerTimes = TIMES): Server {
  const unanswered = new WeakMap<Duplex, Set<ServerResponse>>();
  const options = {
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    connectionsCheckingInterval: times.checkMs,
    // Refused by the listener instead, with a body.
    requireHostHeader: false,
  };
  const server = createServer(options, (request, response) => {
    const open = unanswered.get(request.socket) ?? new Set();
    unanswered.set(request.socket, open.add(response));
    response.once('close', () => open.delete(response));
    serve(request, response);
  });
  // By number Node drops the rest in silence, a second Authorization too; their size is limited anyway.
  server.maxHeadersCount = 0;
  // A client that has sent all it wanted and says so still gets its answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const refuse = () => refuseOn(socket, STATUS_OF.get(error.code) ?? 400);
    // Pipelined: the requests that came whole before the broken one are answered first, and in their order.
    const last = [...(unanswered.get(socket) ?? [])].filter(({ req }) => req.complete).at(-1);
    if (last === undefined) refuse();
    else last.once('close', refuse);
  });
  server.on('connect', (_request, socket) => refuseOn(socket, 400));
  server.on('checkExpectation', (_request, response) => {
    const body = messageOf(417);
    response.writeHead(417, { ...HEADERS, 'content-length': body.length, connection: 'close' }).end(body);
  });
  return server;
}

const HEADERS = { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' } as const;

/** As API Gateway words its own refusals. */
export function messageOf(status: number): string {
  return JSON.stringify({ message: STATUS_CODES[status] });
}

function refuseOn(socket: Duplex, status: number): void {
  // A reset by the peer comes here too: there is nobody to answer.
  if (!socket.writable) return void socket.destroy();
  const body = messageOf(status);
  const headers = { ...HEADERS, 'content-length': body.length, connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
