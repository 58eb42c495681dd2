import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHandler } from '../../../functions/audit-archive/handler.ts';
import { readDay, readLines } from '../../../shared/audit/archive-read.ts';
import { type AuditRecord, denialRecord, intentRecord, leafHash } from '../../../shared/audit/record.ts';
import type { StreamEntry } from '../../../shared/aws/stream-changes.ts';
import { captureLog } from '../../support/log.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { createMemoryObjects } from '../../support/objects.ts';
import { factsAt } from '../../support/sealing.ts';

const NOW = Date.UTC(2026, 10, 25, 12, 0);
const TTL = Math.floor(NOW / 1000) + 86_400;

function recordAt(ms: number): AuditRecord {
  const facts = factsAt(ms);
  const zoe = { ...facts, principal: { ...facts.principal, subject: 'zoë "a"', scopes: ['a', 'b'] } };
  const stamp = { ttl: TTL, logTs: ms };
  return ms % 3 === 0 ? denialRecord(zoe, 'INSUFFICIENT_SCOPE', 'x', stamp) : intentRecord(zoe, stamp);
}

const sequenceOf = (index: number) => String(100_000_000_000_000_000_000n + BigInt(index));

const stored = (item: object) => marshall(item, { removeUndefinedValues: true });

function insertOf(item: object, index: number): StreamEntry {
  return {
    eventID: `id${index}`,
    eventName: 'INSERT',
    dynamodb: { SequenceNumber: sequenceOf(index), NewImage: stored(item) },
  };
}

function open() {
  const memory = createMemoryObjects();
  const { log, lines } = captureLog();
  const table = createMemoryTable();
  const ports = { clock: () => NOW, log, objects: memory.objects, dynamo: table.dynamo };
  const handler = createHandler({ SEALS_TABLE: 'seals' }, ports);
  const deliver = (entries: readonly StreamEntry[]) => handler({ Records: entries });
  return { ...memory, memory, table, lines, deliver };
}

/** All lines of the archive, whatever their object. */
async function linesIn({ objects }: Pick<ReturnType<typeof open>, 'objects'>, days: readonly string[]) {
  const found: string[] = [];
  for (const day of days) for await (const { text } of readLines(objects, day)) found.push(text);
  return found;
}

const DAYS = ['2026-11-24', '2026-11-25'];

test('A record lies in the archive as canonical JSON with the hash that it had in the table', async () => {
  const archive = open();
  const record = recordAt(NOW);
  await archive.deliver([insertOf(record, 7)]);
  const key = `records/dt=2026-11-25/${sequenceOf(7).padStart(40, '0')}-id7.jsonl.gz`;
  expect([...archive.stored.keys()]).toEqual([key]);
  const { body = new Uint8Array(), metadata } = archive.stored.get(key) ?? {};
  const text = gunzipSync(body).toString();
  const read = JSON.parse(text) as AuditRecord;
  expect(read).toEqual(record);
  expect(leafHash(read)).toBe(record.hash);
  expect(text).toBe(
    `${JSON.stringify(Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))))}\n`,
  );
  expect(metadata).toEqual({ 'last-sequence': sequenceOf(7), count: '1' });
  expect(archive.lines).toEqual([]);
});

test('A batch over midnight is an object for each day', async () => {
  const archive = open();
  const midnight = Date.UTC(2026, 10, 25);
  await archive.deliver([midnight - 2, midnight - 1, midnight, midnight + 1].map((ms, i) => insertOf(recordAt(ms), i)));
  expect([...archive.stored.keys()].map((key) => key.slice(0, 21))).toEqual([
    'records/dt=2026-11-24',
    'records/dt=2026-11-25',
  ]);
});

test.each([
  ['of a year that no folder has', { sk: 'ffffffff-ffff-7fff-8fff-ffffffffffff#0' }],
  ['under the partition of another call', { pk: 'D#20260101#00' }],
  ['without a hash', { hash: undefined }],
])('An item %s lies under rejected/, with an alarm, and holds up nothing behind it', async (_name, change) => {
  const archive = open();
  const good = recordAt(NOW);
  await archive.deliver([insertOf({ ...recordAt(NOW), ...change }, 1), insertOf(good, 2)]);
  expect([...archive.stored.keys()].map((key) => key.split('/')[0]).sort()).toEqual(['records', 'rejected']);
  expect((await linesIn(archive, DAYS)).map((text) => (JSON.parse(text) as AuditRecord).sk)).toEqual([good.sk]);
  expect(archive.lines.map(({ event, alarm }) => [event, alarm])).toEqual([['audit.archive_rejected', true]]);
});

describe('An hour of a closed day that got a record is marked, so that the sealer reads it again', () => {
  const at = (day: number, hour: number, minute = 0) => Date.UTC(2026, 10, day, hour, minute);
  const marksOf = ({ table }: ReturnType<typeof open>) => [...table.items.values()];

  test('and none of a day that the sealer has still to read', async () => {
    const archive = open();
    await archive.deliver([at(24, 0), at(25, 0), at(25, 11, 59)].map((ms, i) => insertOf(recordAt(ms), i)));
    expect(marksOf(archive)).toEqual([{ pk: 'BELATED', sk: `2026-11-24T00:00:00Z#${sequenceOf(0)}` }]);
  });

  test('once for each hour of a batch, after the last write to it; a longer delivery marks it anew', async () => {
    const archive = open();
    const late = [at(20, 7, 5), at(20, 7, 59), at(23, 23, 59), at(20, 7, 30)].map((ms, i) => insertOf(recordAt(ms), i));
    const first = [
      { pk: 'BELATED', sk: `2026-11-20T07:00:00Z#${sequenceOf(1)}` },
      { pk: 'BELATED', sk: `2026-11-23T23:00:00Z#${sequenceOf(2)}` },
    ];
    await archive.deliver(late.slice(0, 3));
    expect(marksOf(archive)).toEqual(first);
    await archive.deliver(late.slice(0, 3));
    expect(marksOf(archive)).toEqual(first);
    await archive.deliver(late);
    expect(marksOf(archive)).toEqual([...first, { pk: 'BELATED', sk: `2026-11-20T07:00:00Z#${sequenceOf(3)}` }]);
  });

  test('or the batch comes again: a record that is archived and not marked would be in no seal', async () => {
    const archive = open();
    const late = [insertOf(recordAt(at(20, 7)), 1)];
    archive.table.down = true;
    await expect(archive.deliver(late)).rejects.toThrow('the table is down');
    expect(archive.lines).toEqual([
      { level: 'error', event: 'audit.archive_failed', changes: 1, cause: 'InternalServerError', alarm: true },
    ]);
    archive.table.down = false;
    await archive.deliver(late);
    expect(marksOf(archive)).toEqual([{ pk: 'BELATED', sk: `2026-11-20T07:00:00Z#${sequenceOf(1)}` }]);
    expect(await linesIn(archive, ['2026-11-20'])).toHaveLength(1);
  });
});

describe('Delivered at least once, a record is archived exactly once', () => {
  const records = Array.from({ length: 12 }, (_, i) => recordAt(Date.UTC(2026, 10, 25) - 6 + i));
  const entries = records.map(insertOf);

  test('when the same batch comes again, longer, or shorter', async () => {
    const archive = open();
    await archive.deliver(entries.slice(0, 6));
    await archive.deliver(entries.slice(0, 6));
    await archive.deliver(entries.slice(0, 3));
    await archive.deliver(entries);
    expect((await linesIn(archive, DAYS)).map((text) => (JSON.parse(text) as AuditRecord).sk)).toEqual(
      records.map(({ sk }) => sk),
    );
  });

  test('when the function fails between any two of its writes, or an answer is lost', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let at = 1; at <= 2; at++) {
        const archive = open();
        let operations = 0;
        archive.memory.fault = (_operation, _key, moment) => {
          if (moment === when && ++operations === at) throw new Error('connection reset');
        };
        await expect(archive.deliver(entries)).rejects.toThrow('connection reset');
        archive.memory.fault = undefined;
        await archive.deliver(entries);
        expect(await linesIn(archive, DAYS)).toHaveLength(12);
        expect(archive.lines).toEqual([
          { level: 'error', event: 'audit.archive_failed', changes: 12, cause: 'Error', alarm: true },
        ]);
      }
    }
  });

  test('for any way of cutting a stream into batches that come any number of times, each growing or shrinking', async () => {
    const cuts = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 4 })), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(cuts, async (batches) => {
        const archive = open();
        let start = 0;
        for (const [size, repeats] of batches) {
          for (let again = 0; again < repeats; again++)
            await archive.deliver(entries.slice(start, start + 1 + (again % size)));
          await archive.deliver(entries.slice(start, start + size));
          start += size;
        }
        const expected = records.slice(0, start).map(({ sk }) => sk);
        const texts = await linesIn(archive, DAYS);
        expect(texts.map((text) => (JSON.parse(text) as AuditRecord).sk)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('for the reader also where batches overlap, as they do when a stream is read from its start again', async () => {
    const archive = open();
    await archive.deliver(entries.slice(0, 8));
    await archive.deliver(entries.slice(4));
    const seen: string[] = [];
    for (const day of DAYS)
      for await (const found of readDay(archive.objects, day))
        seen.push(`${found.kind} ${'sk' in found ? found.sk : ''}`);
    expect(seen).toEqual(records.map(({ sk }) => `record ${sk}`));
  });
});

describe('What nobody may do to a record raises an alarm and leaves evidence', () => {
  const record = recordAt(NOW);
  const changed = { ...record, subject: 'mallory' };
  const change = (more: object): StreamEntry => ({
    eventID: 'e1',
    eventName: 'MODIFY',
    dynamodb: { SequenceNumber: '1', OldImage: stored(record), NewImage: stored(changed) },
    ...more,
  });
  const key = `tamper/${'1'.padStart(40, '0')}-e1.json`;
  const TTL_SERVICE = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
  const removed = (item: object, more: object = {}) =>
    change({ eventName: 'REMOVE', dynamodb: { SequenceNumber: '1', OldImage: stored(item) }, ...more });

  test('a change', async () => {
    const archive = open();
    await archive.deliver([change({})]);
    expect(archive.lines).toEqual([
      { level: 'error', event: 'audit.tamper_modify', object: key, record: record.sk, alarm: true },
    ]);
    expect(JSON.parse(Buffer.from(archive.stored.get(key)?.body ?? []).toString())).toEqual({
      event: 'audit.tamper_modify',
      sequence: '1',
      before: record,
      after: changed,
    });
  });

  test.each([
    ['a deletion by a person', {}],
    ['a deletion before its time, said to be by the table', { userIdentity: TTL_SERVICE }],
  ])('%s', async (_name, more) => {
    const archive = open();
    await archive.deliver([removed(record, more)]);
    expect(archive.lines).toEqual([
      { level: 'error', event: 'audit.tamper_remove', object: key, record: record.sk, alarm: true },
    ]);
  });

  test('a deletion by a person when the time is over', async () => {
    const archive = open();
    await archive.deliver([removed({ ...record, ttl: Math.floor(NOW / 1000) - 10 })]);
    expect(archive.lines.map(({ event }) => event)).toEqual(['audit.tamper_remove']);
  });

  test('but not the deletion by the table itself when the time is over', async () => {
    const archive = open();
    await archive.deliver([removed({ ...record, ttl: Math.floor(NOW / 1000) - 10 }, { userIdentity: TTL_SERVICE })]);
    expect([archive.lines, [...archive.stored.keys()]]).toEqual([[], []]);
  });

  test('a new record whose hash is not its own, which is archived as it is', async () => {
    const archive = open();
    await archive.deliver([insertOf(changed, 1)]);
    expect(archive.lines).toEqual([{ level: 'error', event: 'audit.tamper_hash', record: record.sk, alarm: true }]);
    expect(await linesIn(archive, DAYS)).toHaveLength(1);
  });
});

test('What is no record is kept aside with an alarm, and does not hold up what comes after it', async () => {
  const archive = open();
  const odd: readonly StreamEntry[] = [
    insertOf({ pk: 'x', sk: 'not a record' }, 0),
    {
      eventID: 'id1',
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: '1', NewImage: { pk: { N: 'no number at all' }, sk: { S: 'x' } } },
    },
    {
      eventID: 'id2',
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: '2', NewImage: { ...stored(recordAt(NOW)), big: { N: '9007199254740993' } } },
    },
    { eventName: 'INSERT' },
    { eventID: 'id/4', eventName: 'TRUNCATE', dynamodb: { SequenceNumber: '4' } },
  ];
  await archive.deliver([...odd, insertOf(recordAt(NOW), 9)]);
  const rejected = odd.map(
    (entry) => `rejected/${createHash('sha256').update(JSON.stringify(entry)).digest('hex')}.json`,
  );
  expect([...archive.stored.keys()].sort()).toEqual(
    [`records/dt=2026-11-25/${sequenceOf(9).padStart(40, '0')}-id9.jsonl.gz`, ...rejected].sort(),
  );
  expect(archive.lines.map(({ event }) => event)).toEqual(Array(5).fill('audit.archive_rejected'));
});

test('An object of the archive that is no gzip is an error of the reader and not an empty day', async () => {
  const { objects } = open();
  await objects.putIfAbsent('records/dt=2026-11-25/0-x.jsonl.gz', Buffer.from('not gzip'));
  await expect(linesIn({ objects }, DAYS)).rejects.toThrow('incorrect header check');
});
