import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAuditReader } from '../../shared/audit/query.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { DYNALITE } from '../support/engines.ts';
import { createTestGateway } from '../support/gateway.ts';
import { tablesWithToolIndex } from '../support/tables.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase(DYNALITE, tablesWithToolIndex);
});
afterAll(() => database.stop());

test('calls, ended or refused, are found by their tool in its index once the gateway writes it, and not from before', async () => {
  const before = createTestGateway(database);
  const gateway = createTestGateway(database, { env: { AUDIT_TOOL_INDEX: 'true' } });
  const call = (from: typeof gateway, tool: string, token: string) =>
    from.send({
      path: `/tools/${tool}`,
      headers: { authorization: `Bearer ${token}` },
      body: tool === 'echo' ? '{"text":"x"}' : '{}',
    });
  await call(before, 'echo', await before.token());
  const issuerToken = await gateway.token();
  await call(gateway, 'echo', issuerToken);
  await call(gateway, 'whoami', issuerToken);
  await call(gateway, 'echo', await gateway.token({ scope: 'starter.whoami' }));
  const range = { since: gateway.time.now - 1000, until: gateway.time.now + 1000, limit: 10, tool: 'echo' };
  const store = { dynamo: database.dynamo, table: database.audit };
  const outcomes = async (toolIndex: boolean) =>
    (await createAuditReader({ ...store, toolIndex }).query(range)).map(({ outcome }) => outcome).sort();
  expect([await outcomes(true), await outcomes(false)]).toEqual([
    ['INSUFFICIENT_SCOPE', 'ok'],
    ['INSUFFICIENT_SCOPE', 'ok', 'ok'],
  ]);
});
