import type { BackendSettings, BackendsSettings } from '../core/backend-settings.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';
import { METRICS, type MetricGroup, type MetricName } from '../core/metrics.ts';
import { createBreaker, withBreaker } from '../net/breaker.ts';
import { withRetry } from '../net/retry.ts';
import type { Limits, NetAnswer, Send } from '../net/send.ts';
import type { AuthMode, Caller } from './auth/mode.ts';
import { BACKEND_LIMITS, type Backend, type BackendLimits, type BackendTable } from './definition.ts';
import { BackendFailure, broke, fromError, refused, unreadable } from './failure.ts';
import { identityHeaders } from './identity-headers.ts';
import { type ReachPorts, reach } from './reach.ts';
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

export interface BackendsOptions extends ReachPorts {
  readonly table: BackendTable;
  readonly settings: BackendsSettings;
  /** The mode of a backend, ready to use. */
  readonly authenticate: (backend: Backend, settings: BackendSettings) => AuthMode;
  readonly clock: Clock;
  /** For what is about a backend and not about one call. */
  readonly log: Log;
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
    if (backend === undefined || settings === undefined) throw new Error(`there is no backend ${name}`);
    const call = createCall(name, backend, settings, options);
    made.set(name, call);
    return call;
  };
  return { call: async (name, request, caller) => (made.get(name) ?? make(name))(request, caller) };
}

const RETRY_PAUSE_MS = 200;

function createCall(name: string, backend: Backend, settings: BackendSettings, options: BackendsOptions): Call {
  const { title } = backend;
  const limits = { ...BACKEND_LIMITS, ...backend.limits };
  const mode = options.authenticate(backend, settings);
  const { base, client } = reach(backend, settings, mode.headers, options);
  const onOpen = () => options.log.warn('breaker.opened', { backend: name }, counted('breakerOpened', name));
  const breaker = createBreaker({ failures: limits.failures, openMs: limits.restMs, onOpen }, options.clock);
  const line: Line = { name, mode, limits, send: withBreaker(client, breaker), ports: options };
  return async (request, caller) => {
    const built = buildRequest(base, request);
    const headers = {
      ...commonHeaders(request, caller.requestId),
      ...(backend.identityHeaders ? identityHeaders(caller) : {}),
    };
    try {
      return judge(title, await ask(line, built, headers, caller), built.effect);
    } catch (error) {
      const failure = error instanceof BackendFailure ? error : fromError(title, error, built.effect);
      report(name, failure, caller);
      throw failure;
    }
  };
}

/** What every request to one backend goes by. */
interface Line {
  readonly name: string;
  readonly mode: AuthMode;
  readonly limits: BackendLimits;
  readonly send: Send;
  readonly ports: Pick<BackendsOptions, 'clock' | 'random' | 'sleep'>;
}

/** As often as its effect allows, each time with credentials of its own, within the time of one call. */
function ask(
  { name, mode, limits, send, ports }: Line,
  built: BuiltRequest,
  headers: Readonly<Record<string, string>>,
  caller: Caller,
): Promise<NetAnswer> {
  const { url, sent, effect } = built;
  const attempt: Send = (net, within) =>
    withCredentials(mode, built, caller, (credentials) =>
      send({ ...net, headers: { ...headers, ...credentials } }, leftOf(within, caller, ports.clock)),
    );
  const onRetry = (attempt: number) =>
    caller.log.info('backend.retried', { backend: name, attempt }, counted('backendRetries', name));
  const policy = { attempts: limits.attempts, pauseMs: RETRY_PAUSE_MS, isIdempotent: () => effect !== 'once', onRetry };
  const net = { method: sent.method, url, ...(sent.body === undefined ? {} : { body: sent.body }) };
  const { timeoutMs, maxBytes } = limits;
  const within = leftOf({ timeoutMs, maxBytes, signal: caller.signal }, caller, ports.clock);
  return withRetry(attempt, policy, ports)(net, within);
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
  else {
    const metrics = reason === 'circuit_open' ? counted('breakerRefused', backend) : [];
    log.warn('backend.failed', { dependency: 'backends', backend, code, reason }, metrics);
  }
}

/** By the name in our table, which no client chooses. */
function counted(metric: keyof typeof METRICS, backend: string): readonly MetricGroup[] {
  return [{ values: { [METRICS[metric]]: 1 } satisfies Partial<Record<MetricName, number>>, by: { backend } }];
}
