import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoOptions, Item, Key, PutResult, QueryInput } from '../../../shared/aws/dynamodb.ts';
import { ask, type Instance, type Reply, type World } from './world.ts';

type RequestHandler = Exclude<NonNullable<DynamoOptions['requestHandler']>, object & { handle?: never }>;
type Handled = { readonly response: { statusCode: number; headers: Record<string, string>; body?: Uint8Array } };

/** Which place of a plan an operation is. */
export type PlaceOf = (operation: 'get' | 'put' | 'delete' | 'query', table: string, key: Partial<Key> & Item) => string;

/** What Node's HTTP client does to a request that is not answered (DYNAMO_LIMITS). */
const REQUEST_MS = 500;
const utf8 = new TextDecoder();

/**
 * DynamoDB for one instance, behind the SDK's own client: its serialisation, its retries and our limits are those of
 * production; what is missing is the connection.
 */
export function createWire(world: World, instance: Instance, placeOf: PlaceOf): RequestHandler {
  const handle = (request: unknown, options?: { abortSignal?: unknown }): Promise<Handled> => {
    const { headers, body } = request as { headers: Record<string, string>; body: string | Uint8Array };
    const operation = (headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const input = JSON.parse(typeof body === 'string' ? body : utf8.decode(body)) as Input;
    return new Promise((resolve, reject) => {
      const { at, what, carryOut, mayBeBehind } = read(world, instance, operation, input, placeOf);
      const fail = (name: string, code: string) => reject(Object.assign(new Error(name), { name, code }));
      const stop = world.time.after(REQUEST_MS, () => fail('TimeoutError', 'ETIMEDOUT'));
      onAbort(options?.abortSignal, () => {
        stop();
        fail('AbortError', 'ABORT_ERR');
      });
      void ask(world, instance, { at, what, carryOut, mayBeBehind }).then((reply) => {
        stop();
        if (reply.kind === 'reset') fail('Error', 'ECONNRESET');
        else resolve({ response: toResponse(reply) });
      });
    });
  };
  return { handle, metadata: { handlerProtocol: 'http/1.1' } } as unknown as RequestHandler;
}

function onAbort(signal: unknown, work: () => void): void {
  if (typeof signal !== 'object' || signal === null) return;
  const abort = signal as { aborted: boolean; onabort: (() => void) | null };
  if (abort.aborted) work();
  else abort.onabort = work;
}

type Attributes = Parameters<typeof unmarshall>[0];
type Values = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

interface Input {
  readonly TableName: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
  readonly ConditionExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Values;
  readonly ConsistentRead?: boolean;
  readonly IndexName?: string;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Attributes;
}

/** What DynamoDB answers: the body, or the refusal of a condition. */
type Answer = { readonly body: object } | { readonly refused: Item | undefined };

interface Work {
  readonly at: string;
  readonly what: string;
  readonly carryOut: (isBehind: boolean) => Answer;
  readonly mayBeBehind: boolean;
}

const IF_ABSENT = 'attribute_not_exists(pk)';
const OR_EXPIRED = `${IF_ABSENT} OR #ttl <= :now`;
const IN_RANGE = '#p = :p AND #s BETWEEN :from AND :to';

function read(world: World, { actor }: Instance, operation: string, input: Input, placeOf: PlaceOf): Work {
  const { database } = world;
  const { TableName: table, ConsistentRead = false } = input;
  const mayBeBehind = !ConsistentRead;
  switch (operation) {
    case 'GetItem': {
      const key = unmarshall(input.Key ?? {}) as Key;
      const at = placeOf('get', table, key);
      const carryOut = (isBehind: boolean) => {
        const item = database.get(table, key, isBehind);
        return { body: item === undefined ? {} : { Item: marshall(item) } };
      };
      return { at, what: `get ${at}`, carryOut, mayBeBehind };
    }
    case 'PutItem': {
      const item = unmarshall(input.Item ?? {}) as Item & Key;
      const { ConditionExpression: condition, ExpressionAttributeValues: values } = input;
      if (condition !== undefined && condition !== IF_ABSENT && condition !== OR_EXPIRED)
        world.problems.push(`a condition that the simulation does not know: ${condition}`);
      const at = placeOf('put', table, item);
      const orExpiredAt = Number(values?.[':now']?.N ?? 0);
      const carryOut = () =>
        toAnswer(database.put(actor.name, table, { item, ifAbsent: condition !== undefined, orExpiredAt }));
      return { at, what: `put ${at} ${shortOf(item)}`, carryOut, mayBeBehind: false };
    }
    case 'DeleteItem': {
      const key = unmarshall(input.Key ?? {}) as Key;
      const at = placeOf('delete', table, key);
      const carryOut = () => {
        database.delete(actor.name, table, key);
        return { body: {} };
      };
      return { at, what: `delete ${at}`, carryOut, mayBeBehind: false };
    }
    case 'Query': {
      if (input.KeyConditionExpression !== IN_RANGE)
        world.problems.push(`a key condition that the simulation does not know: ${input.KeyConditionExpression}`);
      const query = toQuery(input);
      const at = placeOf('query', table, { pk: query.partition.value });
      const carryOut = (isBehind: boolean) => {
        const { items, cursor } = database.query(table, query, isBehind);
        const last = cursor === undefined ? {} : { LastEvaluatedKey: marshall(cursor) };
        return { body: { Items: items.map((item) => marshall(item)), Count: items.length, ...last } };
      };
      return { at, what: `query ${query.partition.value}`, carryOut, mayBeBehind };
    }
    default:
      world.problems.push(`an operation that the simulation does not know: ${operation}`);
      return { at: '', what: operation, carryOut: () => ({ body: {} }), mayBeBehind: false };
  }
}

/** Enough to know an item by where people read. */
function shortOf({ sk }: Key): string {
  const [id = '', phase = ''] = sk.split('#');
  return phase === '' ? id.slice(0, 12) : `${id.slice(-6)}#${phase}`;
}

function toQuery(input: Input): QueryInput {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
  const text = (name: string) => values[name]?.S ?? '';
  const { Limit = 1000, ScanIndexForward = true, ExclusiveStartKey } = input;
  return {
    partition: { name: names['#p'] ?? '', value: text(':p') },
    sort: { name: names['#s'] ?? '', from: text(':from'), to: text(':to') },
    limit: Limit,
    newestFirst: !ScanIndexForward,
    ...(ExclusiveStartKey === undefined ? {} : { cursor: unmarshall(ExclusiveStartKey) }),
  };
}

function toAnswer(result: PutResult): Answer {
  return result.created ? { body: {} } : { refused: result.existing };
}

const TYPE = 'com.amazonaws.dynamodb.v20120810#';

function toResponse(reply: Reply<Answer>): Handled['response'] {
  if (reply.kind === 'throttled') return failure(400, 'ProvisionedThroughputExceededException');
  if (reply.kind !== 'answer') return failure(500, 'InternalServerError');
  if ('body' in reply.value) return json(200, reply.value.body);
  const { refused } = reply.value;
  return failure(400, 'ConditionalCheckFailedException', refused === undefined ? {} : { Item: marshall(refused) });
}

function failure(status: number, name: string, more: object = {}): Handled['response'] {
  return json(status, { __type: `${TYPE}${name}`, message: name, ...more });
}

function json(statusCode: number, body: object): Handled['response'] {
  return {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(JSON.stringify(body)),
  };
}
