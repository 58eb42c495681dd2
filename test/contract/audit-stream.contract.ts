import { DeleteItemCommand, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { localDynamo } from '../../cli/dev/local-dynamo.ts';
import { createHandler } from '../../functions/audit-archive/handler.ts';
import { readDay, readLines } from '../../shared/audit/archive-read.ts';
import { type AuditRecord, leafHash } from '../../shared/audit/record.ts';
import { canonicalJson } from '../../shared/core/canonical-json.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { openTableStream, type TableStream } from '../support/dynamodb-stream.ts';
import { DYNAMODB_LOCAL } from '../support/engines.ts';
import { captureLog } from '../support/log.ts';
import { createMemoryTable } from '../support/memory-table.ts';
import { createMemoryObjects } from '../support/objects.ts';
import { recordsOf, type SyntheticCall } from '../support/synthetic-trail.ts';

const MIDNIGHT = Date.UTC(2026, 10, 25);
const DAYS = ['2026-11-24', '2026-11-25'];
const ENDS = ['ok', 'denied', 'error', 'open', 'unknown'] as const;

/** Around midnight; more than a page of the stream. */
const CALLS: readonly SyntheticCall[] = Array.from({ length: 200 }, (_, n) => ({
  at: MIDNIGHT - 1000 + n * 10,
  n,
  end: ENDS[n % ENDS.length] ?? 'ok',
}));
const RECORDS = CALLS.flatMap((call) => recordsOf(call));
const SORTED = [...RECORDS].sort((a, b) => (a.sk < b.sk ? -1 : 1));

let database: TestDatabase;
let stream: TableStream;
beforeAll(async () => {
  database = await startDatabase(DYNAMODB_LOCAL);
  stream = await openTableStream(database.endpoint, database.audit);
  for (const record of RECORDS) await database.dynamo.putIfAbsent(database.audit, record);
  // Refused by its condition, so nothing was written: the stream has no second entry.
  for (const record of RECORDS.slice(0, 20)) await database.dynamo.putIfAbsent(database.audit, record);
}, 120_000);
afterAll(() => database.stop());

function open() {
  const { objects, stored } = createMemoryObjects();
  const { log, lines } = captureLog();
  const handler = createHandler(
    { SEALS_TABLE: 'seals' },
    { clock: () => MIDNIGHT, log, objects, dynamo: createMemoryTable().dynamo },
  );
  return {
    objects,
    stored,
    lines,
    deliver: (Records: Parameters<typeof handler>[0]['Records']) => handler({ Records }),
  };
}

type Archive = ReturnType<typeof open>;

/** As Lambda does: batches of one shard, and now and then one again, shorter or longer than before. */
async function deliverAll(archive: Archive, size: number, again: number): Promise<void> {
  for (const shard of await stream.read()) {
    for (let at = 0; at < shard.length; at += size) {
      if ((at / size) % again === 1) await archive.deliver(shard.slice(at, at + Math.ceil(size / 2)));
      await archive.deliver(shard.slice(at, at + size));
      if ((at / size) % again === 0) await archive.deliver(shard.slice(at, at + size));
    }
  }
}

async function linesIn({ objects }: Archive): Promise<readonly string[]> {
  const found: string[] = [];
  for (const day of DAYS) for await (const { text } of readLines(objects, day)) found.push(text);
  return found;
}

test.each([
  [1000, 2],
  [37, 3],
  [1, 4],
])(
  'what the engine streams is archived once, byte for byte as it was hashed, in batches of %i',
  async (size, again) => {
    const archive = open();
    await deliverAll(archive, size, again);
    expect([...(await linesIn(archive))].sort()).toEqual(RECORDS.map((record) => canonicalJson(record)).sort());
    expect(archive.lines).toEqual([]);
  },
);

test('the reader of the archive finds what lies in the table, with the hash that it had', async () => {
  const archive = open();
  await deliverAll(archive, 100, 5);
  const archived: unknown[] = [];
  const stored: unknown[] = [];
  const wrong: string[] = [];
  for (const day of DAYS) {
    for await (const found of readDay(archive.objects, day)) {
      archived.push(found.kind === 'record' ? found.record : found);
      if (found.kind !== 'record') continue;
      const { pk, sk } = found.record as Pick<AuditRecord, 'pk' | 'sk'>;
      stored.push(await database.dynamo.get(database.audit, { pk, sk }, { consistent: true }));
      if (leafHash(found.record as Parameters<typeof leafHash>[0]) !== found.record['hash']) wrong.push(sk);
    }
  }
  expect([archived.length, wrong]).toEqual([RECORDS.length, []]);
  expect(archived).toEqual(stored);
}, 60_000);

test('a record that was changed and one that was deleted are alarms with what was there, and stay in the archive', async () => {
  const [changed, deleted] = [SORTED[3], SORTED[8]] as [AuditRecord, AuditRecord];
  const client = new DynamoDBClient(localDynamo(database.endpoint));
  const keyOf = ({ pk, sk }: AuditRecord) => marshall({ pk, sk });
  await client.send(
    new UpdateItemCommand({
      TableName: database.audit,
      Key: keyOf(changed),
      UpdateExpression: 'SET #s = :s',
      ExpressionAttributeNames: { '#s': 'subject' },
      ExpressionAttributeValues: { ':s': { S: 'mallory' } },
    }),
  );
  await client.send(new DeleteItemCommand({ TableName: database.audit, Key: keyOf(deleted) }));
  client.destroy();
  const archive = open();
  await deliverAll(archive, 1000, 2);
  const evidence = [...archive.stored].filter(([key]) => key.startsWith('tamper/'));
  const bodies = evidence.map(([, { body }]) => JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>);
  expect(bodies.map(({ event, before, after }) => ({ event, before, after }))).toEqual(
    expect.arrayContaining([
      { event: 'audit.tamper_modify', before: changed, after: { ...changed, subject: 'mallory' } },
      { event: 'audit.tamper_remove', before: deleted, after: undefined },
    ]),
  );
  const alarms = new Set(archive.lines.map(({ event, record, alarm }) => `${event} ${record} ${alarm}`));
  expect(alarms).toEqual(new Set([`audit.tamper_modify ${changed.sk} true`, `audit.tamper_remove ${deleted.sk} true`]));
  expect([bodies.length, (await linesIn(archive)).length]).toEqual([2, RECORDS.length]);
});
