import type { Dynamo, Item } from '../../aws/dynamodb.ts';
import { dayOf, PHASE, partitionKey, SHARDS } from '../record.ts';
import { wellFormed } from '../well-formed.ts';
import type { Entry } from './claim-object.ts';
import { compareRecords, isWithin, timePrefix, type Window } from './order.ts';

/** An entry, and what a seal counts of its record. */
export interface ReadEntry extends Entry {
  readonly phase: string;
  readonly isUnknown: boolean;
  /** The record has the hash that it states. */
  readonly isSound: boolean;
}

export interface ReadOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  /** Told of the sort key of each item that can be no record. */
  readonly onMalformed: (sk: string) => void;
}

const PAGE = 1000;

/**
 * The records of a window within one UTC day, from the table itself and strongly consistent, in the order of the log.
 * Holds what a seal needs of each, and no record.
 */
export async function readWindow(options: ReadOptions, window: Window): Promise<readonly ReadEntry[]> {
  const day = dayOf(window.from);
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => readPartition(options, partitionKey(day, shard), window)),
  );
  return shards.flat().sort(compareRecords);
}

async function readPartition(
  { dynamo, table, onMalformed }: ReadOptions,
  value: string,
  window: Window,
): Promise<ReadEntry[]> {
  const found: ReadEntry[] = [];
  let cursor: Item | undefined;
  do {
    const page = await dynamo.query(table, {
      consistent: true,
      partition: { name: 'pk', value },
      sort: { name: 'sk', from: timePrefix(window.from), to: timePrefix(window.to) },
      limit: PAGE,
      newestFirst: false,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const item of page.items) {
      const sk = String(item['sk']);
      if (!isWithin(sk, window)) continue;
      const entry = toEntry(item);
      if (entry === undefined) onMalformed(sk);
      else found.push(entry);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

function toEntry(item: Item): ReadEntry | undefined {
  const found = wellFormed(item);
  if (found === undefined) return undefined;
  const { record, phase, leaf } = found;
  return {
    sk: record.sk,
    leaf: Buffer.from(leaf, 'hex'),
    phase,
    isUnknown: phase === PHASE.outcome && record['errorType'] === 'UNKNOWN',
    isSound: record.hash === leaf,
  };
}
