import type { Dynamo, Item } from '../../aws/dynamodb.ts';
import { type AuditRecord, dayOf, PHASE, partitionKey, SHARDS } from '../record.ts';
import type { Entry } from './claim-object.ts';
import { compareRecords, isWithin, leafOf, timePrefix, type Window } from './order.ts';

/** An entry, and what a seal counts of its record. */
export interface ReadEntry extends Entry {
  readonly phase: string;
  readonly isUnknown: boolean;
  /** The record has the hash that it states. */
  readonly isSound: boolean;
}

const PAGE = 1000;

/**
 * The records of a window within one UTC day, from the table itself and strongly consistent, in the order of the log.
 * Holds what a seal needs of each, and no record.
 */
export async function readWindow(dynamo: Dynamo, table: string, window: Window): Promise<readonly ReadEntry[]> {
  const day = dayOf(window.from);
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => readPartition(dynamo, table, partitionKey(day, shard), window)),
  );
  return shards.flat().sort(compareRecords);
}

async function readPartition(dynamo: Dynamo, table: string, value: string, window: Window): Promise<ReadEntry[]> {
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
      if (isWithin(sk, window)) found.push(toEntry(sk, item as AuditRecord));
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

function toEntry(sk: string, record: AuditRecord): ReadEntry {
  const leaf = leafOf(record);
  const phase = sk.slice(sk.indexOf('#') + 1);
  return {
    sk,
    leaf,
    phase,
    isUnknown: phase === PHASE.outcome && record['errorType'] === 'UNKNOWN',
    isSound: record.hash === leaf.toString('hex'),
  };
}
