import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RELAY_ROWS } from '../../cli/failures/relay-rows.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { expected } from './observe.ts';
import { observeRelay, type RelayFault, relayStage } from './relay-stage.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

test.each(RELAY_ROWS)('$dependency × $failure', async (row) => {
  const stage = await relayStage(database, row.inject as RelayFault);
  const seen = await observeRelay(stage, row);
  await stage.close();
  expect(seen).toEqual(expected(row));
});
