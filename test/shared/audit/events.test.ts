import { describe, expect, test } from '@jest/globals';
import { createEventWriter } from '../../../shared/audit/events.ts';
import { leafHash } from '../../../shared/audit/record.ts';
import { uuidv7Time } from '../../../shared/core/ids.ts';
import { NOW } from '../../support/config.ts';
import { createMemoryTable } from '../../support/memory-table.ts';

const actor = { issuer: 'aws', subject: 'arn:aws:sts::123456789012:assumed-role/Auditor/ann' } as const;

function start() {
  const table = createMemoryTable();
  const clock = () => NOW;
  return { table, events: createEventWriter({ dynamo: table.dynamo, table: 'audit', clock, retentionDays: 1 }) };
}

describe('who reads the trail is in it', () => {
  test.each(['read', 'admin'] as const)('%s is one item with who, what and about what', async (kind) => {
    const { table, events } = start();
    const record = await events[kind]({ actor, action: 'audit/query', detail: '--who usr_1' });
    const { callId, pk, hash, ...rest } = record;
    expect([...table.items.values()]).toEqual([record]);
    expect(rest).toEqual({
      kind,
      method: 'audit/query',
      issuer: 'aws',
      subject: actor.subject,
      decision: 'allowed',
      detail: '--who usr_1',
      tenant: 'default',
      v: 2,
      ts: NOW,
      logTs: NOW,
      ttl: NOW / 1000 + 86_400,
      sk: `${callId}#5`,
    });
    expect([uuidv7Time(String(callId)), pk.startsWith('D#'), hash === leafHash(record)]).toEqual([NOW, true, true]);
  });

  test('what was asked is one bounded line, whatever it is', async () => {
    const { events } = start();
    const { detail } = await events.read({
      actor,
      action: 'audit/query',
      detail: `a\n\u202eb${'x'.repeat(999)}\ud800`,
    });
    expect(detail).toBe(`a  b${'x'.repeat(252)}`);
  });

  test('no answer without its record', async () => {
    const { table, events } = start();
    table.down = true;
    await expect(events.read({ actor, action: 'audit/query' })).rejects.toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
      reason: 'event_not_written',
    });
  });
});
