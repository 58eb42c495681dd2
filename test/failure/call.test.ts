import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CALL_ROWS } from '../../cli/failures/call-rows.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { callStage, isOfCall, runKilledProcess } from './call-stage.ts';
import { expected, newSubject, observe, outcomesOf } from './observe.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

test.each(CALL_ROWS)('$dependency × $failure', async (row) => {
  const { inject } = row;
  if (inject.kind === 'process killed') {
    const subject = newSubject();
    const { signal, output } = await runKilledProcess(database, subject);
    const recorded = await outcomesOf(createTestGateway(database), subject);
    expect({ signal, output, recorded }).toEqual({
      signal: 'SIGKILL',
      output: 'the tool runs\n',
      recorded: row.recorded,
    });
    return;
  }
  if (!isOfCall(inject)) throw new Error(`no stage for ${inject.kind}`);
  expect(await observe(await callStage(database, inject), row)).toEqual(expected(row));
});
