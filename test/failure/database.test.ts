import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DATABASE_ROWS } from '../../cli/failures/database-rows.ts';
import type { FailureRow, Injection } from '../../cli/failures/row.ts';
import { linkKey } from '../../shared/identity/keys.ts';
import { ISSUER, NOW } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { databaseStage } from './database-stage.ts';
import { expected, newSubject, observe } from './observe.ts';
import { createProbe } from './probe.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

type Wire = Extract<Injection, { kind: 'database' }>;
const isWire = (row: FailureRow): row is FailureRow & { readonly inject: Wire } => row.inject.kind === 'database';

test.each(DATABASE_ROWS.filter(isWire))('$dependency × $failure', async (row) => {
  const { stage, close, attempts } = await databaseStage(database, row.inject);
  const seen = await observe(stage, row);
  await close();
  expect(seen).toEqual(expected(row));
  expect(attempts()).toBeLessThanOrEqual(2);
});

test.each(DATABASE_ROWS.filter(({ inject }) => inject.kind === 'spoiled link'))(
  '$dependency × $failure',
  async (row) => {
    const subject = newSubject();
    const { tool, runs } = createProbe();
    const gateway = createTestGateway(database, { tools: [tool] });
    await database.dynamo.put(database.identities, { ...linkKey(ISSUER, subject), createdAt: NOW });
    const token = await gateway.token({ sub: subject });
    expect(await observe({ gateway, subject, token, runs }, row)).toEqual(expected(row));
  },
);
