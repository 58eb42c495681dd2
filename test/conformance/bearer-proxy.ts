import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { close } from '../../cli/dev/network.ts';
import { listenAnywhere } from '../support/listen.ts';

export interface BearerProxy {
  /** `http://localhost:<port>`, without a path. */
  readonly origin: string;
  /** Where requests go from now on, and what they are sent with. */
  target: { readonly url: URL; readonly token: string } | undefined;
  stop(): Promise<void>;
}

/**
 * Adds a bearer token to what the conformance suite sends, since it knows no authorization. Everything else passes as
 * it came, `Host` and `Origin` too: the suite forges both to see whether DNS rebinding is noticed.
 */
export async function startBearerProxy(): Promise<BearerProxy> {
  const server = createServer((incoming, outgoing) => forward(proxy.target, incoming, outgoing));
  const port = await listenAnywhere(server);
  const proxy: BearerProxy = {
    origin: `http://localhost:${port}`,
    target: undefined,
    stop: () => close(server),
  };
  return proxy;
}

function forward(target: BearerProxy['target'], incoming: IncomingMessage, outgoing: ServerResponse): void {
  const unreachable = () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end());
  if (target === undefined) {
    unreachable();
    return;
  }
  const { url, token } = target;
  const upstream = request(
    {
      host: url.hostname,
      port: url.port,
      path: incoming.url,
      method: incoming.method,
      headers: { ...incoming.headers, authorization: `Bearer ${token}` },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  upstream.on('error', unreachable);
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}
