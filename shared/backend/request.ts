import { joinUrl } from '../net/join-url.ts';
import { buildPath } from '../net/path.ts';
import { buildQuery } from '../net/query.ts';
import type { SentRequest } from './request-hash.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Scalar = string | number | boolean;

/**
 * What a request changes. `none`: nothing. `repeatable`: twice is like once. `once`: a repetition may be a second effect,
 * so it is never repeated, and a lost answer leaves an unknown outcome.
 */
export type Effect = 'none' | 'repeatable' | 'once';

/** A request below the base URL of a backend. No headers: those are the gateway's. */
export interface BackendRequest {
  readonly method: Method;
  /** A template: `/users/{id}/notes`. Constant; what varies is in `params`. */
  readonly path: string;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, Scalar | readonly Scalar[] | undefined>>;
  /** Sent as JSON when it is not undefined. Not for GET. */
  readonly body?: unknown;
  /** By RFC 9110 section 9.2 when it is not said: GET none, PUT and DELETE repeatable, others once. */
  readonly effect?: Effect;
  /** Sent as `Idempotency-Key`: the backend may use it to know a repetition. */
  readonly idempotencyKey?: string;
}

export interface BuiltRequest {
  readonly url: URL;
  readonly sent: SentRequest & { readonly method: Method; readonly body: string | undefined };
  readonly effect: Effect;
}

const BY_METHOD: Readonly<Record<Method, Effect>> = {
  GET: 'none',
  PUT: 'repeatable',
  DELETE: 'repeatable',
  POST: 'once',
  PATCH: 'once',
};

/**
 * @throws PathValueRefused for an argument that could mean another path
 * @throws Error for a template, or values, that the author of the tool got wrong
 */
export function buildRequest(base: URL, request: BackendRequest): BuiltRequest {
  const { method, path, params = {}, query = {}, body, effect = BY_METHOD[method] } = request;
  const url = joinUrl(base, buildPath(path, params), buildQuery(query));
  const text = body === undefined ? undefined : JSON.stringify(body);
  return { url, sent: { method, path: url.pathname, query: url.search.slice(1), body: text }, effect };
}
