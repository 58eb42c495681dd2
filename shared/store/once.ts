import type { Dynamo } from '../aws/dynamodb.ts';

/** Marks ids as used: across instances, exactly one caller gets `true` for an id. */
export type UseOnce = (id: string, expiresAtMs: number) => Promise<boolean>;

export function createUseOnce(dynamo: Dynamo, table: string): UseOnce {
  return async (id, expiresAtMs) => {
    const ttl = Math.ceil(expiresAtMs / 1000) + 60;
    const { created } = await dynamo.putIfAbsent(table, { pk: `USED#${id}`, sk: 'USED', ttl });
    return created;
  };
}
