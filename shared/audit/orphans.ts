import type { Dynamo, Item } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS, timePrefix } from './log/order.ts';
import { dayOf, PHASE, partitionKey, SHARDS } from './record.ts';

/** Epoch milliseconds of call ids, both ends included. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What is left of a run. */
export interface Budget {
  pages: number;
  /** Epoch milliseconds. */
  readonly until: number;
}

const PAGE_ITEMS = 500;

/**
 * The intents of a window that have no outcome, all shards. `isWhole` is false when the budget ended first.
 *
 * @throws what the table threw
 */
export async function readOrphans(
  dynamo: Dynamo,
  table: string,
  window: Window,
  budget: Budget,
  clock: Clock,
): Promise<{ readonly orphans: readonly Item[]; readonly isWhole: boolean }> {
  const orphans: Item[] = [];
  for (const partition of partitionsOf(window)) {
    let cursor: Item | undefined;
    let open: Item | undefined;
    do {
      if (budget.pages <= 0 || clock() >= budget.until) return { orphans, isWhole: false };
      budget.pages -= 1;
      const page = await dynamo.query(table, {
        partition: { name: 'pk', value: partition },
        sort: { name: 'sk', from: timePrefix(window.from), to: `${timePrefix(window.to)}~` },
        limit: PAGE_ITEMS,
        newestFirst: false,
        ...(cursor === undefined ? {} : { cursor }),
      });
      // Sorted by call and phase: the outcome of an intent is the next item, or is not there.
      for (const item of page.items) {
        if (open !== undefined && open['callId'] !== item['callId']) orphans.push(open);
        open = String(item['sk']).endsWith(`#${PHASE.intent}`) ? item : undefined;
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    if (open !== undefined) orphans.push(open);
  }
  return { orphans, isWhole: true };
}

function partitionsOf({ from, to }: Window): readonly string[] {
  const days = new Set<string>([dayOf(to)]);
  for (let at = from; at < to; at += DAY_MS) days.add(dayOf(at));
  return [...days].sort().flatMap((day) => Array.from({ length: SHARDS }, (_, shard) => partitionKey(day, shard)));
}
