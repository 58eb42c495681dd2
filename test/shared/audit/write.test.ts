import { describe, expect, test } from '@jest/globals';
import { hashOnTime, lateCopy } from '../../../shared/audit/late.ts';
import { type AuditRecord, type CallFacts, intentRecord, leafHash } from '../../../shared/audit/record.ts';
import { type AuditMode, createAuditWriter, type IntentReceipt } from '../../../shared/audit/write.ts';
import type { Dynamo, Item, PutResult } from '../../../shared/aws/dynamodb.ts';
import type { Uid } from '../../../shared/core/principal.ts';
import { NOW } from '../../support/config.ts';
import { captureLog } from '../../support/log.ts';

const facts: CallFacts = {
  // Its first 48 bits are NOW.
  callId: `${NOW.toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})(.{4})$/, '$1-$2')}-7abc-8def-0123456789ab`,
  requestId: 'request-1',
  principal: {
    issuer: 'https://login.example.com',
    subject: 'alice',
    clientId: 'client-1',
    scopes: ['starter.echo'],
    tokenId: 'secret-jti',
  },
  uid: 'usr_1' as Uid,
  method: 'tools/call',
  tool: 'echo',
  requestedName: 'echo',
  door: 'mcp',
  revision: '2026-07-28',
  sourceIp: '192.0.2.1',
  userAgent: 'agent\u202e\n1',
};

function writerOver(put: (item: Item) => Promise<PutResult>) {
  const items: Item[] = [];
  const { log, lines } = captureLog();
  const dynamo = {
    putIfAbsent: async (_table: string, item: Item) => {
      items.push(item);
      return put(item);
    },
  } as unknown as Dynamo;
  const writer = createAuditWriter({ dynamo, table: 'audit', clock: () => NOW, log, retentionDays: 1 });
  return { writer, items, lines };
}

const done = { isError: false, errorType: undefined, latencyMs: 1 };
const receiptOf = (mode: AuditMode): IntentReceipt => ({
  facts,
  record: intentRecord(facts, { ttl: 1, logTs: NOW }),
  mode,
  late: false,
});
const stored = async (): Promise<PutResult> => ({ created: true });
const day = new Date(NOW).toISOString().slice(0, 10).replaceAll('-', '');
const common = {
  v: 2,
  callId: facts.callId,
  requestId: 'request-1',
  ts: NOW,
  logTs: NOW,
  tenant: 'default',
  uid: 'usr_1',
  issuer: 'https://login.example.com',
  subject: 'alice',
  clientId: 'client-1',
  tokenId: expect.stringMatching(/^[0-9a-f]{32}$/),
  scopes: ['starter.echo'],
  method: 'tools/call',
  tool: 'echo',
  door: 'mcp',
  revision: '2026-07-28',
  sourceIp: '192.0.2.1',
  ua: 'agent  1',
  pk: expect.stringContaining(day),
  hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  ttl: NOW / 1000 + 86_400,
};

describe('what is written', () => {
  test('an intent and an outcome are two items of one call, the second carrying the hash of the first', async () => {
    const { writer, items } = writerOver(stored);
    const receipt = await writer.intent(facts, NOW + 1000);
    await writer.outcome(receipt, { isError: true, errorType: 'TOOL_TIMEOUT', latencyMs: 12 });
    const [intent, outcome] = items;
    expect(intent).toEqual({
      ...common,
      sk: `${facts.callId}#0`,
      decision: 'allowed',
    });
    expect(outcome).toMatchObject({
      pk: intent!['pk'],
      sk: `${facts.callId}#1`,
      isError: true,
      errorType: 'TOOL_TIMEOUT',
      latencyMs: 12,
    });
    expect(Object.values(outcome!)).toContain(intent!['hash']);
  });

  test('a denial is one item with its code and reason', async () => {
    const { writer, items } = writerOver(stored);
    await writer.denial(facts, 'INSUFFICIENT_SCOPE', 'scope_missing');
    expect(items).toEqual([
      expect.objectContaining({
        sk: `${facts.callId}#9`,
        decision: 'denied',
        reason: 'INSUFFICIENT_SCOPE',
        detail: 'scope_missing',
        gsi2pk: expect.stringContaining('denied'),
      }),
    ]);
  });

  test('a name that is no tool of ours is kept as a digest only', async () => {
    const { writer, items } = writerOver(stored);
    await writer.denial({ ...facts, tool: undefined, requestedName: 'free text' }, 'UNKNOWN_TOOL', 'no_such_tool');
    expect([items[0]!['tool'], items[0]!['toolDigest'], JSON.stringify(items).includes('free text')]).toEqual([
      undefined,
      expect.stringMatching(/^[0-9a-f]{32}$/),
      false,
    ]);
  });

  test('the hash covers every member: a change in one shows', async () => {
    const { writer, items } = writerOver(stored);
    await writer.intent(facts, NOW + 1000);
    const { hash, ...rest } = items[0] as Record<string, string>;
    expect([leafHash(rest), leafHash({ ...rest, subject: 'bob' }) === hash]).toEqual([hash, false]);
  });
});

describe('when the put is answered with what is there', () => {
  test('an equal hash is our own write, repeated: success', async () => {
    const { writer } = writerOver(async (item) => ({ created: false, existing: item }));
    await expect(writer.intent(facts, NOW + 1000)).resolves.toMatchObject({ facts });
  });

  test('nothing returned is success with a warning', async () => {
    const { writer, lines } = writerOver(async () => ({ created: false, existing: undefined }));
    await writer.intent(facts, NOW + 1000);
    expect(lines).toEqual([{ level: 'warn', event: 'audit.repeat_unconfirmed', callId: facts.callId }]);
  });

  test('another hash is an alarm, and the call is refused', async () => {
    const { writer, lines } = writerOver(async () => ({ created: false, existing: { hash: 'other' } }));
    await expect(writer.intent(facts, NOW + 1000)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(lines).toEqual([
      { level: 'error', event: 'audit.conflict', callId: facts.callId, record: expect.any(String), alarm: true },
    ]);
  });
});

describe('when the table fails', () => {
  const down = () => Promise.reject(new Error('down'));

  test('an intent refuses the call', async () => {
    await expect(writerOver(down).writer.intent(facts, NOW + 1000)).rejects.toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
    });
  });

  const fallback = (record: Item) => ({
    level: 'error',
    event: 'audit.fallback',
    callId: facts.callId,
    record: JSON.stringify(lateCopy(record as AuditRecord)),
    alarm: true,
  });

  test('an intent of an available tool is admitted by the log, and everything in it is as it was but for `late`', async () => {
    const { writer, lines, items } = writerOver(down);
    const receipt = await writer.intent(facts, NOW + 1000, 'available');
    const { hash, late, ...rest } = JSON.parse(String(lines[0]?.['record'])) as AuditRecord;
    const { hash: onTime, ...asked } = items[0] as AuditRecord;
    expect([receipt.late, lines, late, rest]).toEqual([true, [fallback(items[0] as Item)], true, asked]);
    expect([hash === leafHash({ ...asked, late: true }), receipt.record.hash]).toEqual([true, onTime]);
  });

  test('an outcome goes whole into the log, and a strict caller is told', async () => {
    const { writer, lines, items } = writerOver(down);
    await expect(writer.outcome(receiptOf('strict'), done)).rejects.toMatchObject({
      code: 'OUTCOME_NOT_RECORDED',
      reason: 'outcome_not_written',
    });
    expect(lines).toEqual([fallback(items[0] as Item)]);
  });

  test('of an available tool that is late, and no error', async () => {
    const { writer, lines, items } = writerOver(down);
    expect(await writer.outcome(receiptOf('available'), done)).toEqual({ late: true });
    expect(lines).toEqual([fallback(items[0] as Item)]);
  });

  test('an outcome names the hash that its intent has without `late`, by whichever sink it came', async () => {
    const { writer, items } = writerOver(down);
    const receipt = await writer.intent(facts, NOW + 1000, 'available');
    await writer.outcome(receipt, done);
    const stored = lateCopy(items[0] as AuditRecord);
    expect([items[1]?.['prevPhaseHash'], items[1]?.['late']]).toEqual([hashOnTime(stored), undefined]);
  });

  test('a denial stays a denial and is late', async () => {
    const { writer, lines, items } = writerOver(down);
    await writer.denial(facts, 'ACCOUNT_DISABLED', undefined);
    expect(lines).toEqual([fallback(items[0] as Item)]);
  });
});

describe('when the log fails too', () => {
  const down = () => Promise.reject(new Error('down'));
  const broken = () => {
    const { items } = writerOver(down);
    const log = {
      ...captureLog().log,
      error: () => {
        throw new Error('broken pipe');
      },
    };
    const dynamo = { putIfAbsent: down } as unknown as Dynamo;
    return { items, writer: createAuditWriter({ dynamo, table: 'audit', clock: () => NOW, log, retentionDays: 1 }) };
  };

  test('nothing is admitted, in either mode', async () => {
    for (const mode of ['strict', 'available'] as const) {
      await expect(broken().writer.intent(facts, NOW + 1000, mode)).rejects.toMatchObject({
        code: 'AUDIT_UNAVAILABLE',
      });
    }
  });

  test('an outcome is not recorded, and a denial is one all the same', async () => {
    await expect(broken().writer.outcome(receiptOf('available'), done)).rejects.toMatchObject({
      code: 'OUTCOME_NOT_RECORDED',
    });
    await expect(broken().writer.denial(facts, 'ACCOUNT_DISABLED', undefined)).resolves.toBeUndefined();
  });
});

describe('when the sweeper was first', () => {
  test.each(['strict', 'available'] as const)(
    'a %s outcome is a conflict with the whole record in its line',
    async (mode) => {
      const { writer, lines, items } = writerOver(async () => ({
        created: false,
        existing: { hash: 'of the sweeper' },
      }));
      await expect(writer.outcome(receiptOf(mode), done)).rejects.toMatchObject({
        code: 'OUTCOME_NOT_RECORDED',
        reason: 'outcome_conflict',
      });
      expect(lines).toEqual([
        {
          level: 'error',
          event: 'audit.conflict',
          callId: facts.callId,
          record: JSON.stringify(items[0]),
          alarm: true,
        },
      ]);
    },
  );

  test('also for a denial there is one line, and no second attempt by the log', async () => {
    const { writer, lines } = writerOver(async () => ({ created: false, existing: { hash: 'another' } }));
    await writer.denial(facts, 'ACCOUNT_DISABLED', undefined);
    expect(lines.map(({ event }) => event)).toEqual(['audit.conflict']);
  });
});
