import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { close } from '../../../cli/dev/network.ts';
import { createGuardedClient } from '../../../shared/net/guarded-client.ts';
import type { Limits, NetRequest } from '../../../shared/net/send.ts';
import { listenAnywhere } from '../../support/listen.ts';
import { LIMITS, localPolicy, startRaw } from '../../support/net.ts';

const seen: IncomingMessage[] = [];
let answer: (response: ServerResponse) => void = (response) => void response.end();
const server = createServer((request, response) => {
  seen.push(request);
  answer(response);
});
let host = '';

beforeAll(async () => {
  host = `127.0.0.1:${await listenAnywhere(server)}`;
});
afterAll(() => close(server));

/** Sends one request to a backend that answers so. */
async function get(answers: typeof answer, more: Partial<Limits> = {}, request: Partial<NetRequest> = {}) {
  answer = answers;
  seen.length = 0;
  const send = createGuardedClient(localPolicy(host));
  return send({ method: 'GET', url: `http://${host}/`, ...request }, { ...LIMITS, ...more });
}

const failed = (reason: string, sent = true) => ({ name: 'NetError', message: reason, reason, sent });

describe('what an answer may be', () => {
  test('status, listed headers and body are handed on, and nothing else', async () => {
    const answered = await get((response) =>
      response
        .writeHead(418, { 'content-type': 'text/plain', 'set-cookie': 'a=b', server: 'canary', 'x-internal': 'canary' })
        .end('short and stout'),
    );
    expect({ ...answered, body: answered.body.toString() }).toEqual({
      status: 418,
      headers: { 'content-type': 'text/plain' },
      body: 'short and stout',
    });
  });

  test.each([300, 301, 302, 303, 304, 305, 306, 307, 308])('a redirect is not followed: %i', async (status) => {
    const answered = await get((response) => response.writeHead(status, { location: '/elsewhere' }).end());
    expect([answered, seen.map(({ url }) => url)]).toEqual([{ status, headers: {}, body: Buffer.alloc(0) }, ['/']]);
  });

  test('bodies of a status that is not wanted are not waited for', async () => {
    const endless = (response: ServerResponse) => void response.writeHead(500).write('canary');
    expect(await get(endless, { wantsBody: (status) => status < 400 })).toEqual({
      status: 500,
      headers: {},
      body: Buffer.alloc(0),
    });
  });

  test('a body may be as large as the limit', async () => {
    expect((await get((response) => response.end('a'.repeat(1000)))).body.length).toBe(1000);
  });
});

describe('what it may not be', () => {
  test.each([
    ['one byte more than the limit', (response: ServerResponse) => response.end('a'.repeat(1001)), 'too_large'],
    [
      'a gigabyte by its own account',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': 2 ** 30 }).write('a'),
      'too_large',
    ],
    [
      'without end',
      (response: ServerResponse) => response.write('a'.repeat(500)) && response.write('a'.repeat(501)),
      'too_large',
    ],
    [
      'compressed',
      (response: ServerResponse) => response.setHeader('content-encoding', 'gzip').end(gzipSync('a')),
      'encoded',
    ],
    [
      'compressed twice',
      (response: ServerResponse) => response.setHeader('content-encoding', 'br, GZIP').end('a'),
      'encoded',
    ],
    [
      'cut short',
      (response: ServerResponse) =>
        response.writeHead(200, { 'content-length': 9 }).write('a', () => response.destroy()),
      'reset',
    ],
    ['nothing', (response: ServerResponse) => response.destroy(), 'reset'],
  ])('an answer that is %s', async (_name, answers, reason) => {
    await expect(get((response) => void answers(response))).rejects.toMatchObject(failed(reason));
  });

  test('a limit that is no number lets nothing through', async () => {
    await expect(get((response) => response.end('a'), { maxBytes: Number.NaN })).rejects.toMatchObject(
      failed('too_large'),
    );
  });

  const OK = 'HTTP/1.1 200 OK\r\n';
  test.each([
    ['two lengths', `${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`],
    ['a length and chunks', `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    ['a negative length', `${OK}content-length: -1\r\n\r\nabc`],
    ['a chunk without a size', `${OK}transfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n`],
    ['bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok'],
    ['a folded header', `${OK}x-a: 1\r\n 2\r\ncontent-length: 2\r\n\r\nok`],
    ['a NUL in a header', `${OK}x-a: a\0b\r\ncontent-length: 2\r\n\r\nok`],
    ['headers without end', `${OK}x-a: ${'a'.repeat(40_000)}`],
    ['another protocol', '\0\0\u0004\0\0\0\0\0'],
    ['text', 'hello\r\n\r\n'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\nabc'],
    ['an upgrade that does not say so', 'HTTP/1.1 101 Switching Protocols\r\n\r\nabc'],
  ])('an answer with %s is malformed', async (_name, text) => {
    const raw = await startRaw((socket) => socket.write(text));
    const send = createGuardedClient(localPolicy(raw.host));
    const failure = await send({ method: 'GET', url: `http://${raw.host}/` }, LIMITS).catch((error: unknown) => error);
    raw.close();
    expect(failure).toMatchObject(failed('malformed'));
  });

  const text = (body: string) => `${OK}content-length: 4\r\n\r\n${body}`;
  const bodyOf = (chunk: Buffer) => (chunk.includes('/one ') ? 'one.' : 'two.');

  test('a second answer in the same breath is nobody’s', async () => {
    const raw = await startRaw((socket, chunk) => socket.write(text(bodyOf(chunk)) + text('evil')));
    const send = createGuardedClient(localPolicy(raw.host));
    const bodies: string[] = [];
    for (const path of ['/one', '/two', '/one']) {
      bodies.push((await send({ method: 'GET', url: `http://${raw.host}${path}` }, LIMITS)).body.toString());
      await new Promise((done) => setImmediate(done));
    }
    raw.close();
    expect(bodies).toEqual(['one.', 'two.', 'one.']);
  });

  test('what an idle connection says is not the next one’s answer: it is closed', async () => {
    const sockets = new Set<Socket>();
    const raw = await startRaw((socket, chunk) => sockets.add(socket) && socket.write(text(bodyOf(chunk))));
    const send = createGuardedClient(localPolicy(raw.host));
    const bodies: string[] = [];
    for (const path of ['/one', '/two', '/one']) {
      bodies.push((await send({ method: 'GET', url: `http://${raw.host}${path}` }, LIMITS)).body.toString());
      const [idle] = [...sockets].slice(-1);
      idle?.write(text('evil'));
      if (idle !== undefined) await once(idle, 'close');
    }
    raw.close();
    expect([bodies, sockets.size]).toEqual([['one.', 'two.', 'one.'], 3]);
  });
});

describe('time', () => {
  const drip = (response: ServerResponse) => {
    const drop = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(drop)).flushHeaders();
  };
  test.each([
    ['no answer', () => undefined],
    ['half of an answer', (response: ServerResponse) => void response.write('a')],
    ['an answer in drops', drip],
  ])('one limit covers all of it: %s', async (_name, answers) => {
    await expect(get(answers, { timeoutMs: 100 })).rejects.toMatchObject({ name: 'NetError', message: 'timed_out' });
  });

  test('a name server that does not answer is within the limit, and nothing was sent', async () => {
    const send = createGuardedClient(localPolicy('api.example.com'), { resolve: () => undefined });
    const asked = send({ method: 'POST', url: 'https://api.example.com/' }, { ...LIMITS, timeoutMs: 50 });
    await expect(asked).rejects.toMatchObject(failed('timed_out', false));
  });

  test('a caller gives up before, and while it waits', async () => {
    const before = get((response) => response.end(), { signal: AbortSignal.abort() });
    await expect(before).rejects.toMatchObject(failed('aborted', false));
    expect(seen).toEqual([]);
    const caller = new AbortController();
    const during = get(() => caller.abort(), { signal: caller.signal });
    await expect(during).rejects.toMatchObject(failed('aborted'));
  });
});

describe('whether it was sent', () => {
  test('nobody there: not sent, and no address in the error', async () => {
    const free = await startRaw(() => undefined);
    free.close();
    const send = createGuardedClient(localPolicy(free.host));
    await expect(send({ method: 'POST', url: `http://${free.host}/` }, LIMITS)).rejects.toMatchObject(
      failed('connect_failed', false),
    );
  });

  test('a connection that is reset after the request came: sent, with an unknown outcome', async () => {
    const raw = await startRaw((socket) => void socket.resetAndDestroy());
    const send = createGuardedClient(localPolicy(raw.host));
    const failure = await send({ method: 'POST', url: `http://${raw.host}/`, body: 'x' }, LIMITS).catch(
      (error: unknown) => error,
    );
    raw.close();
    expect(failure).toMatchObject(failed('reset'));
  });
});
