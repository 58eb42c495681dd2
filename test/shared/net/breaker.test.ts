import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createBreaker, withBreaker } from '../../../shared/net/breaker.ts';
import { NetError, type NetReason } from '../../../shared/net/net-error.ts';
import type { NetAnswer } from '../../../shared/net/send.ts';

const OPTIONS = { failures: 3, openMs: 10_000 };

function setUp() {
  const time = { now: 1_000_000 };
  const breaker = createBreaker(OPTIONS, () => time.now);
  const enter = () => {
    const report = breaker.enter();
    if (report === undefined) throw new Error('not let through');
    return report;
  };
  const fail = (times: number) => {
    for (let at = 0; at < times; at++) enter()('failed');
  };
  return { time, breaker, enter, fail };
}

describe('closed', () => {
  test('so many failures in a row open it, and one success starts the count anew', () => {
    const { breaker, enter, fail } = setUp();
    fail(2);
    enter()('alive');
    fail(2);
    const before = breaker.state();
    fail(1);
    expect([before, breaker.state(), breaker.enter()]).toEqual(['closed', 'open', undefined]);
  });

  test('what says nothing about the other side is not counted, either way', () => {
    const { breaker, enter, fail } = setUp();
    fail(2);
    for (let at = 0; at < 10; at++) enter()('no news');
    const before = breaker.state();
    fail(1);
    expect([before, breaker.state()]).toEqual(['closed', 'open']);
  });

  test('failures of calls that ran at the same time count each', () => {
    const { breaker, enter } = setUp();
    const reports = [enter(), enter(), enter()];
    for (const report of reports) report('failed');
    expect(breaker.state()).toBe('open');
  });
});

describe('open', () => {
  test('nothing is tried until its time is over, and then one trial only', () => {
    const { time, breaker, enter, fail } = setUp();
    fail(3);
    time.now += OPTIONS.openMs - 1;
    const before = [breaker.state(), breaker.enter()];
    time.now += 1;
    const after = breaker.state();
    enter();
    expect([before, after, breaker.state(), breaker.enter()]).toEqual([
      ['open', undefined],
      'half-open',
      'half-open',
      undefined,
    ]);
  });

  test('a success that began before it opened does not close it, nor a failure prolong it', () => {
    const { time, breaker, enter, fail } = setUp();
    const late = [enter(), enter()];
    fail(3);
    late[0]?.('alive');
    const still = breaker.state();
    time.now += OPTIONS.openMs - 1;
    late[1]?.('failed');
    time.now += 1;
    expect([still, breaker.state()]).toEqual(['open', 'half-open']);
  });
});

describe('half-open', () => {
  const halfOpen = () => {
    const made = setUp();
    made.fail(3);
    made.time.now += OPTIONS.openMs;
    return made;
  };

  test('the trial’s success closes it, with no failure counted', () => {
    const { breaker, enter, fail } = halfOpen();
    enter()('alive');
    const closed = breaker.state();
    fail(2);
    expect([closed, breaker.state()]).toEqual(['closed', 'closed']);
  });

  test('the trial’s failure opens it for the whole time again', () => {
    const { time, breaker, enter } = halfOpen();
    enter()('failed');
    time.now += OPTIONS.openMs - 1;
    const before = breaker.state();
    time.now += 1;
    expect([before, breaker.state()]).toEqual(['open', 'half-open']);
  });

  test('a trial without news gives its place to the next', () => {
    const { breaker, enter } = halfOpen();
    enter()('no news');
    enter()('alive');
    expect(breaker.state()).toBe('closed');
  });

  test('a trial that never ends gives its place up in time, and is not heard any more', () => {
    const { time, breaker, enter } = halfOpen();
    const lost = enter();
    time.now += OPTIONS.openMs;
    const next = enter();
    lost('alive');
    const deaf = breaker.state();
    next('failed');
    expect([deaf, breaker.state()]).toEqual(['half-open', 'open']);
  });

  test('a report counts once', () => {
    const { breaker, enter } = halfOpen();
    const report = enter();
    report('alive');
    report('failed');
    report('failed');
    report('failed');
    expect(breaker.state()).toBe('closed');
  });
});

test('whatever happens: closed lets all through, open nothing, half-open one at a time', () => {
  const event = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ do: 'enter' as const }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 25_000 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('report' as const),
        back: fc.nat(3),
        verdict: fc.constantFrom('alive' as const, 'failed' as const, 'failed' as const, 'no news' as const),
      }),
    },
  );
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(event, { minLength: 40, maxLength: 100, size: 'max' }), (events) => {
      const { time, breaker } = setUp();
      const reports: ReturnType<typeof breaker.enter>[] = [];
      let trial: { readonly at: number; readonly since: number } | undefined;
      for (const happening of events) {
        if (happening.do === 'wait') time.now += happening.ms;
        if (happening.do === 'report') {
          const at = reports.length - 1 - happening.back;
          reports[at]?.(happening.verdict);
          if (trial?.at === at) trial = undefined;
        }
        if (happening.do !== 'enter') continue;
        const state = breaker.state();
        const isTaken = trial !== undefined && time.now - trial.since < OPTIONS.openMs;
        const report = breaker.enter();
        expect([state, report !== undefined]).toEqual([
          state,
          state === 'closed' || (state === 'half-open' && !isTaken),
        ]);
        if (state === 'half-open' && report !== undefined) trial = { at: reports.length, since: time.now };
        if (report !== undefined) reports.push(report);
        seen.add(`${state} ${isTaken}`);
      }
      return true;
    }),
    { numRuns: 300 },
  );
  expect([...seen].sort()).toEqual(['closed false', 'half-open false', 'half-open true', 'open false']);
});

describe('around a client', () => {
  /** The state after one more end than are needed to open it. */
  async function endedWith(end: NetAnswer | NetReason | Error) {
    const breaker = createBreaker({ failures: 1, openMs: 1000 }, () => 0);
    const send = withBreaker(async () => {
      if (typeof end === 'string') throw new NetError(end);
      if (end instanceof Error) throw end;
      return end;
    }, breaker);
    const request = { method: 'GET', url: 'https://api.example.com/' } as const;
    const outcome = await send(request, { timeoutMs: 1, maxBytes: 1 }).catch((error: Error) => error.message);
    return { state: breaker.state(), outcome };
  }
  const answer = (status: number): NetAnswer => ({ status, headers: {}, body: Buffer.alloc(0) });

  test.each([
    ['not_resolved'],
    ['address_refused'],
    ['connect_failed'],
    ['tls_failed'],
    ['timed_out'],
    ['reset'],
    ['malformed'],
  ] as const)('%s is a failure of the other side', async (reason) => {
    expect(await endedWith(reason)).toEqual({ state: 'open', outcome: reason });
  });

  test.each([
    ['url_refused'],
    ['host_not_allowed'],
    ['request_refused'],
    ['aborted'],
    ['too_large'],
    ['encoded'],
  ] as const)('%s is none', async (reason) => {
    expect(await endedWith(reason)).toEqual({ state: 'closed', outcome: reason });
  });

  test.each([[502], [503], [504]])('a %i is a failure', async (status) => {
    expect(await endedWith(answer(status))).toEqual({ state: 'open', outcome: answer(status) });
  });

  test.each([[200], [404], [429], [500]])(
    'a %i is none: one user’s input must not close it for all',
    async (status) => {
      expect(await endedWith(answer(status))).toEqual({ state: 'closed', outcome: answer(status) });
    },
  );

  test('a defect of ours is none', async () => {
    expect(await endedWith(new Error('defect'))).toEqual({ state: 'closed', outcome: 'defect' });
  });
});
