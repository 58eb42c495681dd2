import { type ClientRequest, type Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { NetError, type NetReason } from './net-error.ts';
import { readCapped } from './read-capped.ts';
import type { Limits } from './send.ts';

export interface Outgoing {
  readonly target: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly agent: HttpAgent;
  readonly lookup: LookupFunction;
}

export interface Exchanged {
  readonly response: IncomingMessage;
  readonly body: Buffer;
}

/**
 * A request that was judged before, on a connection whose address is judged by `lookup`, and the whole answer.
 *
 * @throws NetError
 */
export function exchange(outgoing: Outgoing, limits: Limits): Promise<Exchanged> {
  const { signal, timeoutMs } = limits;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(new NetError('aborted'));
    const request = open(outgoing);
    const stage = watch(request, outgoing.target);
    let pending = true;
    let answered = false;
    /** The first end counts: what else becomes of the connection is no news, and it may be in use again. */
    const settle = (how: () => void) => {
      if (!pending) return;
      pending = false;
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      how();
    };
    const fail = (error: NetError) =>
      settle(() => {
        reject(error);
        request.destroy();
      });
    const failFor = (reason: NetReason) => fail(new NetError(reason, stage() === 'sending'));
    const cancel = () => failFor('aborted');
    const timer = setTimeout(() => failFor('timed_out'), timeoutMs);
    signal?.addEventListener('abort', cancel);
    request.on('response', (response) => {
      answered = true;
      readCapped(response, limits, (problem, body) => {
        if (problem === undefined) settle(() => resolve({ response, body }));
        else failFor(problem);
      });
    });
    request.on('error', (error) => fail(toNetError(error, stage())));
    // An upgrade that nobody asked for ends here, without an answer and without an error.
    request.on('close', () => answered || failFor('malformed'));
    request.end(outgoing.body);
  });
}

function open({ target, method, headers, agent, lookup }: Outgoing): ClientRequest {
  const options = { method, headers, agent, lookup, insecureHTTPParser: false };
  return (target.protocol === 'http:' ? requestHttp : requestHttps)(target, options);
}

type Stage = 'connecting' | 'securing' | 'sending';

/** Nothing leaves before the last stage: with TLS that is after the certificate is checked. */
function watch(request: ClientRequest, { protocol }: URL): () => Stage {
  let stage: Stage = 'connecting';
  request.on('socket', (socket: Socket) => {
    if (request.reusedSocket) {
      stage = 'sending';
      return;
    }
    socket.once('connect', () => {
      stage = protocol === 'http:' ? 'sending' : 'securing';
    });
    socket.once('secureConnect', () => {
      stage = 'sending';
    });
  });
  return () => stage;
}

const REASONS = { connecting: 'connect_failed', securing: 'tls_failed', sending: 'reset' } as const;

/** The texts of Node's errors name addresses, and quote what came. */
function toNetError(error: NodeJS.ErrnoException, stage: Stage): NetError {
  // Of the look-up.
  if (error instanceof NetError) return error;
  const isParser = error.code?.startsWith('HPE_') === true;
  return new NetError(isParser ? 'malformed' : REASONS[stage], stage === 'sending');
}
