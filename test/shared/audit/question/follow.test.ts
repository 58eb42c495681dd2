import { expect, test } from '@jest/globals';
import { createAuditReader } from '../../../../shared/audit/query.ts';
import { followCalls } from '../../../../shared/audit/question/follow.ts';
import type { Filters } from '../../../../shared/audit/question/question.ts';
import { toRow } from '../../../../shared/audit/question/row.ts';
import type { Dynamo } from '../../../../shared/aws/dynamodb.ts';
import { NOW } from '../../../support/config.ts';
import { createMemoryTable } from '../../../support/memory-query.ts';
import { type SyntheticCall, writeCalls } from '../../../support/synthetic-trail.ts';

/** What is written before each look, `looks` of them, `every` milliseconds apart → what is shown at each. */
async function follow(writes: ReadonlyArray<readonly SyntheticCall[]>, everyMs: number, filters: Filters = {}) {
  const memory = { dynamo: createMemoryTable() as Dynamo, table: '', audit: '' };
  let now = NOW;
  let look = 0;
  const stop = new AbortController();
  const shown: string[][] = writes.map(() => []);
  const sleep = async (ms: number) => {
    now += ms;
    look += 1;
    if (look === writes.length) stop.abort();
    await writeCalls(memory, writes[look] ?? []);
  };
  await writeCalls(memory, writes[0] ?? []);
  const options = { reader: createAuditReader(memory), filters, clock: () => now, sleep, signal: stop.signal, everyMs };
  for await (const call of followCalls(options)) {
    const { time, tool, outcome } = toRow(call);
    shown[look]?.push(`${time - NOW} ${tool} ${outcome}`);
  }
  return shown;
}

const call = (at: number, end: SyntheticCall['end'], more: Partial<SyntheticCall> = {}) => ({
  at: NOW + at,
  n: at + 9999,
  end,
  ...more,
});

test('shows each call once, when it has ended, and nothing from before', async () => {
  const writes = [
    [call(-1, 'ok'), call(0, 'ok')],
    [call(1500, 'open')],
    [call(1500, 'error'), call(1700, 'denied')],
    [],
  ];
  expect(await follow(writes, 2000)).toEqual([
    ['0 echo ok'],
    [],
    ['1500 echo error', '1700 echo INSUFFICIENT_SCOPE'],
    [],
  ]);
});

test('a call that began earlier and ends later comes in between', async () => {
  const writes = [[], [call(1000, 'ok')], [call(500, 'ok'), call(3000, 'ok')]];
  expect(await follow(writes, 2000)).toEqual([[], ['1000 echo ok'], ['500 echo ok', '3000 echo ok']]);
});

test('what has not ended in time is shown as open, once, and again when it ends', async () => {
  const writes = [[call(0, 'open')], [], [], [call(0, 'ok')], []];
  expect(await follow(writes, 20_000)).toEqual([[], [], ['0 echo open'], ['0 echo ok'], []]);
});

test('what came during a pause is shown after it, however long it was', async () => {
  const hour = 3_600_000;
  const writes = [[], [call(1000, 'ok'), call(hour / 2, 'denied'), call(hour, 'ok')], [call(hour + 10, 'error')]];
  expect(await follow(writes, hour)).toEqual([
    [],
    ['1000 echo ok', `${hour / 2} echo INSUFFICIENT_SCOPE`, `${hour} echo ok`],
    [`${hour + 10} echo error`],
  ]);
});

test('what came late, before a pause and after the last look, is shown after it', async () => {
  const writes = [[], [], [call(1000, 'ok')]];
  expect(await follow(writes, 40_000)).toEqual([[], [], ['1000 echo ok']]);
});

test('only what is asked for', async () => {
  const writes = [[call(0, 'ok'), call(1, 'ok', { tool: 'whoami' })], [call(2, 'denied', { tool: 'whoami' })]];
  expect(await follow(writes, 1000, { tool: 'whoami' })).toEqual([['1 whoami ok'], ['2 whoami INSUFFICIENT_SCOPE']]);
});

test('an outage is told once, and afterwards comes what came in meanwhile', async () => {
  const memory = { dynamo: createMemoryTable() as Dynamo, table: '', audit: '' };
  const reader = createAuditReader(memory);
  const stop = new AbortController();
  const told: string[] = [];
  let look = 0;
  const sleep = async () => {
    look += 1;
    if (look === 5) stop.abort();
    await writeCalls(memory, [call(look * 100_000, 'ok')]);
  };
  const options = {
    reader: {
      ...reader,
      read: (...asked: Parameters<typeof reader.read>) => {
        if (look === 1 || look === 2) throw new Error('down');
        return reader.read(...asked);
      },
    },
    filters: {},
    clock: () => NOW + look * 100_000,
    sleep,
    signal: stop.signal,
    everyMs: 1,
    onLost: (error: unknown) => void told.push(String(error)),
    onFound: () => void told.push('found'),
  };
  for await (const row of followCalls(options)) told.push(String(toRow(row).time - NOW));
  expect(told).toEqual(['Error: down', '100000', '200000', '300000', 'found', '400000']);
  const { onLost: _none, ...without } = { ...options, signal: new AbortController().signal };
  look = 1;
  await expect(followCalls(without).next()).rejects.toThrow('down');
});

test('ends with its signal without another look', async () => {
  const stop = new AbortController();
  stop.abort();
  const options = {
    reader: {} as never,
    filters: {},
    clock: () => NOW,
    sleep: async () => undefined,
    signal: stop.signal,
    everyMs: 1,
  };
  expect(await followCalls(options).next()).toEqual({ done: true, value: undefined });
});
