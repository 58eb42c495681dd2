import { type Clock, systemClock } from '../core/clock.ts';
import { type ConnectionOptions, type Connections, createConnections } from './connections.ts';
import { exchange } from './exchange.ts';
import { checkHeaderList, readHeaders, writeHeaders } from './headers.ts';
import { createLookup, type Resolve } from './lookup.ts';
import { NetError } from './net-error.ts';
import type { Send } from './send.ts';
import { checkHosts, reachable, readTarget, type TargetPolicy } from './target.ts';

/** Where requests of one client may go and what they may carry: configuration, never something that a caller sent. */
export interface NetPolicy extends TargetPolicy, ConnectionOptions {
  /** Names in lower case. A request with another one is refused. */
  readonly requestHeaders: ReadonlySet<string>;
  /** Names in lower case. Others are not handed on. */
  readonly responseHeaders: ReadonlySet<string>;
}

export interface NetPorts {
  readonly clock?: Clock;
  readonly resolve?: Resolve;
  /** Shared by clients whose policies differ in their hosts only. */
  readonly connections?: Connections;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * The only way out of the gateway. https to listed hosts at addresses that were checked, each name resolved once; no
 * redirects, no compression, listed headers both ways, limits of time and size over the whole exchange. HTTP/1.1 by
 * Node's own strict parser (docs/adr/0012-outbound-http.md).
 *
 * @throws Error at once for a policy that cannot be meant
 */
export function createGuardedClient(policy: NetPolicy, ports: NetPorts = {}): Send {
  checkHosts(policy.hosts);
  checkHeaderList(policy.requestHeaders);
  checkHeaderList(policy.responseHeaders);
  const { connections = createConnections(policy, ports.clock ?? systemClock), resolve } = ports;
  return async ({ method, url, headers = {}, body: given }, limits) => {
    const target = readTarget(url, policy);
    if (!METHODS.has(method) || (method === 'GET' && given !== undefined)) throw new NetError('request_refused');
    const body = typeof given === 'string' ? Buffer.from(given) : given;
    const outgoing = {
      target,
      method,
      headers: writeHeaders(headers, policy.requestHeaders, body),
      body,
      agent: connections.agentFor(target),
      lookup: createLookup(reachable(target, policy), resolve),
    };
    const { response, body: answer } = await exchange(outgoing, limits);
    const kept = readHeaders(response.headers, policy.responseHeaders);
    return { status: response.statusCode ?? 0, headers: kept, body: answer };
  };
}
