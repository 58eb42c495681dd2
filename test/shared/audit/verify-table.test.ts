import { expect, test } from '@jest/globals';
import { verifyArchive } from '../../../shared/audit/verify/verify.ts';
import { buildArchive } from '../../support/archive-world.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { createMemoryObjects } from '../../support/objects.ts';
import { callAt } from '../../support/sealing.ts';

const START = Date.UTC(2026, 10, 25, 8, 0);
const MINUTES = 12;
const END = START + MINUTES * 60_000;

test('what the table has since the newest seal waits; what it has from before, and the archive has not, is told', async () => {
  const { files, key, records } = await buildArchive(START, MINUTES, 3);
  const { objects, stored } = createMemoryObjects();
  for (const [name, body] of files) stored.set(name, { body, metadata: {} });
  const { dynamo, items } = createMemoryTable();
  const add = (more: typeof records) => {
    for (const record of more) items.set(`${record.pk} ${record.sk}`, { ...record });
  };
  const verify = async () => {
    const table = { dynamo, table: 'audit', clock: () => END };
    const { verdict, waitingRecords, counts } = await verifyArchive({ objects, key, table });
    return { verdict, waitingRecords, counts };
  };

  add([...records, ...callAt(END), ...callAt(END + 90_000, 'denied')]);
  expect(await verify()).toEqual({ verdict: 'ok', waitingRecords: 3, counts: {} });
  add(callAt(END - 1, 'denied'));
  expect(await verify()).toEqual({
    verdict: 'incomplete',
    waitingRecords: 3,
    counts: { 'record-not-archived-yet': 1 },
  });
});
