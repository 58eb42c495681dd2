import { randomUUID } from 'node:crypto';
import type { Dynamo } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';

/** Marks ids as used: across instances, exactly one caller gets `true` for an id. `until`: epoch milliseconds. */
export type UseOnce = (id: string, expiresAtMs: number, until: number) => Promise<boolean>;

export function createUseOnce(dynamo: Dynamo, table: string, clock: Clock): UseOnce {
  return async (id, expiresAtMs, until) => {
    const ttl = Math.ceil(expiresAtMs / 1000) + 60;
    const by = randomUUID();
    const item = { pk: `USED#${id}`, sk: 'USED', by, ttl };
    const result = await dynamo.putIfAbsent(table, item, { withinMs: until - clock() });
    // A mark of ours that is there already is our own write whose reply was lost.
    return result.created || result.existing?.['by'] === by;
  };
}
