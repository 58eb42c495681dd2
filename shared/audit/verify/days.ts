import { manifestPath } from '../log/manifest.ts';
import type { NoteKey } from '../log/note.ts';
import { closesAt, DAY_MS, MINUTE_MS } from '../log/order.ts';
import type { Hole } from './chain.ts';
import { type DayRecords, type KeptRecord, type ReadObjects, readDayRecords, STATE } from './day-records.ts';
import { isoTime, type Report } from './findings.ts';
import { readManifest } from './manifests.ts';
import type { VerifyParts } from './parts.ts';
import { dayText } from '../record-objects.ts';
import type { TrustedSeal } from './seal-reader.ts';

export interface DayTotals {
  records: number;
  calls: number;
  open: number;
  waiting: number;
  manifests: number;
  objects: number;
  newestRecord: number;
}

export interface VerifyRange {
  readonly from: number;
  readonly to: number;
}

export interface DaysOptions {
  readonly objects: ReadObjects;
  readonly pinned: NoteKey;
  readonly newest: TrustedSeal;
  /** Epoch milliseconds, up to before `to`. */
  readonly range: VerifyRange;
  readonly logStart: number | undefined;
  readonly holes: readonly Hole[];
  readonly suspects: ReadonlySet<string>;
  /** Whether a seal that is still to come names this record as late. */
  readonly isSealedLater: (sk: string) => boolean;
  readonly parts: VerifyParts;
  /** Compares the day with the table itself. Returns how many records wait there. */
  readonly checkTable: ((records: DayRecords, range: VerifyRange) => Promise<number>) | undefined;
  readonly report: Report;
}

/** The days that are held: each is read once, and let go when nothing can come to it any more. */
export interface Days {
  readonly totals: DayTotals;
  /** Those that were let go, `yyyy-mm-dd`. */
  readonly judged: ReadonlySet<string>;
  of(ms: number): Promise<DayRecords>;
  /** Judges what no seal covered, the pairs and the manifest of every held day that ended before this. */
  closeBefore(ms: number): Promise<void>;
}

/** A call lasts at most 28 s and is swept a few minutes later; until then its end is not to be expected. */
const RUNNING_MS = 10 * MINUTE_MS;

const startOf = (day: string) => Date.parse(`${day}T00:00:00Z`);

export function createDays(options: DaysOptions): Days {
  const { objects, report } = options;
  const held = new Map<string, DayRecords>();
  const judged = new Set<string>();
  const totals: DayTotals = { records: 0, calls: 0, open: 0, waiting: 0, manifests: 0, objects: 0, newestRecord: 0 };
  return {
    totals,
    judged,
    of: async (ms) => {
      const day = dayText(ms);
      // A day that is asked for again only for a record that came late was judged before.
      const records = held.get(day) ?? (await readDayRecords(objects, day, judged.has(day) ? () => undefined : report));
      held.set(day, records);
      return records;
    },
    closeBefore: async (ms) => {
      for (const records of held.values()) {
        if (closesAt(startOf(records.day)) >= ms) continue;
        held.delete(records.day);
        if (judged.has(records.day)) continue;
        judged.add(records.day);
        await judge(records, options, totals);
      }
    },
  };
}

async function judge(records: DayRecords, options: DaysOptions, totals: DayTotals): Promise<void> {
  const { day } = records;
  const { newest, range, report, parts, objects, pinned, suspects } = options;
  const start = startOf(day);
  const isClosed = newest.through > closesAt(start);
  const asked = records.within(Math.max(range.from, start), Math.min(range.to, start + DAY_MS));
  reportEarlier(records, start, options);
  // Read for a late record only.
  if (start + DAY_MS <= range.from || start >= range.to) return;
  for (const record of asked) judgeUnsealed(record, isClosed, options, totals);
  const pairs = parts.checkPairs(asked, {
    report,
    suspects,
    isClosed,
    runningSince: newest.through - RUNNING_MS,
    closesAt: closesAt(start),
  });
  const asDay = { from: Math.max(range.from, start), to: Math.min(range.to, start + DAY_MS) };
  totals.waiting += (await options.checkTable?.(records, asDay)) ?? 0;
  const read = await readManifest(objects, manifestPath(day), pinned);
  const dueAt = isoTime(closesAt(start));
  parts.checkManifest(read, { day, objects: records.objects, isDue: isClosed, dueAt }, report);
  totals.records += asked.length;
  totals.calls += pairs.calls;
  totals.open += pairs.open;
  totals.objects += records.objects.size;
  totals.manifests += 'manifest' in read ? 1 : 0;
  totals.newestRecord = Math.max(totals.newestRecord, records.within(start, start + DAY_MS).at(-1)?.time ?? 0);
}

/** On the day on which the log began. */
function reportEarlier(
  { day, within }: DayRecords,
  start: number,
  { logStart = 0, isSealedLater, report }: DaysOptions,
): void {
  const isOpen = ({ sk, state }: KeptRecord) => state === STATE.unsealed && !isSealedLater(sk);
  const earlier = logStart > start ? within(start, logStart).filter(isOpen).length : 0;
  if (earlier === 0) return;
  const says = `The archive has ${earlier} records of ${day} from before the log began: no seal covers them.`;
  report('records-before-log', { day, says });
}

function judgeUnsealed(record: KeptRecord, isClosed: boolean, options: DaysOptions, totals: DayTotals): void {
  const { newest, holes, isSealedLater, report } = options;
  const { sk, callId, object, time, state } = record;
  if (state !== STATE.unsealed || isSealedLater(sk) || holes.some(({ from, to }) => time >= from && time < to)) return;
  if (time >= newest.through) {
    totals.waiting++;
    return;
  }
  const where = { object, callId, record: sk, minute: isoTime(time) };
  if (isClosed) {
    report('record-inserted', {
      ...where,
      says: `Record ${sk} is in the archive and in no seal: it was put there afterwards.`,
    });
    return;
  }
  const until = isoTime(closesAt(time));
  report('record-not-sealed-yet', {
    ...where,
    says: `Record ${sk} is in no seal yet. It came late, or it was put there afterwards: at ${until} the last backfill of its day tells.`,
  });
}
