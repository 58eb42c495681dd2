import { gzipSync } from 'node:zlib';
import { createHandler } from '../../functions/audit-seal/handler.ts';
import { eventRecord } from '../../shared/audit/event-record.ts';
import { type AuditRecord, leafHash, outcomeRecord } from '../../shared/audit/record.ts';
import { canonicalJson } from '../../shared/core/canonical-json.ts';
import { uuidv7, uuidv7Time } from '../../shared/core/ids.ts';
import { captureLog } from '../support/log.ts';
import { createMemoryTable } from '../support/memory-table.ts';
import { createMemoryObjects } from '../support/objects.ts';
import { callAt, createTestSigner, LOG_NAME, type LocalSigner } from '../support/sealing.ts';

/** Key → bytes: an archive as an auditor holds it. */
export type Archive = Map<string, Uint8Array>;

export interface BuiltArchive {
  readonly archive: Archive;
  readonly signer: LocalSigner;
  /** Epoch milliseconds: where the newest seal ends. */
  readonly through: number;
}

const MINUTE = 60_000;
/** Over midnight: the day before is closed by its backfill and manifest at 01:00, the day after is still open. */
const START = Date.parse('2026-11-24T22:40:00Z');
const END = Date.parse('2026-11-25T02:20:00Z');
const STAMP = { ttl: 2_000_000_000, logTs: 1_790_000_000_000 };

export interface BuildOptions {
  readonly signer?: LocalSigner;
  /** What a gateway with a defect would write. */
  readonly change?: (records: readonly AuditRecord[]) => readonly AuditRecord[];
}

/** The real sealer over a table in memory: its records, when they are written, and the stream's objects are ours. */
export async function buildArchive({
  signer = createTestSigner(),
  change = same,
}: BuildOptions = {}): Promise<BuiltArchive> {
  const table = createMemoryTable();
  const bucket = createMemoryObjects();
  const clock = { now: START };
  const run = createHandler(
    { AUDIT_TABLE: 'audit', SEALS_TABLE: 'seals', AUDIT_LOG: LOG_NAME },
    {
      clock: () => clock.now,
      log: captureLog().log,
      dynamo: table.dynamo,
      objects: bucket.objects,
      signer: signer.signer,
    },
  );
  const written = change(baseRecords()).map((record) => ({ record, at: writtenAt(record) }));
  written.sort((a, b) => a.at - b.at);
  let sequence = 0;
  for (clock.now = START; clock.now <= END + 3 * MINUTE; clock.now += MINUTE) {
    const due = written.splice(0, written.filter(({ at }) => at <= clock.now).length);
    for (const { record } of due) table.items.set(`${record.pk} ${record.sk}`, record);
    for (const [day, lines] of byDay(due.map(({ record }) => record))) {
      const key = `records/dt=${day}/${String(++sequence).padStart(40, '0')}-e.jsonl.gz`;
      await bucket.objects.putIfAbsent(key, gzipSync(lines.join('')));
    }
    await run();
  }
  const archive: Archive = new Map([...bucket.stored].map(([key, { body }]) => [key, body]));
  return { archive, signer, through: END };
}

function same(records: readonly AuditRecord[]): readonly AuditRecord[] {
  return records;
}

let made: readonly AuditRecord[] | undefined;

/** Some hundred records: calls that ended, denials, events, outcomes nobody saw, records that came late. Two minutes in five are empty. */
export function baseRecords(): readonly AuditRecord[] {
  if (made) return made;
  const records: AuditRecord[] = [];
  for (let minute = START; minute < END; minute += MINUTE) {
    const at = (minute - START) / MINUTE;
    if (at % 5 > 2) continue;
    records.push(...callAt(minute + 5_000), ...callAt(minute + 31_000));
    if (at % 3 === 0) records.push(...callAt(minute + 59_000, 'denied'));
    // Later ones would wait for a backfill that this log never reaches.
    if (at % 20 === 0 && minute < END - 2 * 60 * MINUTE) {
      const [intent] = callAt(minute + 40_000, 'open');
      if (intent) records.push(intent, outcomeRecord(intent, { isError: true, errorType: 'UNKNOWN' }, STAMP));
    }
    if (at % 30 === 0)
      records.push(
        eventRecord(
          uuidv7(() => minute + 45_000),
          { kind: 'read', method: 'audit/query' },
          { now: minute, retentionDays: 400 },
        ),
      );
  }
  made = records;
  return records;
}

/** Most are there at once; what a sweeper ends comes five minutes later, and some records come by the second sink, late. */
function writtenAt(record: AuditRecord): number {
  const time = uuidv7Time(record.callId);
  if (record.errorType === 'UNKNOWN') return time + 5 * MINUTE;
  const isLate = time < START + 40 * MINUTE && time % (4 * MINUTE) === 31_000;
  return isLate ? time + 20 * MINUTE : time + 1000;
}

function byDay(records: readonly AuditRecord[]): ReadonlyMap<string, readonly string[]> {
  const days = new Map<string, string[]>();
  for (const record of records) {
    const day = new Date(uuidv7Time(record.callId)).toISOString().slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), `${canonicalJson(record)}\n`]);
  }
  return days;
}

/** With the hash that its fields have now. */
export function rehashed(record: Readonly<Record<string, unknown>>): AuditRecord {
  return { ...record, hash: leafHash(record) } as unknown as AuditRecord;
}
