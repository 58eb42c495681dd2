import type { Dynamo } from '../aws/dynamodb.ts';
import { SWEPT_PARTITION } from '../core/tables.ts';

/** How far the sweeper has come, for the instance that comes after a pause of days. */
export interface SweepMark {
  /** Epoch milliseconds; null before the first. */
  read(): Promise<number | null>;
  write(ms: number): Promise<void>;
}

const KEY = { pk: SWEPT_PARTITION, sk: 'until' } as const;

export function createSweepMark(dynamo: Dynamo, table: string): SweepMark {
  return {
    read: async () => {
      const until = (await dynamo.get(table, KEY))?.['ms'];
      return typeof until === 'number' ? until : null;
    },
    write: (ms) => dynamo.put(table, { ...KEY, ms }),
  };
}
