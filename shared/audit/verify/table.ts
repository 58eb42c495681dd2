import type { Dynamo } from '../../aws/dynamodb.ts';
import type { Clock } from '../../core/clock.ts';
import { uuidv7Time } from '../../core/ids.ts';
import { HOUR_MS } from '../log/order.ts';
import { type ReadEntry, readWindow } from '../log/read-window.ts';
import type { DayRecords, KeptRecord } from './day-records.ts';
import type { VerifyRange } from './days.ts';
import { isoTime, type Report } from './findings.ts';

export interface TableSource {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly clock: Clock;
}

/**
 * The table against the archive, hour by hour: the same records with the same hashes. What the table has let go of, its
 * time being over, need not be there.
 *
 * Returns how many records wait for their seal and are not in the archive yet: on a gateway in use there always are some.
 */
export function tableCheck({ dynamo, table, clock }: TableSource, limits: TableLimits, report: Report) {
  return async (day: DayRecords, { from, to }: VerifyRange): Promise<number> => {
    let waiting = 0;
    for (let at = from; at < to; at += HOUR_MS) {
      const window = { from: at, to: Math.min(at + HOUR_MS, to) };
      const malformed: string[] = [];
      const read = await readWindow({ dynamo, table, onMalformed: (sk) => malformed.push(sk) }, window);
      const entries = read.filter(({ sk }) => day.find(sk) !== undefined || uuidv7Time(sk) < limits.sealedUpTo);
      waiting += read.length - entries.length;
      const records = day.within(window.from, window.to);
      compareHour(records, { entries, malformed }, { day, report, ...limits, now: clock() });
    }
    return waiting;
  };
}

/** Epoch milliseconds. */
interface TableLimits {
  /** What is newer may not be in the archive yet. */
  readonly behindAfter: number;
  /** What is not older waits for its seal. */
  readonly sealedUpTo: number;
}

interface Compare extends Pick<TableLimits, 'behindAfter'> {
  readonly day: DayRecords;
  readonly report: Report;
  readonly now: number;
}

function compareHour(
  records: readonly KeptRecord[],
  { entries, malformed }: { readonly entries: readonly ReadEntry[]; readonly malformed: readonly string[] },
  { day, report, behindAfter, now }: Compare,
): void {
  const inTable = new Set<string>(malformed);
  for (const sk of malformed) {
    const code = day.find(sk) === undefined ? 'table-extra' : 'table-changed';
    const where = { callId: sk.slice(0, 36), record: sk };
    report(code, { ...where, says: `Item ${JSON.stringify(sk)} of the table can be no record.` });
  }
  for (const { sk, leaf } of entries) {
    inTable.add(sk);
    const kept = day.find(sk);
    const time = uuidv7Time(sk);
    const where = { callId: sk.slice(0, 36), record: sk, minute: isoTime(time), actual: leaf.toString('hex') };
    if (kept === undefined && time > behindAfter) {
      report('record-not-archived-yet', { ...where, says: `Record ${sk} is in the table and not in the archive yet.` });
    } else if (kept === undefined) {
      report('table-extra', {
        ...where,
        says: `Record ${sk} is in the table and not in the archive.`,
        expected: 'none',
      });
    } else if (!kept.leaf.equals(leaf)) {
      const says = `Record ${sk} of the table is not the one of the archive.`;
      report('table-changed', { ...where, says, expected: kept.leaf.toString('hex') });
    }
  }
  for (const { sk, callId, time, ttl, leaf } of records) {
    if (inTable.has(sk) || ttl * 1000 <= now) continue;
    const where = { callId, record: sk, minute: isoTime(time), expected: leaf.toString('hex'), actual: 'none' };
    report('table-missing', { ...where, says: `Record ${sk} is in the archive and no longer in the table.` });
  }
}
