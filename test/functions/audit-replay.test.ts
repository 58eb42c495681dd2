import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CloudWatchLogsEvent, SQSEvent } from 'aws-lambda';
import { createHandler as createReplay } from '../../functions/audit-replay/handler.ts';
import { createHandler as createSweep } from '../../functions/audit-sweep/handler.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import { NOW } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { captureLog } from '../support/log.ts';
import { deliveryOf } from '../support/log-delivery.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** The same, as it comes back from the queue of failed deliveries. */
function returned(requestPayload: CloudWatchLogsEvent): SQSEvent {
  const body = JSON.stringify({ version: '1.0', requestContext: { condition: 'RetriesExhausted' }, requestPayload });
  return { Records: [{ body }] } as unknown as SQSEvent;
}

function functions(dynamo = database.dynamo, now = NOW) {
  const { log, lines } = captureLog();
  const env = { AUDIT_TABLE: database.audit, SEALS_TABLE: database.state };
  const ports = { clock: () => now, log, dynamo };
  return { replay: createReplay(env, ports), sweep: createSweep(env, ports), lines };
}

async function callWithoutOutcome(subject: string): Promise<TestGateway> {
  const losesOutcomes = (real: Dynamo): Dynamo => ({
    ...real,
    putIfAbsent: async (table, item, options) => {
      if (item.sk.endsWith('#1')) throw new Error('down');
      return real.putIfAbsent(table, item, options);
    },
  });
  const gateway = createTestGateway(database, { dynamo: losesOutcomes });
  const token = await gateway.token({ sub: subject });
  await gateway.rpc(legacy('tools/call', { name: 'echo', arguments: { text: 'hi' } }), { token });
  return gateway;
}

const rowsOf = async (gateway: TestGateway, subject: string) =>
  (await gateway.trail()).filter((row) => row.subject === subject).map(({ outcome, detail }) => [outcome, detail]);

describe('an outcome that the table did not take', () => {
  test('comes back by the log', async () => {
    const gateway = await callWithoutOutcome('ann');
    const open = await rowsOf(gateway, 'ann');
    const { replay, lines } = functions();
    await replay(deliveryOf(gateway.lines));
    expect([open, await rowsOf(gateway, 'ann'), lines.at(-1)]).toEqual([
      [['open', null]],
      [['ok', null]],
      { level: 'info', event: 'audit.replayed', written: 1, present: 0, refused: 0 },
    ]);
  });

  test('comes back by the queue, where earlier deliveries failed', async () => {
    const gateway = await callWithoutOutcome('ben');
    const down = { ...database.dynamo, putIfAbsent: () => Promise.reject(new Error('down')) };
    await expect(functions(down).replay(deliveryOf(gateway.lines))).rejects.toThrow('down');
    await functions().replay(returned(deliveryOf(gateway.lines)));
    expect(await rowsOf(gateway, 'ben')).toEqual([['ok', null]]);
  });

  test('and does not come back is unknown after a minute', async () => {
    const gateway = await callWithoutOutcome('cat');
    const { sweep, lines } = functions(database.dynamo, NOW + 60_000);
    await sweep();
    expect((await rowsOf(gateway, 'cat')).map(([, detail]) => detail)).toEqual(['UNKNOWN']);
    expect(lines.find(({ event }) => event === 'audit.unknown')).toMatchObject({ count: 1, alarm: true });
  });
});

test('a message by which CloudWatch tries the way is no record', async () => {
  const { replay, lines } = functions();
  await replay(deliveryOf((await callWithoutOutcome('dan')).lines, 'CONTROL_MESSAGE'));
  expect(lines).toEqual([{ level: 'info', event: 'audit.replayed', written: 0, present: 0, refused: 0 }]);
});
