import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { localDynamo } from '../../cli/dev/local-dynamo.ts';
import { createTables, type TableSchema } from '../../shared/aws/create-table.ts';
import { createDynamo, type Dynamo } from '../../shared/aws/dynamodb.ts';
import { DYNALITE, type Engine } from './engines.ts';
import { plannedTables } from './tables.ts';

export interface TestDatabase {
  readonly dynamo: Dynamo;
  readonly endpoint: string;
  readonly identities: string;
  readonly audit: string;
  readonly state: string;
  /** Of the demo backend. */
  readonly demo: string;
  /** Every item of every table, for leak scans. */
  dump(): Promise<readonly unknown[]>;
  stop(): Promise<void>;
}

/** An engine, the embedded one unless another is named, with the tables of the synthesised stack. */
export async function startDatabase(
  engine: Engine = DYNALITE,
  planned: () => Promise<ReadonlyMap<string, TableSchema>> = plannedTables,
): Promise<TestDatabase> {
  const { endpoint, stop } = await engine.start();
  const tables = await planned();
  await createTables(localDynamo(endpoint), tables);
  const named = (word: string) => [...tables.keys()].find((name) => name.includes(word)) ?? '';
  return {
    dynamo: createDynamo(localDynamo(endpoint)),
    endpoint,
    identities: named('Identities'),
    audit: named('Audit'),
    state: named('State'),
    demo: named('DemoData'),
    dump: () => dumpTables(endpoint, [...tables.keys()]),
    stop,
  };
}

/** The one scan of the project, in tests only: a leak may be anywhere. */
async function dumpTables(endpoint: string, names: readonly string[]): Promise<readonly unknown[]> {
  const client = new DynamoDBClient(localDynamo(endpoint));
  const pages = await Promise.all(names.map((TableName) => client.send(new ScanCommand({ TableName }))));
  client.destroy();
  return pages.flatMap(({ Items = [] }) => Items);
}
