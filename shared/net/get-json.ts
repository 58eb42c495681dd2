import { systemClock } from '../core/clock.ts';
import { createConnections } from './connections.ts';
import { createGuardedClient, type NetPolicy } from './guarded-client.ts';
import { NetError, type NetReason } from './net-error.ts';
import type { NetAnswer } from './send.ts';
import { isLoopbackHost, targetProblem } from './target.ts';

/** Documents of an identity provider, by the guarded client. */
export interface FetchedJson {
  readonly json: unknown;
  /** `max-age` of Cache-Control in seconds, when the answer has one. */
  readonly maxAgeSeconds: number | undefined;
}

export interface GetJsonOptions {
  /** Loopback hosts, and there plain http: true only when the configured issuer itself is one (local development). */
  readonly allowHttp: boolean;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Throws an Error with a short fixed message; nothing of the answer is in it. */
export type GetJson = (url: string, options: GetJsonOptions) => Promise<FetchedJson>;

/** Nothing, or not all, came in the time given. */
export class FetchTimeout extends Error {
  override readonly name = 'FetchTimeout';
}

const POLICY = {
  allowPrivate: false,
  // Discovery and keys are often at one host, and asked one after the other.
  keepAliveMs: 4000,
  requestHeaders: new Set(['accept']),
  responseHeaders: new Set(['cache-control']),
};
/** Apart, since a connection to this machine is only for an issuer that is on it. */
const CONNECTIONS = { public: createConnections(POLICY, systemClock), local: createConnections(POLICY, systemClock) };

/** The texts that callers and logs know. */
const MESSAGES: Partial<Record<NetReason, string>> = {
  url_refused: 'url_not_https',
  address_refused: 'address_refused',
  too_large: 'answer_too_large',
  encoded: 'not_json',
};

export const getJson: GetJson = async (url, { allowHttp, ...limits }) => {
  const problem = problemOf(url, allowHttp);
  if (problem !== undefined) throw new Error(MESSAGES[problem]);
  const { status, headers, body } = await get(new URL(url), allowHttp, limits);
  if (status !== 200) throw new Error(`http_${status}`);
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/.exec(headers['cache-control'] ?? '')?.[1];
  return { json: parse(body.toString('utf8')), maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge) };
};

/**
 * https, or plain http to a loopback host where that is allowed; and not to an address that no identity provider has: a
 * document may name any, and the gateway would ask there.
 */
export function isFetchable(url: string, allowHttp: boolean): boolean {
  return problemOf(url, allowHttp) === undefined;
}

function problemOf(url: string, allowHttp: boolean): NetReason | undefined {
  return URL.canParse(url) ? targetProblem(new URL(url), policyFor(new URL(url), allowHttp)) : 'url_refused';
}

/** Local development: an identity provider on one's own machine. */
export function isOnThisMachine(issuer: string): boolean {
  return URL.canParse(issuer) && isLoopbackHost(new URL(issuer));
}

/** The host is the configured issuer's, or the one that its document names for the keys. */
function policyFor({ host }: URL, allowHttp: boolean): NetPolicy {
  return { ...POLICY, hosts: new Set([host]), allowHttpLoopback: allowHttp };
}

async function get(target: URL, allowHttp: boolean, limits: Omit<GetJsonOptions, 'allowHttp'>): Promise<NetAnswer> {
  const connections = allowHttp ? CONNECTIONS.local : CONNECTIONS.public;
  try {
    const send = createGuardedClient(policyFor(target, allowHttp), { connections });
    const request = { method: 'GET', url: target, headers: { accept: 'application/json' } } as const;
    // An answer other than 200 is given up at once.
    return await send(request, { ...limits, wantsBody: (status) => status === 200 });
  } catch (error) {
    const reason = error instanceof NetError ? error.reason : undefined;
    if (reason === 'timed_out') throw new FetchTimeout('timed_out');
    throw new Error((reason && MESSAGES[reason]) ?? 'not_reached');
  }
}

/** The message of JSON.parse quotes the text, and it would end up in a log. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('not_json');
  }
}
