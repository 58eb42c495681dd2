import type { BackendSettings, BackendsSettings } from '../core/backend-settings.ts';
import type { Clock } from '../core/clock.ts';
import { createBreaker, withBreaker } from '../net/breaker.ts';
import type { NetPolicy } from '../net/guarded-client.ts';
import { withRetry } from '../net/retry.ts';
import type { Limits, NetAnswer, Send } from '../net/send.ts';
import type { AuthMode, Caller } from './auth/mode.ts';
import { BACKEND_LIMITS, type Backend, type BackendTable } from './definition.ts';
import { BackendFailure, broke, fromError, refused, unreadable } from './failure.ts';
import { IDENTITY_HEADERS, identityHeaders } from './identity-headers.ts';
import { type BackendRequest, type BuiltRequest, buildRequest, type Effect } from './request.ts';

/** What a backend that did as it was told answered. */
export interface BackendAnswer {
  /** 200 to 299. */
  readonly status: number;
  /** Parsed JSON; undefined for an answer without a body. */
  readonly body: unknown;
}

export interface Backends {
  /**
   * Asks a backend on behalf of a user, within the deadline and the signal of the call.
   *
   * @throws BackendFailure
   * @throws PathValueRefused for an argument that cannot be part of a path
   */
  call(name: string, request: BackendRequest, caller: Caller): Promise<BackendAnswer>;
}

export interface BackendsOptions {
  readonly table: BackendTable;
  readonly settings: BackendsSettings;
  /** `http://localhost` is an address too: in local development. */
  readonly allowHttpLoopback: boolean;
  /** A way out for one backend. */
  readonly connect: (policy: NetPolicy) => Send;
  /** Its mode of authentication, ready to use. */
  readonly authenticate: (backend: Backend, settings: BackendSettings) => AuthMode;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

type Call = (request: BackendRequest, caller: Caller) => Promise<BackendAnswer>;

/** Backends that have an address. Each is made with its first call and keeps its connections, breaker and credentials. */
export function createBackends(options: BackendsOptions): Backends {
  const made = new Map<string, Call>();
  const make = (name: string): Call => {
    const backend = Object.hasOwn(options.table, name) ? options.table[name] : undefined;
    const settings = Object.hasOwn(options.settings, name) ? options.settings[name] : undefined;
    if (backend === undefined || settings?.url === undefined) throw new Error(`there is no backend ${name}`);
    const call = createCall(name, backend, settings, settings.url, options);
    made.set(name, call);
    return call;
  };
  return { call: async (name, request, caller) => (made.get(name) ?? make(name))(request, caller) };
}

/** Set by the call itself; further names come from the mode. */
const REQUEST_HEADERS = ['accept', 'content-type', 'x-request-id', 'idempotency-key'];
const RESPONSE_HEADERS = ['content-type', 'retry-after'];

/** Less than a server on Node keeps an idle connection (5 s), or it would close under a request. */
const KEEP_ALIVE_MS = 4000;
const RETRY_PAUSE_MS = 200;

function createCall(
  name: string,
  backend: Backend,
  settings: BackendSettings,
  url: string,
  { authenticate, connect, allowHttpLoopback, ...ports }: BackendsOptions,
): Call {
  const { title, identityHeaders: withIdentity = false } = backend;
  const limits = { ...BACKEND_LIMITS, ...backend.limits };
  const base = new URL(url);
  const mode = authenticate(backend, settings);
  const client = connect({
    hosts: new Set([base.host]),
    allowPrivate: backend.private === true,
    allowHttpLoopback,
    keepAliveMs: KEEP_ALIVE_MS,
    requestHeaders: new Set([...REQUEST_HEADERS, ...mode.headers, ...(withIdentity ? IDENTITY_HEADERS : [])]),
    responseHeaders: new Set(RESPONSE_HEADERS),
  });
  const breaker = createBreaker({ failures: limits.failures, openMs: limits.restMs }, ports.clock);
  const guarded = withBreaker(client, breaker);
  return async (request, caller) => {
    const built = buildRequest(base, request);
    const { effect, sent } = built;
    const common = {
      ...commonHeaders(request, caller.requestId),
      ...(withIdentity ? identityHeaders(caller) : {}),
    };
    const attempt: Send = (net, within) =>
      withCredentials(mode, built, caller, (headers) =>
        guarded({ ...net, headers: { ...common, ...headers } }, leftOf(within, caller, ports.clock)),
      );
    const policy = { attempts: limits.attempts, pauseMs: RETRY_PAUSE_MS, isIdempotent: () => effect !== 'once' };
    const send = withRetry(attempt, policy, ports);
    const net = { method: sent.method, url: built.url, ...(sent.body === undefined ? {} : { body: sent.body }) };
    const { timeoutMs, maxBytes } = limits;
    try {
      const answer = await send(net, leftOf({ timeoutMs, maxBytes, signal: caller.signal }, caller, ports.clock));
      return judge(title, answer, effect);
    } catch (error) {
      const failure = error instanceof BackendFailure ? error : fromError(title, error, effect);
      report(name, failure, caller);
      throw failure;
    }
  };
}

function commonHeaders({ body, idempotencyKey }: BackendRequest, requestId: string): Record<string, string> {
  return {
    accept: 'application/json',
    'x-request-id': requestId,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
}

/** Once more with other credentials, if there are any: a 401 says that nothing was done. */
async function withCredentials(
  mode: AuthMode,
  { sent }: BuiltRequest,
  caller: Caller,
  send: (headers: Readonly<Record<string, string>>) => Promise<NetAnswer>,
): Promise<NetAnswer> {
  const { headers, renew } = await mode.credentials(sent, caller);
  const answer = await send(headers);
  if (answer.status !== 401 || renew === undefined || !(await renew())) return answer;
  return send((await mode.credentials(sent, caller)).headers);
}

function leftOf(limits: Limits, { deadline }: Caller, clock: Clock): Limits {
  return { ...limits, timeoutMs: Math.min(limits.timeoutMs, deadline - clock()) };
}

function judge(title: string, { status, headers, body }: NetAnswer, effect: Effect): BackendAnswer {
  if (status >= 400 && status < 500) {
    throw refused(title, { status, body: parse(headers['content-type'], body) }, headers['retry-after']);
  }
  if (status < 200 || status >= 300) throw broke(title, status, effect);
  if (body.length === 0) return { status, body: undefined };
  const parsed = parse(headers['content-type'], body);
  if (parsed === undefined) throw unreadable(title, 'not_json', effect);
  return { status, body: parsed };
}

/** Undefined for what is no JSON: no JSON text stands for undefined. */
function parse(type: string | undefined, body: Buffer): unknown {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type ?? '')) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A refusal is between the user and the backend; everything else is for whoever runs one of the two. */
function report(backend: string, { code, reason }: BackendFailure, { log }: Caller): void {
  if (code === 'BACKEND_REFUSED') log.info('backend.refused', { backend, reason });
  else log.warn('backend.failed', { dependency: 'backends', backend, code, reason });
}
