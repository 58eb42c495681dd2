import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { close } from '../../cli/dev/network.ts';
import { type AuthPorts, createAuth } from '../../shared/backend/auth/create-auth.ts';
import type { Caller } from '../../shared/backend/auth/mode.ts';
import { type Backends, createBackends } from '../../shared/backend/call.ts';
import type { Backend } from '../../shared/backend/definition.ts';
import type { BackendSettings } from '../../shared/core/backend-settings.ts';
import type { Log } from '../../shared/core/logger.ts';
import type { Uid } from '../../shared/core/principal.ts';
import { createGuardedClient } from '../../shared/net/guarded-client.ts';
import { ISSUER, NOW, RESOURCE } from './config.ts';
import { listenAnywhere } from './listen.ts';
import { captureLog, type LogLine } from './log.ts';

export interface ReceivedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface RunningBackend {
  /** With a base path, so that nothing can leave it unnoticed. */
  readonly url: string;
  readonly received: ReceivedRequest[];
  stop(): Promise<void>;
}

/** A backend on this machine that answers as it is told. */
export async function startBackend(
  answer: (request: ReceivedRequest, response: ServerResponse) => void,
): Promise<RunningBackend> {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url: target = '', headers } = incoming;
    const request = { method, target, headers, body: Buffer.concat(chunks).toString() };
    received.push(request);
    answer(request, response);
  });
  const port = await listenAnywhere(server);
  return { url: `http://localhost:${port}/v1`, received, stop: () => close(server) };
}

export function answerJson(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export interface BackendWorld {
  readonly backends: Backends;
  readonly lines: LogLine[];
  readonly caller: Caller;
}

export interface BackendWorldOptions {
  readonly url: string;
  readonly backend?: Partial<Backend>;
  readonly settings?: BackendSettings;
  readonly auth?: Partial<AuthPorts>;
  readonly caller?: Partial<Caller>;
  readonly clock?: () => number;
  /** By default one that keeps its lines. */
  readonly log?: Log;
}

/** The real caller over the real client, with one backend `crm`. Nothing waits: retries come at once. */
export function createBackendWorld(options: BackendWorldOptions): BackendWorld {
  const captured = captureLog();
  const { lines } = captured;
  const { log = captured.log } = options;
  const { clock = () => NOW } = options;
  const nobody = async () => {
    throw new Error('this test has none');
  };
  const connect: AuthPorts['connect'] = (policy) => createGuardedClient(policy, { clock });
  const none = { readSecret: nobody, signer: { sign: nobody }, signRequest: nobody };
  const authenticate = createAuth({ clock, log, connect, allowHttpLoopback: true, ...none, ...options.auth });
  const backends = createBackends({
    table: { crm: { title: 'the CRM', auth: { mode: 'none' }, ...options.backend } },
    settings: { crm: { url: options.url, ...options.settings } },
    allowHttpLoopback: true,
    connect,
    signRequest: options.auth?.signRequest ?? nobody,
    authenticate,
    clock,
    log,
    random: () => 0,
    sleep: async () => undefined,
  });
  return { backends, lines, caller: { ...callerOf(clock), log, ...options.caller } };
}

function callerOf(clock: () => number): Omit<Caller, 'log'> {
  return {
    uid: 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF' as Uid,
    principal: {
      issuer: ISSUER,
      subject: 'auth0|alice',
      clientId: 'client-1',
      audience: [RESOURCE],
      expiresAt: clock() / 1000 + 600,
    },
    bearer: undefined,
    feature: 'getDeal',
    scopes: ['crm.read'],
    requestId: 'request-1',
    deadline: clock() + 24_000,
    signal: new AbortController().signal,
  };
}
