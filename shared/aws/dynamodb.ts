import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** An item as plain values. Every table here has the keys `pk` and `sk` and the TTL attribute `ttl` (epoch seconds). */
export type Item = Readonly<Record<string, unknown>>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type PutResult = { readonly created: true } | { readonly created: false; readonly existing: Item | undefined };

export interface QueryInput {
  readonly index?: string;
  readonly partition: { readonly name: string; readonly value: string };
  readonly sort: { readonly name: string; readonly from: string; readonly to: string };
  readonly limit: number;
  readonly newestFirst: boolean;
  readonly cursor?: Item;
}

/** The database as this project uses it: no transactions, no scans. */
export interface Dynamo {
  get(table: string, key: Key, options?: { readonly consistent?: boolean }): Promise<Item | undefined>;
  /** Writes once. `existing` is what was there, where the engine returns it. */
  putIfAbsent(table: string, item: Item & Key): Promise<PutResult>;
  put(table: string, item: Item & Key): Promise<void>;
  delete(table: string, key: Key): Promise<void>;
  query(
    table: string,
    input: QueryInput,
  ): Promise<{ readonly items: readonly Item[]; readonly cursor: Item | undefined }>;
}

export interface DynamoOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Two attempts within a bounded time: a hanging database must become a refusal, not a hanging gateway. */
const LIMITS: DynamoDBClientConfig = {
  maxAttempts: 2,
  cacheMiddleware: true,
  requestHandler: { connectionTimeout: 200, requestTimeout: 500, throwOnRequestTimeout: true },
};

export function createDynamo(options: DynamoOptions = {}): Dynamo {
  const client = new DynamoDBClient({ ...LIMITS, ...options });
  const toItem = (item: Item) => marshall(item, { removeUndefinedValues: true });
  return {
    get: async (table, key, { consistent = false } = {}) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: consistent }),
      );
      return Item && unmarshall(Item);
    },
    putIfAbsent: async (table, item) => {
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: toItem(item),
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { created: true };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return { created: false, existing: error.Item && unmarshall(error.Item) };
      }
    },
    put: async (table, item) => {
      await client.send(new PutItemCommand({ TableName: table, Item: toItem(item) }));
    },
    delete: async (table, key) => {
      await client.send(new DeleteItemCommand({ TableName: table, Key: marshall(key) }));
    },
    query: async (table, input) => {
      const { Items = [], LastEvaluatedKey } = await client.send(new QueryCommand(toQuery(table, input)));
      return { items: Items.map((item) => unmarshall(item)), cursor: LastEvaluatedKey && unmarshall(LastEvaluatedKey) };
    },
  };
}

function toQuery(table: string, { index, partition, sort, limit, newestFirst, cursor }: QueryInput) {
  return {
    TableName: table,
    ...(index === undefined ? {} : { IndexName: index }),
    KeyConditionExpression: '#p = :p AND #s BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#p': partition.name, '#s': sort.name },
    ExpressionAttributeValues: marshall({ ':p': partition.value, ':from': sort.from, ':to': sort.to }),
    ScanIndexForward: !newestFirst,
    Limit: limit,
    ...(cursor === undefined ? {} : { ExclusiveStartKey: marshall(cursor) }),
  };
}
