import { describe, expect, test } from '@jest/globals';
import { createAuthFailureSampler } from '../../../shared/audit/auth-failures.ts';
import { eventRecord } from '../../../shared/audit/event-record.ts';
import { lateCopy } from '../../../shared/audit/late.ts';
import { type AuditRecord, leafHash } from '../../../shared/audit/record.ts';
import { replay } from '../../../shared/audit/replay.ts';
import { createSinks } from '../../../shared/audit/sinks.ts';
import { uuidv7 } from '../../../shared/core/ids.ts';
import { NOW } from '../../support/config.ts';
import { captureLog, type LogLine } from '../../support/log.ts';
import { createMemoryTable } from '../../support/memory-table.ts';

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
  const run = (texts: readonly string[]) => replay(texts, { dynamo: table.dynamo, table: 'audit', log });
  return { table, run, lines };
}

function fallbackOf(record: AuditRecord): string {
  const { log, lines } = captureLog();
  createSinks({ dynamo: createMemoryTable().dynamo, table: 'audit', log }).second(record);
  return printed(lines[0]!);
}

describe('a line of the second sink', () => {
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
