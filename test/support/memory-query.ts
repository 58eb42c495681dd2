import type { Dynamo, Item } from '../../shared/aws/dynamodb.ts';

/** Only `put` and `query`, over a list: for tests that ask thousands of questions. As in a table, an index is sparse. */
export function createMemoryTable(): Pick<Dynamo, 'put' | 'query'> {
  const items = new Map<string, Item>();
  return {
    put: async (_table, item) => void items.set(`${item.pk} ${item.sk}`, item),
    query: async (_table, { partition, sort, limit, newestFirst, cursor }) => {
      const value = (item: Item) => String(item[sort.name]);
      const place = (item: Item) => `${value(item)} ${String(item['pk'])} ${String(item['sk'])}`;
      const found = [...items.values()]
        .filter((item) => item[partition.name] === partition.value)
        .filter((item) => value(item) >= sort.from && value(item) <= sort.to)
        .sort((a, b) => (place(a) < place(b) === newestFirst ? 1 : -1));
      const start = cursor === undefined ? 0 : found.findIndex((item) => place(item) === place(cursor)) + 1;
      const page = found.slice(start, start + limit);
      return { items: page, cursor: start + limit < found.length ? page.at(-1) : undefined };
    },
  };
}
