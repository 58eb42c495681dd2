import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { bind, close } from '../../cli/dev/network.ts';
import { localDynamo } from '../../cli/dev/start.ts';
import { planFrom } from '../../cli/dev/template.ts';
import { synthGateway } from '../../infra/synth.ts';
import { createTables } from '../../shared/aws/create-table.ts';
import { createDynamo, type Dynamo } from '../../shared/aws/dynamodb.ts';

export interface TestDatabase {
  readonly dynamo: Dynamo;
  readonly endpoint: string;
  readonly identities: string;
  readonly audit: string;
  readonly state: string;
  stop(): Promise<void>;
}

/** The embedded engine with the tables of the synthesised stack. */
export async function startDatabase(): Promise<TestDatabase> {
  const server = dynalite({ createTableMs: 0 });
  await bind(server, 0, '127.0.0.1');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const context = { environment: 'dev', idp: 'oidc', issuer: 'https://a.example', publicUrl: 'https://b.example' };
  const { tables } = planFrom(synthGateway({ context, bundling: false }).template);
  await createTables(localDynamo(endpoint), tables);
  const named = (word: string) => [...tables.keys()].find((name) => name.includes(word)) ?? '';
  return {
    dynamo: createDynamo(localDynamo(endpoint)),
    endpoint,
    identities: named('Identities'),
    audit: named('Audit'),
    state: named('State'),
    stop: () => close(server),
  };
}
