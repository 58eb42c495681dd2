import { createServer, type RequestListener, type Server } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { Failure } from '../failure.ts';
import { createHttpServer } from './http-server.ts';

export interface Listening {
  close(): Promise<void>;
}

/**
 * Serves on 127.0.0.1, and on ::1 where that exists, since `localhost` may mean either.
 *
 * @throws Failure when the port is taken
 */
export async function listen(serve: RequestListener, port: number): Promise<Listening> {
  const servers = [createHttpServer(serve)];
  await bind(servers[0] as Server, port, '127.0.0.1');
  const six = createHttpServer(serve);
  try {
    await bind(six, port, '::1');
    servers.push(six);
  } catch (error) {
    if (error instanceof Failure) {
      await Promise.all(servers.map(close));
      throw error;
    }
    // No IPv6 on this machine.
  }
  return { close: async () => void (await Promise.all(servers.map(close))) };
}

/** @throws Failure when the port is taken */
export function bind(server: NetServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const busy = `Port ${port} is in use. Stop what uses it, or choose another one with --port.`;
      reject(error.code === 'EADDRINUSE' ? new Failure(busy) : error);
    });
    server.listen(port, host, () => resolve());
  });
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * The first of four free ports in a row: gateway, identity provider, database, demo backend. Below the range that the system takes
 * ports for outgoing connections from (32768 on Linux), or one could be gone before it is bound.
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await Promise.all([port, port + 1, port + 2, port + 3].map(isFree))).every(Boolean)) return port;
  }
  throw new Failure('No four free ports in a row were found between 20000 and 32000.');
}

/** @throws Failure naming the first port that is taken, before anything is started */
export async function requireFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const probe = createServer();
    await bind(probe, port, '127.0.0.1');
    await close(probe);
  }
}

async function isFree(port: number): Promise<boolean> {
  return requireFree([port]).then(
    () => true,
    () => false,
  );
}
