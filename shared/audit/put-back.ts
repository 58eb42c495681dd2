import type { Dynamo, Key } from '../aws/dynamodb.ts';
import { PUT_BACK_PARTITION } from '../core/tables.ts';

/**
 * Intents that came by the second sink, and when they were put into the table. Their outcomes come the same way, in no
 * order: how old a call is does not tell how long its outcome may still be on its way.
 */
export interface PutBack {
  /** Before the intent itself: a mark without an intent does no harm. Epoch milliseconds. */
  mark(callId: string, now: number): Promise<void>;
  read(): Promise<PutBackCalls>;
  remove(callId: string): Promise<void>;
}

export interface PutBackCalls {
  /** Call id → when it was put back last; the oldest calls first. */
  readonly calls: ReadonlyMap<string, number>;
  /** There are no others. */
  readonly isWhole: boolean;
}

/** One read. More come in the next run, when these are closed. */
const MOST = 500;

export function createPutBack(dynamo: Dynamo, table: string): PutBack {
  return {
    mark: (callId, now) => dynamo.put(table, { ...keyOf(callId), ms: now }),
    read: async () => {
      const { items } = await dynamo.query(table, {
        partition: { name: 'pk', value: PUT_BACK_PARTITION },
        sort: { name: 'sk', from: ' ', to: '~' },
        limit: MOST,
        newestFirst: false,
      });
      // What has no time is due: looked at once, and taken away.
      const calls = new Map(items.map(({ sk, ms }) => [String(sk), typeof ms === 'number' ? ms : 0]));
      return { calls, isWhole: items.length < MOST };
    },
    remove: (callId) => dynamo.delete(table, keyOf(callId)),
  };
}

function keyOf(callId: string): Key {
  return { pk: PUT_BACK_PARTITION, sk: callId };
}
