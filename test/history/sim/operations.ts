import type { Item, Key, QueryInput } from '../../../shared/aws/dynamodb.ts';
import type { Page, Put } from './database.ts';
import type { Asked, Instance, World } from './world.ts';

/** Which place of a plan an operation is. */
export type PlaceOf = (
  operation: 'get' | 'put' | 'delete' | 'query',
  table: string,
  key: Partial<Key> & Item,
) => string;

/** One operation of DynamoDB by one instance: what it is to the plan and to a reader, and what the database does. */
export interface Operations {
  get(table: string, key: Key, consistent: boolean): Asked<Item | undefined>;
  put(table: string, put: Put): Asked<{ readonly created: boolean; readonly existing?: Item | undefined }>;
  delete(table: string, key: Key): Asked<void>;
  query(table: string, input: QueryInput): Asked<Page>;
}

export function createOperations({ database }: World, instance: Instance, placeOf: PlaceOf): Operations {
  return {
    get: (table, key, consistent) => {
      const at = placeOf('get', table, { ...key });
      return {
        at,
        what: `get ${at}`,
        carryOut: (isBehind) => database.get(table, key, isBehind),
        mayBeBehind: !consistent,
      };
    },
    put: (table, put) => {
      const at = placeOf('put', table, put.item);
      const what = `put ${at} ${shortOf(put.item)}${put.ifAbsent ? '' : ' over what is there'}`;
      const { name: by } = instance.actor;
      return { at, what, carryOut: () => database.put(by, table, put) };
    },
    delete: (table, key) => {
      const at = placeOf('delete', table, { ...key });
      const { name: by } = instance.actor;
      return { at, what: `delete ${at}`, carryOut: () => database.delete(by, table, key) };
    },
    query: (table, input) => {
      const { partition, consistent = false } = input;
      return {
        at: placeOf('query', table, { pk: partition.value }),
        what: `query ${partition.value}`,
        carryOut: (isBehind) => database.query(table, input, isBehind),
        mayBeBehind: !consistent,
      };
    },
  };
}

/** Enough to know an item by where people read. */
function shortOf({ sk }: Key): string {
  const [id = '', phase = ''] = sk.split('#');
  return phase === '' ? id.slice(0, 12) : `${id.slice(-6)}#${phase}`;
}
