/**
 * The only way out for documents of an identity provider: https, no redirects, one timeout over connection and whole
 * body, and a byte cap while streaming.
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
  const target = new URL(url);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await fetchJson(target, signal, maxBytes);
  } catch (error) {
    throw signal.aborted ? new FetchTimeout('timeout') : error;
  }
};

/** https, or plain http to a loopback host where that is allowed. */
export function isFetchable(url: string, allowHttp: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && allowHttp && LOOPBACK.has(hostname));
}

async function fetchJson(target: URL, signal: AbortSignal, maxBytes: number): Promise<FetchedJson> {
  const response = await fetch(target, {
    // A redirect could lead into the network or to another issuer's keys.
    redirect: 'error',
    signal,
    headers: { accept: 'application/json' },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`http_${response.status}`);
  }
  const text = await readCapped(response, maxBytes);
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/.exec(response.headers.get('cache-control') ?? '')?.[1];
  return { json: parse(text), maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge) };
}

/** The message of JSON.parse quotes the text, and it would end up in a log. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('not_json');
  }
}

async function readCapped(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error('answer_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
