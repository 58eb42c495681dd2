import { type IncomingMessage, request } from 'node:http';
import { requireLoopback } from './environment.ts';

export interface Rewrite {
  /** The origin that the client believes in, `https://abc123.execute-api.us-east-1.amazonaws.com`. */
  readonly from: string;
  /** Where it really is. */
  readonly to: string;
  /** The Host header by which the emulator knows the API. */
  readonly host: string;
}

const NO_BODY = new Set([101, 204, 205, 304]);
const TIMEOUT_MS = 30_000;

/**
 * A fetch whose requests for one origin reach another, unchanged otherwise. Node's own cannot set Host. Whatever is
 * neither that origin nor on this machine is refused.
 */
export function createRewritingFetch(rewrite: Rewrite): typeof fetch {
  requireLoopback(rewrite.to);
  return async (input, init) => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    if (url.origin !== new URL(rewrite.from).origin) return fetch(requireLoopback(asked.url), init);
    const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
    return toResponse(await send(new URL(`${url.pathname}${url.search}`, rewrite.to), rewrite.host, asked, body));
  };
}

function send(target: URL, host: string, asked: Request, body: Buffer | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const headers = { ...Object.fromEntries(asked.headers), ...length, host };
    const outgoing = request(target, { method: asked.method, headers, signal }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

async function toResponse(message: IncomingMessage): Promise<Response> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk as Uint8Array);
  const headers = new Headers();
  for (let at = 0; at < message.rawHeaders.length; at += 2) {
    headers.append(message.rawHeaders[at] ?? '', message.rawHeaders[at + 1] ?? '');
  }
  const status = message.statusCode ?? 0;
  return new Response(NO_BODY.has(status) ? null : Buffer.concat(chunks), { status, headers });
}
