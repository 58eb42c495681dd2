import type { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { BackendSettings } from '../shared/core/backend-settings.ts';
import type { GatewayFunction, GatewayFunctionProps } from './constructs/gateway-function.ts';
import { createTable } from './constructs/tables.ts';

/** By this name the demo backend is meant in assertions: its address is not known before it is deployed. */
const AUDIENCE = 'gatehouse-demo-backend';

export interface DemoBackend {
  readonly fn: GatewayFunction;
  /** Where the gateway finds it. */
  readonly settings: BackendSettings;
}

export interface DemoBackendOptions {
  readonly publicUrl: string;
  readonly createFunction: (
    id: string,
    props: Pick<GatewayFunctionProps, 'name' | 'description' | 'environment'>,
  ) => GatewayFunction;
}

/**
 * A service of its own with a table of its own, which nothing of the gateway may read. Open to the internet, as a backend
 * of somebody else would be: what it lets in, it decides by the assertion alone.
 */
export function createDemoBackend(stack: Stack, { publicUrl, createFunction }: DemoBackendOptions): DemoBackend {
  const table = createTable(stack, 'DemoData', { isProtected: false });
  const fn = createFunction('DemoBackend', {
    name: 'demo-backend',
    description: 'Demo backend: notes and a small CRM',
    environment: { DEMO_TABLE: table.tableName, GATEWAY_URL: publicUrl, AUDIENCE, STACK_NAME: stack.stackName },
  });
  fn.allow(['GetItem', 'PutItem', 'Query'], table.tableArn);
  const { url } = fn.fn.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
  return { fn, settings: { url, audience: AUDIENCE } };
}
