import { describe, expect, test } from '@jest/globals';
import { createAuthFailureSampler } from '../../../shared/audit/auth-failures.ts';
import { eventRecord } from '../../../shared/audit/event-record.ts';
import { lateCopy } from '../../../shared/audit/late.ts';
import { createPutBack } from '../../../shared/audit/put-back.ts';
import { type AuditRecord, leafHash } from '../../../shared/audit/record.ts';
import { replay } from '../../../shared/audit/replay.ts';
import { createSinks } from '../../../shared/audit/sinks.ts';
import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import { uuidv7 } from '../../../shared/core/ids.ts';
import { NOW } from '../../support/config.ts';
import { captureLog, type LogLine } from '../../support/log.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { callAt } from '../../support/sealing.ts';

const newRecord = () =>
  eventRecord(
    uuidv7(() => NOW),
    { kind: 'admin', method: 'a/b' },
    { now: NOW, retentionDays: 1 },
  );

/** As FlatLogger prints it. */
const printed = ({ level, event, ...fields }: LogLine) => JSON.stringify({ level, message: event, ...fields });

function start() {
  const table = createMemoryTable();
  const { log, lines } = captureLog();
  const marks = createMemoryTable();
  const putBack = createPutBack(marks.dynamo, 'seals');
  const run = (texts: readonly string[], dynamo = table.dynamo) =>
    replay(texts, { dynamo, table: 'audit', putBack, clock: () => NOW, log });
  return { table, marks, run, lines };
}

function fallbackOf(record: AuditRecord): string {
  const { log, lines } = captureLog();
  createSinks({ dynamo: createMemoryTable().dynamo, table: 'audit', log }).second(record);
  return printed(lines[0]!);
}

describe('a line of the second sink', () => {
  test('that has an intent leaves a mark of when it was put back, before it is put', async () => {
    const { table, marks, run } = start();
    const [intent, outcome] = callAt(NOW - 1000);
    const lines = [intent, outcome].map((record) => fallbackOf(record as AuditRecord));
    table.down = true;
    await expect(run(lines)).rejects.toThrow('the table is down');
    const mark = { pk: 'PUT-BACK', sk: intent?.callId, ms: NOW };
    expect([...marks.items.values()]).toEqual([mark]);
    table.down = false;
    expect(await run(lines)).toEqual({ written: 2, present: 0, refused: 0 });
    expect([...marks.items.values()]).toEqual([mark]);
  });

  test('that the table does not take keeps back none of those after it', async () => {
    const { table, run } = start();
    const records = [newRecord(), newRecord(), newRecord()];
    const dynamo: Dynamo = {
      ...table.dynamo,
      putIfAbsent: async (name, item, options) => {
        if (item.sk === records[0]?.sk) throw new Error('ValidationException');
        return table.dynamo.putIfAbsent(name, item, options);
      },
    };
    await expect(run(records.map(fallbackOf), dynamo)).rejects.toThrow('ValidationException');
    expect([...table.items.values()].map(({ sk }) => sk)).toEqual(records.slice(1).map(({ sk }) => sk));
  });

  test.each([
    ['of a year that no day has', { pk: 'D#x', sk: 'ffffffff-ffff-7fff-8fff-ffffffffffff#9' }],
    ['under the partition of another call', { pk: 'D#19990101#00' }],
    ['with a key that is none', { sk: 'x' }],
  ])('%s is refused with an alarm: it would hold up the archive', async (_name, change) => {
    const { table, run, lines } = start();
    const changed = { ...newRecord(), ...change } as AuditRecord;
    const line = fallbackOf({ ...changed, hash: leafHash(changed) });
    expect(await run([line])).toEqual({ written: 0, present: 0, refused: 1 });
    expect([table.items.size, lines.map(({ event, alarm }) => [event, alarm])]).toEqual([
      0,
      [['audit.replay_unreadable', true]],
    ]);
  });

  test('becomes the item that it holds, marked late', async () => {
    const { table, run } = start();
    const record = newRecord();
    expect(await run([fallbackOf(record)])).toEqual({ written: 1, present: 0, refused: 0 });
    expect([...table.items.values()]).toEqual([lateCopy(record)]);
  });

  test('twice delivered is written once', async () => {
    const { table, run, lines } = start();
    const line = fallbackOf(newRecord());
    await run([line, line]);
    expect([await run([line]), table.items.size, lines]).toEqual([{ written: 0, present: 1, refused: 0 }, 1, []]);
  });

  test('whose record is there on time, since only the reply was lost, changes nothing', async () => {
    const { table, run, lines } = start();
    const record = newRecord();
    await table.dynamo.put('audit', record);
    expect(await run([fallbackOf(record)])).toEqual({ written: 0, present: 1, refused: 0 });
    expect([[...table.items.values()], lines]).toEqual([[record], []]);
  });

  test('that says something else than what is there is an alarm with the record in it, and nothing is overwritten', async () => {
    const { table, run, lines } = start();
    const record = newRecord();
    const other = { ...record, method: 'c/d' };
    await table.dynamo.put('audit', { ...other, hash: leafHash(other) });
    expect(await run([fallbackOf(record)])).toEqual({ written: 0, present: 0, refused: 1 });
    expect([[...table.items.values()].map(({ method }) => method), lines]).toEqual([
      ['c/d'],
      [
        {
          level: 'error',
          event: 'audit.conflict',
          callId: record['callId'],
          record: JSON.stringify(lateCopy(record)),
          alarm: true,
        },
      ],
    ]);
  });
});

test('the sample of a slot that is taken is dropped without an alarm', async () => {
  const { table, run, lines } = start();
  const sampled = ['192.0.2.1', '192.0.2.1'].map((sourceIp, at) => {
    const captured = captureLog();
    const sample = createAuthFailureSampler({ clock: () => NOW + at, log: captured.log, retentionDays: 1 });
    sample({ code: 'JWT_VERIFY_FAILED', reason: undefined, sourceIp, requestId: `request-${at}` });
    return printed(captured.lines[0]!);
  });
  expect(await run(sampled)).toEqual({ written: 1, present: 1, refused: 0 });
  expect([table.items.size, lines]).toEqual([1, []]);
});

test.each([
  ['no JSON', 'audit.fallback'],
  ['another event', JSON.stringify({ message: 'audit.other', record: JSON.stringify(lateCopy(newRecord())) })],
  ['no record', JSON.stringify({ message: 'audit.fallback' })],
  ['a record that was changed', fallbackOf(newRecord()).replace('a/b', 'a/c')],
  [
    'a record that claims to be on time',
    JSON.stringify({ message: 'audit.fallback', record: JSON.stringify(newRecord()) }),
  ],
])('%s is an alarm, and the lines around it go on', async (_name, bad) => {
  const { table, run, lines } = start();
  expect(await run([fallbackOf(newRecord()), bad, fallbackOf(newRecord())])).toEqual({
    written: 2,
    present: 0,
    refused: 1,
  });
  expect([table.items.size, lines.map(({ event, alarm }) => [event, alarm])]).toEqual([
    2,
    [['audit.replay_unreadable', true]],
  ]);
});

test('a table that fails ends the delivery with an error, so that it comes again; what was written stays', async () => {
  const { table, run } = start();
  const texts = [fallbackOf(newRecord()), fallbackOf(newRecord())];
  await run([texts[0]!]);
  table.down = true;
  await expect(run(texts)).rejects.toThrow('the table is down');
  table.down = false;
  expect(await run(texts)).toEqual({ written: 1, present: 1, refused: 0 });
});
