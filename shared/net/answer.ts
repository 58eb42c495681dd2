import type { IncomingMessage } from 'node:http';

/**
 * What every way out of the gateway has in common: https, one timeout over connection and whole body, a byte cap while
 * streaming, and errors with fixed messages. Node's own client is used, because the SDK has loaded it already: loading
 * `fetch` would add 20 ms to a cold start.
 */
export interface FetchLimits {
  /** Plain http to a loopback host: true only when the configured issuer itself is one (local development). */
  readonly allowHttp: boolean;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Nothing, or not all, came in the time given. */
export class FetchTimeout extends Error {
  override readonly name = 'FetchTimeout';
}

/** A judgement of ours about the answer. The text of any other error may name addresses, and is replaced. */
export class Refused extends Error {}

/** https, or plain http to a loopback host where that is allowed. */
export function isFetchable(url: string, allowHttp: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && allowHttp && LOOPBACK.has(hostname));
}

/** Throws an Error with a short fixed message; nothing of the answer is in it. */
export async function withinLimits<T>(
  url: string,
  { allowHttp, timeoutMs }: FetchLimits,
  ask: (target: URL, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!isFetchable(url, allowHttp)) throw new Error('url_not_https');
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await ask(new URL(url), signal);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw signal.aborted ? new FetchTimeout('timed_out') : new Error('not_reached');
  }
}

/** By events: an asynchronous iterator loads more of Node than a cold start needs. */
export function readCapped(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength;
      chunks.push(chunk);
      if (size > maxBytes) response.destroy(new Refused('answer_too_large'));
    });
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    response.on('error', reject);
    response.on('close', () => reject(new Error('closed')));
  });
}
