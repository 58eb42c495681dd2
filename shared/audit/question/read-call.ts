import type { Dynamo, Item } from '../../aws/dynamodb.ts';
import { partitionOf } from '../item-keys.ts';
import type { Call } from './question.ts';

/** Every item of one call, where its id says that they lie, read strongly. No index is asked. */
export async function readCall(dynamo: Dynamo, table: string, callId: string): Promise<Call | undefined> {
  const { items } = await dynamo.query(table, {
    consistent: true,
    partition: { name: 'pk', value: partitionOf(callId) },
    sort: { name: 'sk', from: `${callId}#`, to: `${callId}#~` },
    limit: 10,
    newestFirst: false,
  });
  if (items.length === 0) return undefined;
  return { callId, items: new Map(items.map((item: Item) => [String(item['sk']).split('#')[1] ?? '', item])) };
}
