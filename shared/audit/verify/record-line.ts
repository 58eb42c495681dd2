import { canonicalJson } from '../../core/canonical-json.ts';
import { uuidv7Time } from '../../core/ids.ts';
import { type JsonObject, parseObject } from '../../core/json-object.ts';
import { EVENT_PHASE } from '../event-record.ts';
import { partitionOf, SORT_KEY } from '../item-keys.ts';
import { leafOf } from '../log/order.ts';
import { PHASE } from '../record.ts';
import { dayText } from '../record-objects.ts';
import type { FindingCode } from './findings.ts';

/** What the verification needs of a record, taken from its own text. */
export interface ReadRecord {
  readonly sk: string;
  readonly callId: string;
  readonly phase: string;
  /** Epoch milliseconds, from the call id. */
  readonly time: number;
  /** RFC 6962 leaf hash, recomputed: the record's own `hash` is only compared with it. */
  readonly leaf: Buffer;
  /** What an outcome says of its intent: the hash that it has, or would have, without `late` (shared/audit/late.ts). */
  readonly onTime: Buffer;
  /** Of an outcome: that hash of its intent. */
  readonly previous: string | undefined;
  readonly unknown: boolean;
  /** Epoch seconds: when the table may have let go of it. */
  readonly ttl: number;
}

export interface LineProblem {
  readonly code: FindingCode;
  readonly says: string;
  readonly expected?: string;
  readonly actual?: string;
}

export interface ReadLine {
  /** Absent when the line is no record at all. */
  readonly record?: ReadRecord;
  readonly problems: readonly LineProblem[];
}

const PHASES: ReadonlySet<string> = new Set([...Object.values(PHASE), EVENT_PHASE]);
const HASH = /^[0-9a-f]{64}$/;

/**
 * One line of the archive. A line is canonical JSON (RFC 8785): any other text of the same record (a member twice, another
 * order) is one that two programs may read as two records.
 *
 * @param day `yyyy-mm-dd` of the folder that the line was found in
 */
export function readRecordLine(line: string, day: string): ReadLine {
  const item = parseObject(line);
  const key = typeof item?.['sk'] === 'string' ? SORT_KEY.exec(item['sk']) : null;
  if (item === undefined || key === null || !PHASES.has(key[2] ?? '')) {
    return { problems: [{ code: 'record-unreadable', says: 'A line of the archive is no record.' }] };
  }
  const [sk, callId = '', phase = ''] = key;
  const leaf = leafIn(item);
  if (leaf === undefined) {
    return { problems: [{ code: 'record-unreadable', says: `Record ${sk} has values that no record can have.` }] };
  }
  const time = uuidv7Time(callId);
  const previous = item['prevPhaseHash'];
  const record = {
    sk,
    callId,
    phase,
    time,
    leaf,
    onTime: onTimeHash(item, leaf),
    previous: typeof previous === 'string' ? previous : undefined,
    unknown: item['errorType'] === 'UNKNOWN',
    ttl: typeof item['ttl'] === 'number' ? item['ttl'] : Number.POSITIVE_INFINITY,
  };
  return { record, problems: problemsOf(line, item, record, day) };
}

/** Undefined when it has values that no record can have. */
function leafIn(item: Readonly<Record<string, unknown>>): Buffer | undefined {
  try {
    return leafOf(item);
  } catch {
    return undefined;
  }
}

function onTimeHash({ late, ...rest }: Readonly<Record<string, unknown>>, leaf: Buffer): Buffer {
  return late === undefined ? leaf : (leafIn(rest) ?? leaf);
}

function problemsOf(
  line: string,
  item: JsonObject,
  { sk, callId, time, leaf }: ReadRecord,
  day: string,
): readonly LineProblem[] {
  const problems: LineProblem[] = [];
  const stated = item['hash'];
  const recomputed = leaf.toString('hex');
  if (stated !== recomputed) {
    const actual = typeof stated === 'string' && HASH.test(stated) ? stated : 'no hash';
    problems.push({
      code: 'record-changed',
      says: `Record ${sk} does not have the hash that it states: one of its fields was changed.`,
      expected: actual,
      actual: recomputed,
    });
  }
  // Once it was parsed, so it can be written; the text with `hash` differs from the hashed one in that member alone.
  if (canonicalJson(item) !== line) {
    problems.push({ code: 'record-not-canonical', says: `Record ${sk} is not written in canonical JSON.` });
  }
  const pk = partitionOf(callId);
  const folder = dayText(time);
  if (item['pk'] !== pk || folder !== day) {
    problems.push({
      code: 'record-misplaced',
      says: `Record ${sk} is not where its call id belongs.`,
      expected: `dt=${folder}, ${pk}`,
      actual: `dt=${day}, ${String(item['pk']).slice(0, 40)}`,
    });
  }
  return problems;
}
