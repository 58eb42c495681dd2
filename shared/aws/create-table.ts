import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoOptions } from './dynamodb.ts';

/** Members of a table in the template that CreateTable takes as they are. */
export type TableSchema = Pick<
  CreateTableCommandInput,
  'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes' | 'BillingMode'
>;

/** Makes tables on a local engine. Deployed tables are CloudFormation's work. */
export async function createTables(
  { limits: _patient, ...options }: DynamoOptions,
  tables: ReadonlyMap<string, TableSchema>,
): Promise<void> {
  const client = new DynamoDBClient(options);
  await Promise.all(
    [...tables].map(async ([TableName, schema]) => {
      await client.send(new CreateTableCommand({ ...schema, TableName }));
      await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 1 }, { TableName });
    }),
  );
  client.destroy();
}
