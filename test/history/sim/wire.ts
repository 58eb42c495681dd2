import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoOptions, Item, Key, QueryInput } from '../../../shared/aws/dynamodb.ts';
import { createOperations, type Operations, type PlaceOf } from './operations.ts';
import { type Asked, ask, type Instance, type Reply, type World } from './world.ts';

type Handled = { readonly response: { statusCode: number; headers: Record<string, string>; body?: Uint8Array } };

/** What Node's HTTP client does to a request that is not answered (DYNAMO_LIMITS). */
export const REQUEST_MS = 500;
const utf8 = new TextDecoder();

/**
 * DynamoDB for one instance, behind the SDK's own client: its serialisation, its retries and our limits are those of
 * production; what is missing is the connection.
 */
export function createWire(world: World, instance: Instance, placeOf: PlaceOf): DynamoOptions['requestHandler'] {
  const handle = (request: unknown, options?: { abortSignal?: unknown }): Promise<Handled> => {
    const { headers, body } = request as { headers: Record<string, string>; body: string | Uint8Array };
    const operation = (headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const input = JSON.parse(typeof body === 'string' ? body : utf8.decode(body)) as Input;
    const asked = read(world, createOperations(world, instance, placeOf), operation, input);
    return new Promise((resolve, reject) => {
      const fail = (name: string, code: string) => reject(Object.assign(new Error(name), { name, code }));
      const stop = world.time.after(REQUEST_MS, () => fail('TimeoutError', 'ETIMEDOUT'));
      onAbort(options?.abortSignal, () => {
        stop();
        fail('AbortError', 'ABORT_ERR');
      });
      void ask(world, instance, asked).then((reply) => {
        stop();
        if (reply.kind === 'reset') fail('Error', 'ECONNRESET');
        else resolve({ response: toResponse(reply) });
      });
    });
  };
  return { handle, metadata: { handlerProtocol: 'http/1.1' } } as unknown as NonNullable<
    DynamoOptions['requestHandler']
  >;
}

function onAbort(signal: unknown, work: () => void): void {
  if (typeof signal !== 'object' || signal === null) return;
  const abort = signal as { aborted: boolean; onabort: (() => void) | null };
  if (abort.aborted) work();
  else abort.onabort = work;
}

type Attributes = Parameters<typeof unmarshall>[0];

interface Input {
  readonly TableName: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
  readonly ConditionExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;
  readonly ConsistentRead?: boolean;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Attributes;
}

/** What DynamoDB answers: the body, or the refusal of a condition. */
type Answer = { readonly body: object } | { readonly refused: Item | undefined };

const IF_ABSENT = 'attribute_not_exists(pk)';
const OR_EXPIRED = `${IF_ABSENT} OR #ttl <= :now`;
const IN_RANGE = '#p = :p AND #s BETWEEN :from AND :to';

function read(world: World, operations: Operations, operation: string, input: Input): Asked<Answer> {
  const { TableName: table, ConditionExpression: condition } = input;
  const key = () => unmarshall(input.Key ?? {}) as Key;
  switch (operation) {
    case 'GetItem':
      return then(operations.get(table, key(), input.ConsistentRead === true), (item) => ({
        body: item === undefined ? {} : { Item: marshall(item) },
      }));
    case 'PutItem': {
      if (condition !== undefined && condition !== IF_ABSENT && condition !== OR_EXPIRED)
        world.problems.push(`a condition that the simulation does not know: ${condition}`);
      const item = unmarshall(input.Item ?? {}) as Item & Key;
      const orExpiredAt = Number(input.ExpressionAttributeValues?.[':now']?.N ?? 0);
      return then(
        operations.put(table, { item, ifAbsent: condition !== undefined, orExpiredAt }),
        ({ created, existing }) => (created ? { body: {} } : { refused: existing }),
      );
    }
    case 'DeleteItem':
      return then(operations.delete(table, key()), () => ({ body: {} }));
    case 'Query':
      if (input.KeyConditionExpression !== IN_RANGE)
        world.problems.push(`a key condition that the simulation does not know: ${input.KeyConditionExpression}`);
      return then(operations.query(table, toQuery(input)), ({ items, cursor }) => {
        const last = cursor === undefined ? {} : { LastEvaluatedKey: marshall(cursor) };
        return { body: { Items: items.map((item) => marshall(item)), Count: items.length, ...last } };
      });
    default:
      world.problems.push(`an operation that the simulation does not know: ${operation}`);
      return { at: '', what: operation, carryOut: () => ({ body: {} }) };
  }
}

function then<A, B>({ carryOut, ...asked }: Asked<A>, map: (value: A) => B): Asked<B> {
  return { ...asked, carryOut: (isBehind) => map(carryOut(isBehind)) };
}

function toQuery(input: Input): QueryInput {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
  const text = (name: string) => values[name]?.S ?? '';
  const { Limit = 1000, ScanIndexForward = true, ConsistentRead = false, ExclusiveStartKey } = input;
  return {
    partition: { name: names['#p'] ?? '', value: text(':p') },
    sort: { name: names['#s'] ?? '', from: text(':from'), to: text(':to') },
    limit: Limit,
    newestFirst: !ScanIndexForward,
    consistent: ConsistentRead,
    ...(ExclusiveStartKey === undefined ? {} : { cursor: unmarshall(ExclusiveStartKey) }),
  };
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
