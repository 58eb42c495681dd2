import { DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { localDynamo } from '../../cli/dev/local-dynamo.ts';
import type { StreamEntry } from '../../shared/aws/stream-changes.ts';

export interface TableStream {
  /** All entries of each shard from its start, in order. */
  read(): Promise<ReadonlyArray<readonly StreamEntry[]>>;
}

interface Records {
  readonly Records: readonly StreamEntry[];
  readonly NextShardIterator?: string;
}

/** The API is its own (DynamoDB Streams API Reference, 2012-08-10); the SDK's client for it is a package of its own. */
const API = 'DynamoDBStreams_20120810';

/** A table's stream by its own API, as Lambda reads it. Turns it on, with what was there before and after. */
export async function openTableStream(endpoint: string, TableName: string): Promise<TableStream> {
  const StreamArn = await turnOn(endpoint, TableName);
  return {
    read: async () => {
      const { StreamDescription } = await ask<{ StreamDescription: { Shards: ReadonlyArray<{ ShardId: string }> } }>(
        endpoint,
        'DescribeStream',
        { StreamArn },
      );
      return Promise.all(StreamDescription.Shards.map(({ ShardId }) => readShard(endpoint, StreamArn, ShardId)));
    },
  };
}

async function turnOn(endpoint: string, TableName: string): Promise<string> {
  const client = new DynamoDBClient(localDynamo(endpoint));
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;
  const { TableDescription } = await client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
  client.destroy();
  return TableDescription?.LatestStreamArn ?? '';
}

async function readShard(endpoint: string, StreamArn: string, ShardId: string): Promise<readonly StreamEntry[]> {
  const ShardIteratorType = 'TRIM_HORIZON';
  const { ShardIterator } = await ask<{ ShardIterator: string }>(endpoint, 'GetShardIterator', {
    StreamArn,
    ShardId,
    ShardIteratorType,
  });
  const found: StreamEntry[] = [];
  let next: string | undefined = ShardIterator;
  while (next !== undefined) {
    const page: Records = await ask(endpoint, 'GetRecords', { ShardIterator: next, Limit: 100 });
    // An open shard has no end: an empty page of it is where its writers are now.
    if (page.Records.length === 0) break;
    found.push(...page.Records);
    next = page.NextShardIterator;
  }
  return found;
}

async function ask<Answer>(endpoint: string, operation: string, input: object): Promise<Answer> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${API}.${operation}`,
      // The local engine wants the form of a signature and does not check it.
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20261125/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
}
