import { expect, test } from '@jest/globals';
import type { Call } from '../../../../shared/audit/question/question.ts';
import { countCalls, type Grouping } from '../../../../shared/audit/question/stats.ts';
import { NOW } from '../../../support/config.ts';
import { callIdOf, recordsOf, type SyntheticCall } from '../../../support/synthetic-trail.ts';

async function* calls(list: readonly SyntheticCall[]): AsyncGenerator<Call> {
  for (const call of list) {
    yield {
      callId: callIdOf(call),
      items: new Map(recordsOf(call).map((item) => [item.sk.split('#')[1] ?? '', item])),
    };
  }
}

const DAY = 86_400_000;
/** 100 calls of echo that took 1 to 100 ms, and one of each other end. */
const CALLS: readonly SyntheticCall[] = [
  ...Array.from({ length: 100 }, (_, n) => ({ at: NOW, n, end: 'ok' as const, latencyMs: n + 1 })),
  { at: NOW - DAY, n: 200, tool: 'whoami', user: 'bob', end: 'denied' },
  { at: NOW - DAY, n: 201, tool: 'whoami', user: 'bob', end: 'error', latencyMs: 7 },
  { at: NOW - DAY, n: 202, tool: 'whoami', user: 'bob', end: 'open' },
];
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const group = (name: string, counts: readonly (number | null)[]) => {
  const [calls, denied, failed, open, p50, p99] = counts;
  return { name, calls, denied, failed, open, p50, p99 };
};

test.each<readonly [Grouping, readonly object[]]>([
  ['tool', [group('echo', [100, 0, 0, 0, 50, 99]), group('whoami', [3, 1, 1, 1, 7, 7])]],
  ['user', [group('usr_alice', [100, 0, 0, 0, 50, 99]), group('usr_bob', [3, 1, 1, 1, 7, 7])]],
  ['client', [group('claude', [103, 1, 1, 1, 50, 99])]],
  ['decision', [group('allowed', [102, 0, 1, 1, 50, 99]), group('denied', [1, 1, 0, 0, null, null])]],
  [
    'reason',
    [
      group('ok', [100, 0, 0, 0, 50, 99]),
      group('BACKEND_ERROR', [1, 0, 1, 0, 7, 7]),
      group('INSUFFICIENT_SCOPE', [1, 1, 0, 0, null, null]),
      group('open', [1, 0, 0, 1, null, null]),
    ],
  ],
  ['day', [group(day(NOW - DAY), [3, 1, 1, 1, 7, 7]), group(day(NOW), [100, 0, 0, 0, 50, 99])]],
])('counts by %s, with the latencies that half and 99 % of the calls do not exceed', async (by, expected) => {
  expect(await countCalls(calls(CALLS), by)).toEqual(expected);
});

test('a row that has neither a time nor an id of ours is counted on no day', async () => {
  async function* odd(): AsyncGenerator<Call> {
    yield { callId: callIdOf({ at: NOW, end: 'ok' }), items: new Map([['9', {}]]) };
    yield { callId: 'no-call', items: new Map([['9', {}]]) };
  }
  const groups = await countCalls(odd(), 'day');
  expect(groups.map(({ name, calls }) => [name, calls])).toEqual([
    ['-', 1],
    [day(NOW), 1],
  ]);
});
