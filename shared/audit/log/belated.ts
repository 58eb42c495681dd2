import type { Dynamo, Key } from '../../aws/dynamodb.ts';
import { BELATED_PARTITION } from '../../core/tables.ts';
import { closesAt, HOUR_MS } from './order.ts';

/** A record that was written after its day was closed, as the stream of the table tells of it. */
export interface Written {
  /** Milliseconds, of the call. */
  readonly time: number;
  /** Of the write; rises within a shard of the stream. */
  readonly sequence: string;
}

/** An hour that has to be read again. */
export interface BelatedHour {
  /** Its start, in milliseconds. */
  readonly from: number;
  readonly marks: readonly Key[];
}

/**
 * Hours of closed days that got records afterwards: by a log that was put back, by a sweeper that had been away, by
 * anybody. Who sees the write marks its hour, the sealer reads the hour again and takes the marks away.
 */
export interface BelatedHours {
  /** Marks the hours of those whose day is closed at `now`. Again and again it makes the same marks. */
  mark(written: readonly Written[], now: number): Promise<void>;
  /** Those before this time, the oldest ones first. */
  read(before: number): Promise<BelatedRead>;
  /** Only what was read: a mark made meanwhile is for what was written meanwhile. */
  remove(marks: readonly Key[]): Promise<void>;
}

export interface BelatedRead {
  readonly hours: readonly BelatedHour[];
  /** What somebody else has put there: in the way of the others, and no hour. */
  readonly malformed: readonly Key[];
}

const MOST_MARKS = 1000;

export function createBelatedHours(dynamo: Dynamo, table: string): BelatedHours {
  return {
    mark: async (written, now) => {
      const marks = new Map<number, string>();
      for (const { time, sequence } of written) {
        // Named after the last write: a delivery that comes again and is longer makes another mark.
        if (closesAt(time) <= now) marks.set(Math.floor(time / HOUR_MS) * HOUR_MS, sequence);
      }
      for (const [from, sequence] of marks) await dynamo.putIfAbsent(table, { ...keyOf(from, sequence) });
    },
    read: async (before) => {
      const { items } = await dynamo.query(table, {
        consistent: true,
        partition: { name: 'pk', value: BELATED_PARTITION },
        sort: { name: 'sk', from: ' ', to: textOf(before) },
        limit: MOST_MARKS,
        newestFirst: false,
      });
      const hours = new Map<number, Key[]>();
      const malformed: Key[] = [];
      for (const { sk } of items) {
        const key = { pk: BELATED_PARTITION, sk: String(sk) };
        const from = hourOf(key.sk);
        if (from === undefined) malformed.push(key);
        else hours.set(from, [...(hours.get(from) ?? []), key]);
      }
      return { hours: [...hours].map(([from, marks]) => ({ from, marks })), malformed };
    },
    remove: async (marks) => {
      for (const key of marks) await dynamo.delete(table, key);
    },
  };
}

function keyOf(from: number, sequence: string): Key {
  return { pk: BELATED_PARTITION, sk: `${textOf(from)}#${sequence}` };
}

/** Strictly as it is written here: minutes are sealed once because windows are whole ones. */
function hourOf(sk: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:00:00Z#\d{1,40}$/.test(sk)) return undefined;
  const from = Date.parse(sk.slice(0, 20));
  return !Number.isNaN(from) && textOf(from) === sk.slice(0, 20) ? from : undefined;
}

function textOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
