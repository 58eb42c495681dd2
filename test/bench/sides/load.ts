import { connect, type Socket } from 'node:net';
import { readFixture } from './fixture.ts';
import { requestOf } from './messages.ts';

export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  readonly milliseconds: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

// Raw sockets: an HTTP client would cost more than the servers it measures.
const { headers, body } = requestOf('tools/call', readFixture().token);
const head = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) });
const request = `POST /mcp HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;

/** Asks again and again on one connection until `ends`. Notes each latency. */
function ask(socket: Socket, ends: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    let sent = performance.now();
    const send = () => {
      text = '';
      sent = performance.now();
      socket.write(request);
    };
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (end < 0 || text.length < end + 4 + length) return;
      if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(text.slice(0, 200)));
      latencies.push(performance.now() - sent);
      if (performance.now() < ends) return send();
      socket.end();
      resolve();
    });
    socket.on('connect', send);
  });
}

async function load({ port, connections, milliseconds }: LoadOrder): Promise<LoadResult> {
  const latencies: number[] = [];
  const started = performance.now();
  const ends = started + milliseconds;
  const sockets = Array.from({ length: connections }, () => connect({ port, host: '127.0.0.1', noDelay: true }));
  await Promise.all(sockets.map((socket) => ask(socket, ends, latencies)));
  const seconds = (performance.now() - started) / 1000;
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { perSecond: sorted.length / seconds, p50: at(0.5), p99: at(0.99) };
}

process.on('message', (order: LoadOrder) => {
  load(order).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
