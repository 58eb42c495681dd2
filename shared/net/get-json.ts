import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type FetchLimits, Refused, readCapped, withinLimits } from './answer.ts';

/** The only way out for documents of an identity provider: answer.ts, and no redirects and no compression. */
export interface FetchedJson {
  readonly json: unknown;
  /** `max-age` of Cache-Control in seconds, when the answer has one. */
  readonly maxAgeSeconds: number | undefined;
}

/** Throws an Error with a short fixed message; nothing of the answer is in it. */
export type GetJson = (url: string, limits: FetchLimits) => Promise<FetchedJson>;

export const getJson: GetJson = (url, limits) =>
  withinLimits(url, limits, async (target, signal) => {
    const response = await open(target, signal);
    const text = await readCapped(response, limits.maxBytes);
    const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/.exec(response.headers['cache-control'] ?? '')?.[1];
    return { json: parse(text), maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge) };
  });

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
