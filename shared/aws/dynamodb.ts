import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { TABLE_KEYS } from '../core/tables.ts';
import { type Abort, carrySignals } from './carry-signals.ts';
import { collectBody } from './collect-body.ts';
import { endWithin, type Within } from './end-within.ts';
import { retryAtMost } from './retry.ts';
import { nameUserAgentOnce } from './user-agent.ts';

/** An item as plain values. Every table here has the keys `pk` and `sk` and the TTL attribute `ttl` (epoch seconds). */
export type Item = Readonly<Record<string, unknown>>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type PutResult = { readonly created: true } | { readonly created: false; readonly existing: Item | undefined };

export interface QueryInput extends Within {
  readonly index?: string;
  /** Of a table only: an index is always behind. */
  readonly consistent?: boolean;
  readonly partition: { readonly name: string; readonly value: string };
  readonly sort: { readonly name: string; readonly from: string; readonly to: string };
  readonly limit: number;
  readonly newestFirst: boolean;
  readonly cursor?: Item;
}

/** The database as this project uses it: no transactions, no scans. Whatever fails or hangs rejects in bounded time. */
export interface Dynamo {
  get(table: string, key: Key, options?: Within & { readonly consistent?: boolean }): Promise<Item | undefined>;
  /**
   * Writes once. `existing` is what was there, where the engine returns it. `orExpiredAt` (epoch seconds): what has
   * expired by then counts as absent, also while the engine has not deleted it yet.
   */
  putIfAbsent(
    table: string,
    item: Item & Key,
    options?: Within & { readonly orExpiredAt?: number },
  ): Promise<PutResult>;
  put(table: string, item: Item & Key, options?: Within): Promise<void>;
  delete(table: string, key: Key, options?: Within): Promise<void>;
  query(
    table: string,
    input: QueryInput,
  ): Promise<{ readonly items: readonly Item[]; readonly cursor: Item | undefined }>;
}

export interface DynamoLimits {
  readonly attempts: number;
  readonly connectMs: number;
  /** From the request to the head of its answer, each attempt. */
  readonly requestMs: number;
  /** One operation with all its attempts, the pauses between them, and the body of the answer. */
  readonly totalMs: number;
}

/** A hanging database must become a refusal, not a hanging gateway. The SDK's own limits bound attempts, not their sum. */
export const DYNAMO_LIMITS: DynamoLimits = { attempts: 2, connectMs: 200, requestMs: 500, totalMs: 800 };

export interface DynamoOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly limits?: DynamoLimits;
  /** Instead of one that opens connections: the same client over a database in this process. */
  readonly requestHandler?: NonNullable<DynamoDBClientConfig['requestHandler']>;
}

export function createDynamo({ limits = DYNAMO_LIMITS, ...options }: DynamoOptions = {}): Dynamo {
  const client = new DynamoDBClient({ ...clientLimits(limits), ...options });
  const bounded = <T>({ withinMs = limits.totalMs }: Within, work: (abort: Abort) => Promise<T>): Promise<T> =>
    endWithin(Math.min(withinMs, limits.totalMs), work);
  nameUserAgentOnce(client);
  const carry = carrySignals(client);
  const carried = <C extends { readonly input: object }>(command: C, abort: Abort): C => {
    carry(command.input, abort);
    return command;
  };
  return {
    get: (table, key, { consistent = false, ...within } = {}) =>
      bounded(within, async (abort) => {
        const command = new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: consistent });
        const { Item } = await client.send(carried(command, abort));
        return Item && unmarshall(Item);
      }),
    putIfAbsent: async (table, item, { orExpiredAt, ...within } = {}) => {
      const command = new PutItemCommand({
        TableName: table,
        Item: toItem(item),
        ...absent(orExpiredAt),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      try {
        await bounded(within, (abort) => client.send(carried(command, abort)));
        return { created: true };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return { created: false, existing: error.Item && readItem(error.Item) };
      }
    },
    put: async (table, item, within = {}) => {
      const command = new PutItemCommand({ TableName: table, Item: toItem(item) });
      await bounded(within, (abort) => client.send(carried(command, abort)));
    },
    delete: async (table, key, within = {}) => {
      const command = new DeleteItemCommand({ TableName: table, Key: marshall(key) });
      await bounded(within, (abort) => client.send(carried(command, abort)));
    },
    query: async (table, input) => {
      const command = new QueryCommand(toQuery(table, input));
      const { Items = [], LastEvaluatedKey } = await bounded(input, (abort) => client.send(carried(command, abort)));
      return { items: Items.map(readItem), cursor: LastEvaluatedKey && unmarshall(LastEvaluatedKey) };
    },
  };
}

function absent(orExpiredAt: number | undefined) {
  if (orExpiredAt === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'attribute_not_exists(pk) OR #ttl <= :now',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':now': { N: String(orExpiredAt) } },
  };
}

/**
 * Of an item that cannot be read, such as one with a number beyond a double, the keys alone: it must not hide all that lies
 * beside it.
 */
function readItem(item: Record<string, AttributeValue>): Item {
  try {
    return unmarshall(item);
  } catch {
    const keys = Object.entries(item).filter(([name]) => name === TABLE_KEYS.partition || name === TABLE_KEYS.sort);
    return unmarshall(Object.fromEntries(keys));
  }
}

function toItem(item: Item) {
  return marshall(item, { removeUndefinedValues: true });
}

export function clientLimits({ attempts, connectMs, requestMs }: DynamoLimits): DynamoDBClientConfig {
  return {
    retryStrategy: retryAtMost(attempts),
    cacheMiddleware: true,
    streamCollector: collectBody,
    requestHandler: { connectionTimeout: connectMs, requestTimeout: requestMs, throwOnRequestTimeout: true },
  };
}

function toQuery(table: string, { index, consistent, partition, sort, limit, newestFirst, cursor }: QueryInput) {
  return {
    TableName: table,
    ...(consistent === undefined ? {} : { ConsistentRead: consistent }),
    ...(index === undefined ? {} : { IndexName: index }),
    KeyConditionExpression: '#p = :p AND #s BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#p': partition.name, '#s': sort.name },
    ExpressionAttributeValues: marshall({ ':p': partition.value, ':from': sort.from, ':to': sort.to }),
    ScanIndexForward: !newestFirst,
    Limit: limit,
    ...(cursor === undefined ? {} : { ExclusiveStartKey: marshall(cursor) }),
  };
}
