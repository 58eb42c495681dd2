import { hash } from 'node:crypto';
import type { Objects } from '../../aws/objects.ts';
import { linesOf } from '../archive-read.ts';
import type { Report } from './findings.ts';
import { type ReadRecord, readRecordLine } from './record-line.ts';

/** One day of the archive, read once. */
export interface ArchivedDay {
  readonly day: string;
  /** Sort key → record. */
  readonly records: ReadonlyMap<string, ReadRecord>;
  /** Key of an object → what lies there: hex SHA-256, bytes. */
  /** Epoch milliseconds of its newest call. */
  readonly newest: number;
  readonly objects: ReadonlyMap<string, { readonly sha256: string; readonly size: number }>;
}

/** Reads a day with every line checked by itself. Holds about 200 bytes for each record. */
export async function readArchivedDay(objects: Objects, day: string, report: Report): Promise<ArchivedDay> {
  const records = new Map<string, ReadRecord>();
  const seen = new Map<string, { sha256: string; size: number }>();
  for await (const { key } of objects.list(`records/dt=${day}/`)) {
    const body = (await objects.get(key))?.body;
    if (body === undefined) continue;
    seen.set(key, { sha256: hash('sha256', body, 'hex'), size: body.length });
    let line = 0;
    try {
      for await (const text of linesOf(body)) addLine(records, text, { object: key, line: ++line, day }, report);
    } catch {
      report('object-unreadable', { object: key, day, says: `${key} cannot be read to its end.` });
    }
  }
  let newest = 0;
  for (const { time } of records.values()) newest = Math.max(newest, time);
  return { day, records, newest, objects: seen };
}

function addLine(
  records: Map<string, ReadRecord>,
  text: string,
  where: { readonly object: string; readonly line: number; readonly day: string },
  report: Report,
): void {
  const { record, problems } = readRecordLine(text, where.day);
  const named = record === undefined ? where : { ...where, callId: record.callId, record: record.sk };
  for (const { code, ...detail } of problems) report(code, { ...named, ...detail });
  if (record === undefined) return;
  const there = records.get(record.sk);
  if (there === undefined) {
    records.set(record.sk, record);
  } else if (there.leaf.equals(record.leaf)) {
    report('record-duplicate', { ...named, says: `Record ${record.sk} is archived twice, the same.` });
  } else {
    report('record-conflict', { ...named, says: `Record ${record.sk} is archived twice, with different content.` });
  }
}
