import type { Dynamo, Item } from '../../aws/dynamodb.ts';
import type { Call } from './question.ts';

/** What a question has used so far. */
export interface Used {
  requests: number;
  items: number;
}

export interface Reading {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly index: string | undefined;
  /** Sort keys, both ends in it. */
  readonly keys: { readonly from: string; readonly to: string };
  readonly isNewestFirst: boolean;
  /** Items of the first page; later ones are larger. Capacity is used by what is read, not by what is wanted. */
  readonly firstPage: number;
  readonly used: Used;
}

const LARGEST_PAGE = 1000;

/** The calls of one partition, a page at a time and only when they are asked for. */
export async function* readPartition(partition: string, reading: Reading): AsyncGenerator<Call, void> {
  let call: { callId: string; items: Map<string, Item> } | undefined;
  for await (const item of readItems(partition, reading)) {
    const [callId = '', phase = ''] = String(item['sk']).split('#');
    if (call !== undefined && call.callId !== callId) {
      yield call;
      call = undefined;
    }
    // The phases of a call lie side by side; an index has one of them.
    call ??= { callId, items: new Map() };
    call.items.set(phase, item);
    if (reading.index === undefined) continue;
    yield call;
    call = undefined;
  }
  if (call !== undefined) yield call;
}

async function* readItems(partition: string, reading: Reading): AsyncGenerator<Item, void> {
  const { dynamo, table, index, keys, isNewestFirst, used } = reading;
  const [partitionName, sortName] = index === undefined ? ['pk', 'sk'] : [`${index}pk`, `${index}sk`];
  let cursor: Item | undefined;
  let limit = reading.firstPage;
  do {
    const page = await dynamo.query(table, {
      ...(index === undefined ? {} : { index }),
      partition: { name: partitionName, value: partition },
      sort: { name: sortName, ...keys },
      limit,
      newestFirst: isNewestFirst,
      ...(cursor === undefined ? {} : { cursor }),
    });
    used.requests += 1;
    used.items += page.items.length;
    yield* page.items;
    cursor = page.cursor;
    limit = Math.min(limit * 2, LARGEST_PAGE);
  } while (cursor !== undefined);
}
