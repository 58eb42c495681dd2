import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FailureRow } from '../../cli/failures/row.ts';
import { TRAIL_ROWS } from '../../cli/failures/trail-rows.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { expectedTrail, observeTrail, type TrailFault } from './trail-stage.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const isTrail = (row: FailureRow): row is FailureRow & { readonly inject: TrailFault } => row.inject.kind === 'trail';

test.each(TRAIL_ROWS.filter(isTrail))('$dependency × $failure', async (row) => {
  expect(await observeTrail(database, row.inject)).toEqual(expectedTrail(row));
});
