import { systemClock } from '../core/clock.ts';
import { createConnections } from './connections.ts';
import { createGuardedClient, type NetPolicy } from './guarded-client.ts';
import { NetError, type NetReason } from './net-error.ts';
import type { NetAnswer, NetRequest } from './send.ts';
import { isLoopbackHost, targetProblem } from './target.ts';

/** What all requests to an identity provider have in common, on top of the guarded client. */
export interface FetchLimits {
  /** Loopback hosts, and there plain http: true only when the configured issuer itself is one (local development). */
  readonly allowHttp: boolean;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Nothing, or not all, came in the time given. */
export class FetchTimeout extends Error {
  override readonly name = 'FetchTimeout';
}

/** Local development: an identity provider on one's own machine. */
export function isOnThisMachine(issuer: string): boolean {
  return URL.canParse(issuer) && isLoopbackHost(new URL(issuer));
}

/**
 * https, or plain http to a loopback host where that is allowed; and no address that an identity provider cannot have: a
 * document may name any, and the gateway would ask there.
 */
export function isFetchable(url: string, allowHttp: boolean): boolean {
  return problemOf(url, allowHttp) === undefined;
}

function problemOf(url: string, allowHttp: boolean): NetReason | undefined {
  if (!URL.canParse(url)) return 'url_refused';
  const target = new URL(url);
  return targetProblem(target, targetsOf(target, allowHttp));
}

/** The host is the configured issuer's, or one that its document names. */
function targetsOf({ host }: URL, allowHttp: boolean) {
  return { hosts: new Set([host]), allowPrivate: false, allowHttpLoopback: allowHttp };
}

/** The texts that callers and logs know. */
const MESSAGES: Partial<Record<NetReason, string>> = {
  url_refused: 'url_not_https',
  address_refused: 'address_refused',
  too_large: 'answer_too_large',
  encoded: 'not_json',
};

/** Throws an Error with a short fixed message; nothing of request or answer is in it. */
export type Fetch = (url: string, request: Omit<NetRequest, 'url'>, limits: FetchLimits) => Promise<NetAnswer>;

/** `wantsBody`: bodies of other statuses are not waited for. */
export function createFetch(
  policy: Pick<NetPolicy, 'keepAliveMs' | 'requestHeaders' | 'responseHeaders'>,
  wantsBody: (status: number) => boolean = () => true,
): Fetch {
  const connections = createConnections(policy, systemClock);
  return async (url, request, { allowHttp, ...limits }) => {
    const problem = problemOf(url, allowHttp);
    if (problem !== undefined) throw new Error(MESSAGES[problem]);
    const target = new URL(url);
    const send = createGuardedClient({ ...policy, ...targetsOf(target, allowHttp) }, { connections });
    try {
      return await send({ ...request, url: target }, { ...limits, wantsBody });
    } catch (error) {
      const reason = error instanceof NetError ? error.reason : undefined;
      if (reason === 'timed_out') throw new FetchTimeout('timed_out');
      throw new Error((reason && MESSAGES[reason]) ?? 'not_reached');
    }
  };
}
