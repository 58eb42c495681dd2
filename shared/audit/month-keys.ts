import { randomBytes } from 'node:crypto';
import type { Dynamo } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';

/** The key of a month for what the trail keeps of arguments: 32 random bytes in the state table, without an end. */
export interface MonthKeys {
  /**
   * Made by whoever needs it first. `until`: epoch milliseconds.
   *
   * @param month `yyyymm`
   */
  get(month: string, until: number): Promise<Buffer>;
  /** Makes none: undefined for a month that has none. */
  find(month: string): Promise<Buffer | undefined>;
}

const BYTES = 32;
const KEPT = 3;

export function createMonthKeys(dynamo: Dynamo, table: string, clock: Clock): MonthKeys {
  const known = new Map<string, Buffer>();
  const keyOf = (month: string) => ({ pk: 'KEYS#audit', sk: month });
  const remember = (month: string, secret: unknown): Buffer => {
    const key = Buffer.from(String(secret), 'base64url');
    // A short key would make digests that can be guessed.
    if (key.length !== BYTES) throw new Error('a month key is spoiled');
    if (known.size >= KEPT) known.clear();
    known.set(month, key);
    return key;
  };
  const read = async (month: string, withinMs?: number): Promise<Buffer | undefined> => {
    const cached = known.get(month);
    if (cached) return cached;
    const within = withinMs === undefined ? {} : { withinMs };
    const item = await dynamo.get(table, keyOf(month), { consistent: true, ...within });
    return item && remember(month, item['secret']);
  };
  const make = async (month: string, until: number): Promise<Buffer> => {
    const secret = randomBytes(BYTES).toString('base64url');
    const { created } = await dynamo.putIfAbsent(table, { ...keyOf(month), secret }, { withinMs: until - clock() });
    if (created) return remember(month, secret);
    const winner = await read(month, until - clock());
    if (winner === undefined) throw new Error('a month key vanished');
    return winner;
  };
  return {
    get: async (month, until) => (await read(month, until - clock())) ?? make(month, until),
    find: (month) => read(month),
  };
}
