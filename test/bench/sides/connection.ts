import { systemClock } from '../../../shared/core/clock.ts';
import { createGuardedClient } from '../../../shared/net/guarded-client.ts';
import { readFixture } from './fixture.ts';

const { secure } = readFixture();
const send = createGuardedClient(
  {
    hosts: new Set([new URL(secure.url).host]),
    allowPrivate: false,
    allowHttpLoopback: true,
    keepAliveMs: Number(process.env['GATEHOUSE_BENCH_KEEP_ALIVE_MS']),
    requestHeaders: new Set(['accept']),
    responseHeaders: new Set(['content-type']),
    ca: secure.ca,
  },
  { clock: systemClock },
);

/** One https request by the guarded client, on a connection that is kept, or with a new one and its handshake. */
export const handler = async () => {
  const limits = { timeoutMs: 5000, maxBytes: 10_000 };
  const { status } = await send({ method: 'GET', url: secure.url, headers: { accept: 'application/json' } }, limits);
  return { statusCode: status };
};
