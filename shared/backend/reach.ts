import type { SignRequest } from '../aws/sign-request.ts';
import type { BackendSettings } from '../core/backend-settings.ts';
import type { NetPolicy } from '../net/guarded-client.ts';
import type { Send } from '../net/send.ts';
import type { Backend } from './definition.ts';
import { IDENTITY_HEADERS } from './identity-headers.ts';
import { invokeInstead, LAMBDA_REQUEST_HEADERS, LAMBDA_RESPONSE_HEADERS, lambdaTarget } from './lambda-target.ts';

export interface ReachPorts {
  /** A way out for one backend. */
  readonly connect: (policy: NetPolicy) => Send;
  /** For functions in the place of a URL. */
  readonly signRequest: SignRequest;
  /** `http://localhost` is an address too: in local development. */
  readonly allowHttpLoopback: boolean;
}

export interface Reached {
  /** What paths go below. Of a function, a name that is never asked for. */
  readonly base: URL;
  readonly client: Send;
}

/** Set by the call itself; further names come from the mode. */
const REQUEST_HEADERS = ['accept', 'content-type', 'x-request-id', 'idempotency-key'];
const RESPONSE_HEADERS = ['content-type', 'retry-after'];

/** Less than a server on Node keeps an idle connection (5 s), or it would close under a request. */
const KEEP_ALIVE_MS = 4000;

/** A way out to the address of the backend, and to no other. */
export function reach(
  backend: Backend,
  { url, functionArn }: BackendSettings,
  credentials: readonly string[],
  { connect, signRequest, allowHttpLoopback }: ReachPorts,
): Reached {
  const allowed = { allowPrivate: backend.private === true, allowHttpLoopback, keepAliveMs: KEEP_ALIVE_MS };
  const connectTo = (host: string, request: readonly string[], response: readonly string[]) =>
    connect({
      ...allowed,
      hosts: new Set([host]),
      requestHeaders: new Set(request),
      responseHeaders: new Set(response),
    });
  if (functionArn === undefined) {
    const base = new URL(url ?? '');
    const identity = backend.identityHeaders === true ? IDENTITY_HEADERS : [];
    const names = [...REQUEST_HEADERS, ...credentials, ...identity];
    return { base, client: connectTo(base.host, names, RESPONSE_HEADERS) };
  }
  const target = lambdaTarget(functionArn);
  const send = connectTo(target.host, LAMBDA_REQUEST_HEADERS, LAMBDA_RESPONSE_HEADERS);
  return { base: new URL('https://function.invalid'), client: invokeInstead(send, signRequest, target) };
}
