import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/**
 * The only way out for documents of an identity provider: https, no redirects, no compression, one timeout over
 * connection and whole body, and a byte cap while streaming. Node's own client, because the SDK has loaded it already:
 * loading `fetch` would add 20 ms to a cold start.
 */
export interface FetchedJson {
  readonly json: unknown;
  /** `max-age` of Cache-Control in seconds, when the answer has one. */
  readonly maxAgeSeconds: number | undefined;
}

export interface GetJsonOptions {
  /** Plain http to a loopback host: true only when the configured issuer itself is one (local development). */
  readonly allowHttp: boolean;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Throws an Error with a short fixed message; nothing of the answer is in it. */
export type GetJson = (url: string, options: GetJsonOptions) => Promise<FetchedJson>;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Nothing, or not all, came in the time given. */
export class FetchTimeout extends Error {
  override readonly name = 'FetchTimeout';
}

export const getJson: GetJson = async (url, { allowHttp, timeoutMs, maxBytes }) => {
  if (!isFetchable(url, allowHttp)) throw new Error('url_not_https');
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await open(new URL(url), signal);
    const text = await readCapped(response, maxBytes);
    const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/.exec(response.headers['cache-control'] ?? '')?.[1];
    return { json: parse(text), maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge) };
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw signal.aborted ? new FetchTimeout('timed_out') : new Error('not_reached');
  }
};

/** https, or plain http to a loopback host where that is allowed. */
export function isFetchable(url: string, allowHttp: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && allowHttp && LOOPBACK.has(hostname));
}

/** A judgement of ours about the answer. The text of any other error may name addresses, and is replaced. */
class Refused extends Error {}

/** An answer other than 200 is given up at once: a redirect could lead into the network or to another issuer's keys. */
async function open(target: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const request = target.protocol === 'http:' ? requestHttp : requestHttps;
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(target, { headers, signal }, resolve).on('error', reject).end();
  });
  if (response.statusCode === 200) return response;
  response.destroy();
  throw new Refused(`http_${response.statusCode}`);
}

/** The message of JSON.parse quotes the text, and it would end up in a log. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused('not_json');
  }
}

/** By events: an asynchronous iterator loads more of Node than a cold start needs. */
function readCapped(response: IncomingMessage, maxBytes: number): Promise<string> {
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
