import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BACKEND_ROWS } from '../../cli/failures/backend-rows.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type BackendFault, backendStage } from './backend-stage.ts';
import { expected, observe } from './observe.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

test.each(BACKEND_ROWS)('$dependency × $failure', async (row) => {
  const { stage, close } = await backendStage(database, row.inject as BackendFault);
  const seen = await observe(stage, row);
  await close();
  expect(seen).toEqual(expected(row));
});
