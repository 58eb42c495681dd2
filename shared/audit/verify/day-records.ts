import { hash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Objects } from '../../aws/objects.ts';
import { compareKeys, timePrefix } from '../log/order.ts';
import { recordDayOf } from '../record-objects.ts';
import type { FindingCode, Report } from './findings.ts';
import { inOrder } from './in-order.ts';
import { type ReadRecord, readRecordLine } from './record-line.ts';

export type ReadObjects = Pick<Objects, 'get' | 'list'>;

export interface DayObject {
  readonly size: number;
  /** Hex SHA-256. */
  readonly sha256: string;
}

/** What became of a record: which seal covers it, or what was found. */
export const STATE = { unsealed: 0, sealed: 1, wrong: 2 } as const;
export type RecordState = (typeof STATE)[keyof typeof STATE];

/** What is kept of a record, whatever it holds: keys and hashes, about a kilobyte. */
export interface KeptRecord extends ReadRecord {
  readonly object: string;
  state: RecordState;
}

/** The records of one UTC day, by sort key. All that a verification holds of records is two such days. */
export interface DayRecords {
  readonly day: string;
  readonly objects: ReadonlyMap<string, DayObject>;
  readonly size: number;
  find(sk: string): KeptRecord | undefined;
  /** In the order of the log, from `from` up to before `to` (epoch milliseconds). */
  within(from: number, to: number): readonly KeptRecord[];
}

/** Requests under way at once: a bucket answers in 20 ms, and a day has thousands of objects. */
const PARALLEL = 16;
/** A line cannot be one of ours above this; bounds what an archive made to hurt can do. */
const MAX_OBJECT = 512 * 1024 * 1024;

export async function readDayRecords(objects: ReadObjects, day: string, report: Report): Promise<DayRecords> {
  const kept = new Map<string, KeptRecord>();
  const found = new Map<string, DayObject>();
  const keys = recordKeys(objects, day);
  for await (const [key, body] of inOrder(keys, PARALLEL, async (key) => [key, await objects.get(key)] as const)) {
    if (body === undefined) continue;
    found.set(key, { size: body.body.length, sha256: hash('sha256', body.body, 'hex') });
    readObject(key, body.body, { day, kept, report });
  }
  const sorted = [...kept.values()].sort((a, b) => compareKeys(a.sk, b.sk));
  return {
    day,
    objects: found,
    size: sorted.length,
    find: (sk) => kept.get(sk),
    within: (from, to) => sorted.slice(firstAt(sorted, timePrefix(from)), firstAt(sorted, timePrefix(to))),
  };
}

/** Of other keys checkRecordDays tells. */
async function* recordKeys(objects: ReadObjects, day: string): AsyncIterable<string> {
  for await (const { key } of objects.list(`records/dt=${day}/`)) if (recordDayOf(key) === day) yield key;
}

interface Reading {
  readonly day: string;
  readonly kept: Map<string, KeptRecord>;
  readonly report: Report;
}

function readObject(object: string, body: Uint8Array, { day, kept, report }: Reading): void {
  const text = unzip(body);
  if (text === undefined) {
    report('object-unreadable', { object, day, says: `${object} cannot be unzipped as text: its records are lost.` });
    return;
  }
  const lines = text.split('\n');
  // The last line ends as all others do; what follows it is no line.
  if (lines.at(-1) === '') lines.pop();
  lines.forEach((line, at) => {
    const { record, problems } = readRecordLine(line, day);
    const where = { object, line: at + 1, ...(record && { callId: record.callId, record: record.sk }) };
    for (const { code, ...problem } of problems) report(code, { ...where, ...problem });
    if (record)
      keep(record, { object, isWrong: problems.some(isOfRecord) }, kept, (code, says) =>
        report(code, { ...where, says }),
      );
  });
}

function keep(
  record: ReadRecord,
  { object, isWrong }: { readonly object: string; readonly isWrong: boolean },
  kept: Map<string, KeptRecord>,
  say: (code: FindingCode, says: string) => void,
): void {
  const { sk, leaf } = record;
  const there = kept.get(sk);
  if (there === undefined) {
    const state = isWrong ? STATE.wrong : STATE.unsealed;
    kept.set(sk, { ...record, object, state });
  } else if (there.leaf.equals(leaf)) {
    say('record-duplicate', `Record ${sk} is in the archive twice, the same each time.`);
  } else {
    there.state = STATE.wrong;
    say('record-conflict', `Record ${sk} is in the archive twice, and not the same: also in ${there.object}.`);
  }
}

/** Its hash is wrong by itself: that it is not what was sealed needs no second finding. */
function isOfRecord({ code }: { readonly code: FindingCode }): boolean {
  return code === 'record-changed';
}

function unzip(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(gunzipSync(body, { maxOutputLength: MAX_OBJECT }));
  } catch {
    return undefined;
  }
}

/** Index of the first record whose key is not before this one. */
function firstAt(sorted: readonly KeptRecord[], key: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(sorted[middle]?.sk ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
