import { describe, expect, test } from '@jest/globals';
import { createBreaker, withBreaker } from '../../../shared/net/breaker.ts';
import { NetError, type NetReason } from '../../../shared/net/net-error.ts';
import { type RetryPolicy, withRetry } from '../../../shared/net/retry.ts';
import type { Limits, NetAnswer, NetRequest } from '../../../shared/net/send.ts';

const GET: NetRequest = { method: 'GET', url: 'https://api.example.com/' };
const POST: NetRequest = { ...GET, method: 'POST' };
const LIMITS = { timeoutMs: 1000, maxBytes: 10 };
const POLICY: RetryPolicy = { attempts: 2, pauseMs: 100, isIdempotent: ({ method }) => method === 'GET' };

const ok = (status: number): NetAnswer => ({ status, headers: {}, body: Buffer.alloc(0) });
const GOOD = ok(200);

/** Sends to a backend that ends so, each attempt taking 10 ms, and tells what happened. */
async function run(
  ends: readonly (NetAnswer | NetReason)[],
  { request = GET, limits = LIMITS as Limits, policy = {} as Partial<RetryPolicy>, random = 0.5, attemptMs = 10 } = {},
) {
  let now = 0;
  const given: number[] = [];
  const pauses: number[] = [];
  const send = withRetry(
    async (_request, { timeoutMs }) => {
      const end = ends[given.length];
      given.push(timeoutMs);
      now += attemptMs;
      if (typeof end === 'object') return end;
      throw new NetError(end ?? 'malformed', true);
    },
    { ...POLICY, ...policy },
    {
      clock: () => now,
      random: () => random,
      sleep: async (ms) => {
        pauses.push(ms);
        now += ms;
      },
    },
  );
  const outcome = await send(request, limits).catch((error: NetError) => error.reason);
  return { outcome, given, pauses };
}

test.each([['not_resolved'], ['connect_failed'], ['reset']] as const)(
  'after %s an idempotent request is made once more, in the time that is left',
  async (reason) => {
    expect(await run([reason, GOOD])).toEqual({ outcome: GOOD, given: [1000, 940], pauses: [50] });
  },
);

test.each([[502], [503], [504]])('after a %i as well', async (status) => {
  expect(await run([ok(status), GOOD])).toEqual({ outcome: GOOD, given: [1000, 940], pauses: [50] });
});

test.each([
  ['timed_out'],
  ['aborted'],
  ['url_refused'],
  ['host_not_allowed'],
  ['request_refused'],
  ['address_refused'],
  ['tls_failed'],
  ['too_large'],
  ['encoded'],
  ['malformed'],
  ['circuit_open'],
] as const)('%s is not repeated', async (reason) => {
  expect(await run([reason, GOOD])).toEqual({ outcome: reason, given: [1000], pauses: [] });
});

test.each([[200], [302], [400], [401], [404], [409], [429], [500], [501]])('a %i is not repeated', async (status) => {
  expect(await run([ok(status), GOOD])).toEqual({ outcome: ok(status), given: [1000], pauses: [] });
});

test('what is not idempotent is never repeated, whatever the failure: its effect may have happened', async () => {
  for (const end of ['reset', 'connect_failed', 'not_resolved', ok(503)] as const) {
    expect(await run([end, GOOD], { request: POST })).toEqual({
      outcome: end,
      given: [1000],
      pauses: [],
    });
  }
});

test('the caller decides what is idempotent', async () => {
  const policy = { isIdempotent: () => true };
  expect((await run(['reset', GOOD], { request: POST, policy })).outcome).toEqual(GOOD);
});

describe('how often', () => {
  test('attempts are counted with the first one, and the last failure is the one that is told', async () => {
    expect(await run(['reset', 'connect_failed', GOOD])).toEqual({
      outcome: 'connect_failed',
      given: [1000, 940],
      pauses: [50],
    });
    expect((await run(['reset', ok(503), GOOD], { policy: { attempts: 3 } })).outcome).toEqual(GOOD);
    expect((await run(['reset', GOOD], { policy: { attempts: 1 } })).outcome).toBe('reset');
  });

  test('the pause is drawn below its limit', async () => {
    expect([
      (await run(['reset', GOOD], { random: 0 })).pauses,
      (await run(['reset', GOOD], { random: 0.99 })).pauses,
    ]).toEqual([[0], [99]]);
  });

  test('none begins when the pause would take the time that is left', async () => {
    expect(await run(['reset', GOOD], { attemptMs: 950 })).toEqual({ outcome: 'reset', given: [1000], pauses: [] });
    expect((await run(['reset', GOOD], { attemptMs: 949 })).given).toEqual([1000, 1]);
  });

  test('none begins when the caller has given up', async () => {
    expect(await run(['reset', GOOD], { limits: { ...LIMITS, signal: AbortSignal.abort() } })).toEqual({
      outcome: 'reset',
      given: [1000],
      pauses: [],
    });
  });
});

test('around a breaker, each attempt counts for it, and an open one ends the attempts', async () => {
  let sent = 0;
  const breaker = createBreaker({ failures: 2, openMs: 1000 }, () => 0);
  const failing = withBreaker(async () => {
    sent++;
    throw new NetError('reset', true);
  }, breaker);
  const ports = { clock: () => 0, random: () => 0, sleep: async () => undefined };
  const send = withRetry(failing, { ...POLICY, attempts: 5 }, ports);
  await expect(send(GET, LIMITS)).rejects.toMatchObject({ message: 'circuit_open', sent: false });
  expect([sent, breaker.state()]).toEqual([2, 'open']);
});
