import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ISSUER_ROWS } from '../../cli/failures/issuer-rows.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type IssuerFault, issuerStage } from './issuer-stage.ts';
import { expected, observe } from './observe.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

test.each(ISSUER_ROWS)('$dependency × $failure', async (row) => {
  const { stage, fetches, close } = await issuerStage(database, row.inject as IssuerFault);
  const seen = await observe(stage, row);
  await close();
  expect(seen).toEqual(expected(row));
  // However often it is asked: a provider in trouble is not fetched from once a request.
  expect(fetches()).toBeLessThanOrEqual(1);
});
