import type { Item, Key, PutResult, QueryInput } from '../../../shared/aws/dynamodb.ts';

/** One change of one item, in the order in which the database made them. */
export interface Commit {
  readonly order: number;
  readonly at: number;
  /** Who wrote. */
  readonly by: string;
  readonly table: string;
  readonly key: Key;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** The order of things over the whole world, also of those that no database sees. */
export type Ticker = () => number;

export interface Put {
  readonly item: Item & Key;
  /** Without it, whatever is there is replaced. */
  readonly ifAbsent: boolean;
  readonly orExpiredAt?: number | undefined;
}

/** DynamoDB as this project uses it, in this process: conditional puts, old items, reads that may be behind. */
export interface Database {
  readonly commits: readonly Commit[];
  put(by: string, table: string, put: Put): PutResult;
  delete(by: string, table: string, key: Key): void;
  /** `isBehind`: as the item was before its last change, as an eventually consistent read may see it. */
  get(table: string, key: Key, isBehind: boolean): Item | undefined;
  query(table: string, input: QueryInput, isBehind: boolean): Page;
  items(table: string): readonly Item[];
}

export interface Page {
  readonly items: readonly Item[];
  readonly cursor?: Item;
}

interface Slot {
  readonly key: Key;
  now: Item | undefined;
  earlier: Item | undefined;
}

/** `pageSize`: so many items a page at most, whatever a query asks for: a page ends at 1 MB too. */
export function createDatabase(clock: () => number, tick: Ticker, pageSize: number): Database {
  const tables = new Map<string, Map<string, Slot>>();
  const commits: Commit[] = [];
  const slotsOf = (table: string) => {
    const slots = tables.get(table) ?? new Map<string, Slot>();
    tables.set(table, slots);
    return slots;
  };
  const slotOf = (table: string, { pk, sk }: Key): Slot => {
    const slots = slotsOf(table);
    const name = `${pk}\n${sk}`;
    const slot = slots.get(name) ?? { key: { pk, sk }, now: undefined, earlier: undefined };
    slots.set(name, slot);
    return slot;
  };
  const change = (by: string, table: string, slot: Slot, after: Item | undefined): void => {
    commits.push({ order: tick(), at: clock(), by, table, key: slot.key, before: slot.now, after });
    slot.earlier = slot.now;
    slot.now = after;
  };
  return {
    commits,
    put: (by, table, { item, ifAbsent, orExpiredAt = 0 }) => {
      const slot = slotOf(table, item);
      const existing = slot.now;
      if (ifAbsent && existing !== undefined && !(Number(existing['ttl']) <= orExpiredAt))
        return { created: false, existing };
      change(by, table, slot, item);
      return { created: true };
    },
    delete: (by, table, key) => {
      const slot = slotOf(table, key);
      if (slot.now !== undefined) change(by, table, slot, undefined);
    },
    get: (table, key, isBehind) => {
      const slot = slotOf(table, key);
      return isBehind ? slot.earlier : slot.now;
    },
    query: (table, input, isBehind) => page([...slotsOf(table).values()], input, isBehind, pageSize),
    items: (table) => [...slotsOf(table).values()].flatMap(({ now }) => (now === undefined ? [] : [now])),
  };
}

function page(slots: readonly Slot[], input: QueryInput, isBehind: boolean, pageSize: number): Page {
  const { partition, sort, limit, newestFirst, cursor } = input;
  const of = (item: Item) => `${String(item[sort.name])}\n${String(item['sk'])}`;
  const found = slots
    .map((slot) => (isBehind ? slot.earlier : slot.now))
    .filter((item): item is Item => item !== undefined)
    .filter((item) => item[partition.name] === partition.value)
    .filter((item) => String(item[sort.name]) >= sort.from && String(item[sort.name]) <= sort.to)
    .sort((a, b) => (of(a) < of(b) ? -1 : 1));
  const ordered = newestFirst ? found.reverse() : found;
  const start = cursor === undefined ? 0 : ordered.findIndex((item) => isBehindOf(of(item), of(cursor), newestFirst));
  const rest = start === -1 ? [] : ordered.slice(start);
  const items = rest.slice(0, Math.min(limit, pageSize));
  const last = items.at(-1);
  if (last === undefined || items.length === rest.length) return { items };
  const names = ['pk', 'sk', partition.name, sort.name];
  return { items, cursor: Object.fromEntries(names.map((name) => [name, last[name]])) };
}

function isBehindOf(one: string, other: string, newestFirst: boolean): boolean {
  return newestFirst ? one < other : one > other;
}
