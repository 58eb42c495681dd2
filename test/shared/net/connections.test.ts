import { type Agent, createServer as createHttps } from 'node:https';
import { describe, expect, test } from '@jest/globals';
import { close } from '../../../cli/dev/network.ts';
import { createConnections } from '../../../shared/net/connections.ts';
import { createGuardedClient } from '../../../shared/net/guarded-client.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { listenAnywhere } from '../../support/listen.ts';
import { answering, LIMITS, localPolicy, startRaw } from '../../support/net.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** How many connections three requests take, one after the other, with these pauses before the second and the third. */
async function connectionsOf(keepAliveMs: number, ...pauses: readonly number[]) {
  const raw = await startRaw((socket) => socket.write(OK));
  const { resolve, asked } = answering(['127.0.0.1']);
  const host = raw.host.replace('127.0.0.1', 'localhost');
  let now = 1_000_000;
  const send = createGuardedClient(localPolicy(host, { keepAliveMs }), { clock: () => now, resolve });
  for (const pause of [0, ...pauses]) {
    now += pause;
    await send({ method: 'GET', url: `http://${host}/` }, LIMITS);
    // The connection is free only in the next turn.
    await new Promise((done) => setImmediate(done));
  }
  raw.close();
  return { connections: raw.connections(), resolved: asked.length };
}

describe('a connection', () => {
  test('is used again, and its name is not resolved again', async () => {
    expect(await connectionsOf(4000, 0, 4000)).toEqual({ connections: 1, resolved: 1 });
  });

  test('goes to what the system says of a name', async () => {
    const raw = await startRaw((socket) => socket.write(OK));
    const host = raw.host.replace('127.0.0.1', 'localhost');
    const { status } = await createGuardedClient(localPolicy(host))({ method: 'GET', url: `http://${host}/` }, LIMITS);
    raw.close();
    expect(status).toBe(200);
  });

  test('that was idle for too long is not: a function that was frozen finds it dead', async () => {
    expect(await connectionsOf(4000, 4001, 4001)).toEqual({ connections: 3, resolved: 3 });
  });

  test('is not used again when the clock went back: nobody knows how old it is', async () => {
    expect(await connectionsOf(4000, -1, 0)).toEqual({ connections: 2, resolved: 2 });
  });

  test('is closed after each answer where that is wanted', async () => {
    expect(await connectionsOf(0, 0, 0)).toEqual({ connections: 3, resolved: 3 });
  });

  test('that failed is not used again', async () => {
    let count = 0;
    const raw = await startRaw((socket) =>
      socket.write(count++ === 0 ? 'HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n' : OK),
    );
    const send = createGuardedClient(localPolicy(raw.host));
    const request = { method: 'GET', url: `http://${raw.host}/` } as const;
    await expect(send(request, LIMITS)).rejects.toMatchObject({ message: 'too_large' });
    const { status } = await send(request, LIMITS);
    raw.close();
    expect([status, raw.connections()]).toEqual([200, 2]);
  });

  test('gathers nothing, however often it is used', async () => {
    const raw = await startRaw((socket) => socket.write(OK));
    const policy = localPolicy(raw.host);
    const connections = createConnections(policy, () => 0);
    const url = new URL(`http://${raw.host}/`);
    const listeners: number[] = [];
    for (let at = 0; at < 20; at++) {
      await createGuardedClient(policy, { connections })({ method: 'GET', url }, LIMITS);
      await new Promise((done) => setImmediate(done));
      const idle = Object.values(connections.agentFor(url).freeSockets).flatMap((sockets = []) => sockets);
      listeners.push(
        ...idle.map((socket) => socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0)),
      );
    }
    raw.close();
    expect([raw.connections(), listeners.length, listeners.at(-1)]).toEqual([1, 20, listeners[1]]);
  });

  test('of one client is never found by another, which may have other rules', async () => {
    const raw = await startRaw((socket) => socket.write(OK));
    for (const _client of [1, 2]) {
      await createGuardedClient(localPolicy(raw.host))({ method: 'GET', url: `http://${raw.host}/` }, LIMITS);
      await new Promise((done) => setImmediate(done));
    }
    raw.close();
    expect(raw.connections()).toBe(2);
  });
});

describe('TLS', () => {
  /** What a request to https://localhost comes to, when the server there has a certificate for this name. */
  async function secured(name: string, trusted: boolean) {
    const certificate = makeCertificate(name);
    let requests = 0;
    const server = createHttps(certificate, (_request, response) => {
      requests++;
      response.end('ok');
    });
    const host = `localhost:${await listenAnywhere(server)}`;
    const ca = trusted ? { ca: certificate.cert } : {};
    const send = createGuardedClient(localPolicy(host, ca), { resolve: answering(['127.0.0.1']).resolve });
    const outcome = await send({ method: 'POST', url: `https://${host}/`, body: 'x' }, LIMITS).catch(
      (error: unknown) => error,
    );
    await close(server as never);
    return { outcome, requests };
  }
  const refused = {
    outcome: expect.objectContaining({ message: 'tls_failed', reason: 'tls_failed', sent: false }),
    requests: 0,
  };

  test('the certificate is for the name of the URL, although the address was chosen before', async () => {
    expect(await secured('localhost', true)).toMatchObject({ outcome: { status: 200 }, requests: 1 });
  });

  test('a certificate for another name: nothing is sent', async () => {
    expect(await secured('other.example.com', true)).toEqual(refused);
  });

  test('a certificate that nobody vouches for: nothing is sent', async () => {
    expect(await secured('localhost', false)).toEqual(refused);
  });

  test('no variable of the environment turns the check off', () => {
    const { agentFor } = createConnections(localPolicy('api.example.com'), () => 0);
    const { options } = agentFor(new URL('https://api.example.com')) as Agent;
    expect(options.rejectUnauthorized).toBe(true);
  });

  test('a server that speaks no TLS: nothing is sent', async () => {
    const raw = await startRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const host = raw.host.replace('127.0.0.1', 'localhost');
    const send = createGuardedClient(localPolicy(host), { resolve: answering(['127.0.0.1']).resolve });
    const outcome = await send({ method: 'GET', url: `https://${host}/` }, LIMITS).catch((error: unknown) => error);
    raw.close();
    expect(outcome).toMatchObject({ message: 'tls_failed', sent: false });
  });
});
