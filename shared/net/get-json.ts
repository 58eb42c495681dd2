import { createFetch, type FetchLimits } from './answer.ts';

/** Documents of an identity provider. */
export interface FetchedJson {
  readonly json: unknown;
  /** `max-age` of Cache-Control in seconds, when the answer has one. */
  readonly maxAgeSeconds: number | undefined;
}

/** Throws an Error with a short fixed message; nothing of the answer is in it. */
export type GetJson = (url: string, limits: FetchLimits) => Promise<FetchedJson>;

const POLICY = {
  // Discovery and keys are often at one host, and asked one after the other.
  keepAliveMs: 4000,
  requestHeaders: new Set(['accept']),
  responseHeaders: new Set(['cache-control']),
};

/** An answer other than 200 is given up at once: a redirect could lead into the network or to another issuer's keys. */
const fetchDocument = createFetch(POLICY, (status) => status === 200);

export const getJson: GetJson = async (url, limits) => {
  const request = { method: 'GET', headers: { accept: 'application/json' } } as const;
  const { status, headers, body } = await fetchDocument(url, request, limits);
  if (status !== 200) throw new Error(`http_${status}`);
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/.exec(headers['cache-control'] ?? '')?.[1];
  return { json: parse(body.toString('utf8')), maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge) };
};

/** The message of JSON.parse quotes the text, and it would end up in a log. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('not_json');
  }
}
