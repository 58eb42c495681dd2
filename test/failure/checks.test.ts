import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FAILURE_ROWS } from '../../cli/failures/page.ts';
import type { FailureRow } from '../../cli/failures/row.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { databaseStage } from './database-stage.ts';
import type { DatabaseFault } from './faulty-dynamo.ts';
import { expected, observe } from './observe.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const fault: DatabaseFault = { place: 'intent', fault: 'server error' };
const row = FAILURE_ROWS.find(
  ({ inject }) => JSON.stringify(inject) === JSON.stringify({ kind: 'database', ...fault }),
) as FailureRow;

describe('a gateway that breaks its promise is found out by the row', () => {
  test('one that executes without an intent', async () => {
    const careless = (dynamo: Dynamo): Dynamo => ({
      ...dynamo,
      putIfAbsent: (...args) => dynamo.putIfAbsent(...args).catch(() => ({ created: true })),
    });
    const { stage, close } = await databaseStage(database, fault, { sabotage: careless });
    const seen = await observe(stage, row);
    await close();
    expect([seen.status, seen.runs, seen.recorded]).toEqual([200, 1, ['ok']]);
    expect(seen).not.toEqual(expected(row));
  });

  test('one that tries a third time', async () => {
    const limits = { attempts: 3, connectMs: 1000, requestMs: 2000, totalMs: 4000 };
    const { stage, close, attempts } = await databaseStage(database, fault, { limits });
    await observe(stage, row);
    await close();
    expect(attempts()).toBe(3);
  });

  test('one that writes the token into its log', async () => {
    const { stage, close } = await databaseStage(database, fault);
    stage.gateway.lines.push({ level: 'info', event: 'careless', header: `Bearer ${stage.token}` });
    const seen = await observe(stage, row);
    await close();
    expect(seen.leaks).toEqual([`log: ${stage.token}`, `log: ${stage.token.split('.')[2]}`]);
  });
});

test('no two rows have the same name', () => {
  const names = FAILURE_ROWS.map(({ dependency, failure }) => `${dependency} × ${failure}`);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
