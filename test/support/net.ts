import { createServer as createRaw, type Socket } from 'node:net';
import type { NetPolicy } from '../../shared/net/guarded-client.ts';
import type { Resolve } from '../../shared/net/lookup.ts';
import { listenAnywhere } from './listen.ts';

/** The policy of a backend on this machine. */
export function localPolicy(host: string, more: Partial<NetPolicy> = {}): NetPolicy {
  return {
    hosts: new Set([host]),
    allowPrivate: false,
    allowHttpLoopback: true,
    keepAliveMs: 4000,
    requestHeaders: new Set(['accept', 'content-type', 'x-call']),
    responseHeaders: new Set(['content-type']),
    ...more,
  };
}

export const LIMITS = { timeoutMs: 5000, maxBytes: 1000 };

/** A name server with one list of answers a question; the last one stays. */
export function answering(...answers: readonly (readonly string[])[]): {
  readonly resolve: Resolve;
  readonly asked: readonly string[];
} {
  const asked: string[] = [];
  const resolve: Resolve = (hostname, done) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { resolve, asked };
}

export interface RawServer {
  readonly host: string;
  /** How many connections have come. */
  readonly connections: () => number;
  close(): void;
}

/** A TCP server that says what it likes to each chunk that comes. */
export async function startRaw(answer: (socket: Socket, chunk: Buffer) => void): Promise<RawServer> {
  let count = 0;
  const open = new Set<Socket>();
  const server = createRaw((socket) => {
    count++;
    open.add(socket);
    // A test that fails before it closes this must not keep the process.
    socket.unref();
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => answer(socket, chunk));
  });
  const port = await listenAnywhere(server);
  server.unref();
  return {
    host: `127.0.0.1:${port}`,
    connections: () => count,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
