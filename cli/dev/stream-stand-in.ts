import { dayOf, partitionKey, SHARDS } from '../../shared/audit/record.ts';
import type { Dynamo, Item } from '../../shared/aws/dynamodb.ts';
import { type StreamEntry, toStreamEntry } from '../../shared/aws/stream-changes.ts';
import type { Clock } from '../../shared/core/clock.ts';

export interface StreamStandInOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly clock: Clock;
  readonly deliver: (event: { readonly Records: StreamEntry[] }) => Promise<unknown>;
}

const DAY_MS = 86_400_000;
const PAGE = 500;

/**
 * A stand-in for DynamoDB Streams, which the embedded database does not have: reads the table of today and yesterday and
 * delivers what it has not delivered yet. It sees no changes and no deletions, and no order but that of the keys.
 */
export function createStreamStandIn({ dynamo, table, clock, deliver }: StreamStandInOptions): () => Promise<void> {
  const delivered = new Set<string>();
  let sequence = 0;
  const read = async (value: string): Promise<Item[]> => {
    const found: Item[] = [];
    let cursor: Item | undefined;
    do {
      const page = await dynamo.query(table, {
        partition: { name: 'pk', value },
        sort: { name: 'sk', from: '0', to: '~' },
        limit: PAGE,
        newestFirst: false,
        ...(cursor === undefined ? {} : { cursor }),
      });
      found.push(...page.items.filter((item) => !delivered.has(String(item['sk']))));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  };
  return async () => {
    const days = [clock() - DAY_MS, clock()].map(dayOf);
    const partitions = days.flatMap((day) => Array.from({ length: SHARDS }, (_, shard) => partitionKey(day, shard)));
    const items = (await Promise.all(partitions.map(read))).flat();
    if (items.length === 0) return;
    await deliver({ Records: items.map((item, at) => toStreamEntry(item, sequence + at)) });
    sequence += items.length;
    for (const item of items) delivered.add(String(item['sk']));
  };
}
