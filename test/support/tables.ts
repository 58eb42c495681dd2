import type { TableSchema } from '../../shared/aws/create-table.ts';

export const TEST_STACK = {
  environment: 'dev',
  idp: 'oidc',
  issuer: 'https://a.example',
  publicUrl: 'https://b.example',
  demoBackend: 'true',
  backends: '{"demo":{"url":"https://demo.example"}}',
};
export const TABLES_VARIABLE = 'GATEHOUSE_TEST_TABLES';

const withIndex = { ...TEST_STACK, auditToolIndex: 'true' };

/** The same with the index by tool. */
export async function tablesWithToolIndex(): Promise<ReadonlyMap<string, TableSchema>> {
  return synthesised(withIndex);
}

/** Table name → schema, from the synthesised stack: what the test run has planned already, or planned now. */
export async function plannedTables(): Promise<ReadonlyMap<string, TableSchema>> {
  const planned = process.env[TABLES_VARIABLE];
  if (planned !== undefined) return new Map(JSON.parse(planned) as Array<[string, TableSchema]>);
  return synthesised(TEST_STACK);
}

async function synthesised(context: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, TableSchema>> {
  const { planFrom } = await import('../../cli/dev/template.ts');
  const { synthGateway } = await import('../../infra/synth.ts');
  return planFrom(synthGateway({ context, bundling: false }).template).tables;
}
