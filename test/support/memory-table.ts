import type { Dynamo, Item, Key, QueryInput } from '../../shared/aws/dynamodb.ts';

export interface MemoryTable {
  readonly dynamo: Dynamo;
  /** Sort key → item, of every partition. */
  readonly items: Map<string, Item>;
  /** Whoever asks while this is set is refused. */
  down: boolean;
}

/** One table in this process, for tests that ask it thousands of times. Answers later, so that callers overlap. */
export function createMemoryTable(): MemoryTable {
  const items = new Map<string, Item>();
  const idOf = ({ pk, sk }: Key) => `${pk} ${sk}`;
  const later = async <T>(work: () => T): Promise<T> => {
    await new Promise(setImmediate);
    if (table.down) throw Object.assign(new Error('the table is down'), { name: 'InternalServerError' });
    return work();
  };
  const table: MemoryTable = {
    items,
    down: false,
    dynamo: {
      get: (_table, key) => later(() => items.get(idOf(key))),
      putIfAbsent: (_table, item, { orExpiredAt = 0 } = {}) =>
        later(() => {
          const existing = items.get(idOf(item));
          if (existing !== undefined && !(Number(existing['ttl']) <= orExpiredAt)) return { created: false, existing };
          items.set(idOf(item), item);
          return { created: true };
        }),
      put: (_table, item) => later(() => void items.set(idOf(item), item)),
      delete: (_table, key) => later(() => void items.delete(idOf(key))),
      query: (_table, input) => later(() => select([...items.values()], input)),
    },
  };
  return table;
}

function select(items: readonly Item[], { partition, sort, limit, newestFirst, cursor }: QueryInput) {
  const of = (item: Item) => String(item[sort.name]);
  const isNext = (item: Item) => cursor === undefined || (newestFirst ? of(item) < of(cursor) : of(item) > of(cursor));
  const found = items
    .filter((item) => item[partition.name] === partition.value && of(item) >= sort.from && of(item) <= sort.to)
    .filter(isNext)
    .sort((a, b) => (of(a) < of(b) ? -1 : 1));
  const page = (newestFirst ? found.reverse() : found).slice(0, limit);
  return { items: page, cursor: page.length < found.length ? page.at(-1) : undefined };
}
