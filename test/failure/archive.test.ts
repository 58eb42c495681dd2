import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ARCHIVE_ROWS } from '../../cli/failures/archive-rows.ts';
import type { FailureRow } from '../../cli/failures/row.ts';
import type { Objects } from '../../shared/aws/objects.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type ArchiveFault, expectedArchive, observeArchive } from './archive-stage.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const isArchive = (row: FailureRow): row is FailureRow & { readonly inject: ArchiveFault } =>
  row.inject.kind === 'archive';

test.each(ARCHIVE_ROWS.filter(isArchive))('$dependency × $failure', async (row) => {
  expect(await observeArchive(database, row.inject)).toEqual(expectedArchive(row));
});

test('functions that take what failed for done are found out', async () => {
  const careless = (well: Objects): Objects => ({
    ...well,
    get: (key) => well.get(key).catch(() => undefined),
    putIfAbsent: (...args) => well.putIfAbsent(...args).catch(() => ({ created: true })),
  });
  const rows = ARCHIVE_ROWS.filter(isArchive).filter(({ inject, failure }) => {
    return inject.at !== 'signature' && failure === 'server error';
  });
  const seen: string[] = [];
  for (const { inject } of rows) {
    const threw = await observeArchive(database, inject, careless).then(
      (observed) => String(observed.threw),
      (error: Error) => error.message,
    );
    seen.push(`${inject.at}: ${threw}`);
  }
  // The rows promise that the first run fails; the sealer even finds its own loss with the next.
  expect(seen).toEqual(['records: false', 'seals: log/tile/0/000.p/2 is missing']);
});
