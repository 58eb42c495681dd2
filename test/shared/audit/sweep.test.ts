import { describe, expect, test } from '@jest/globals';
import { hashOnTime, lateCopy } from '../../../shared/audit/late.ts';
import {
  type AuditRecord,
  type CallFacts,
  intentRecord,
  leafHash,
  outcomeRecord,
} from '../../../shared/audit/record.ts';
import { createPutBack } from '../../../shared/audit/put-back.ts';
import { createSweepMark } from '../../../shared/audit/sweep-mark.ts';
import { createSweeper } from '../../../shared/audit/sweep.ts';
import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import { uuidv7 } from '../../../shared/core/ids.ts';
import type { Uid } from '../../../shared/core/principal.ts';
import { NOW } from '../../support/config.ts';
import { captureLog } from '../../support/log.ts';
import { createMemoryTable, type MemoryTable } from '../../support/memory-table.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

function factsAt(ms: number): CallFacts {
  return {
    callId: uuidv7(() => ms),
    requestId: 'request-1',
    principal: { issuer: 'https://a.example', subject: 'alice', clientId: undefined, scopes: [], tokenId: undefined },
    uid: 'usr_1' as Uid,
    method: 'tools/call',
    tool: 'echo',
    requestedName: 'echo',
    door: 'mcp',
    revision: '2026-07-28',
    sourceIp: '192.0.2.1',
    userAgent: 'agent',
  };
}

interface World {
  readonly table?: MemoryTable;
  readonly dynamo?: Dynamo;
  readonly time?: { now: number };
}

function start({ table = createMemoryTable(), dynamo = table.dynamo, time = { now: NOW } }: World = {}) {
  const { log, lines } = captureLog();
  const sweep = createSweeper({
    dynamo,
    table: 'audit',
    mark: createSweepMark(dynamo, 'seals'),
    putBack: createPutBack(dynamo, 'seals'),
    clock: () => time.now,
    log,
  });
  const alarms = () => lines.filter(({ alarm }) => alarm === true).map(({ event, count }) => [event, count]);
  return { table, sweep, alarms, time, lines };
}

async function intentIn(table: MemoryTable, ms: number, change: (record: AuditRecord) => AuditRecord = (r) => r) {
  const facts = factsAt(ms);
  const record = change(intentRecord(facts, { ttl: 1, logTs: ms }));
  await table.dynamo.put('audit', record);
  return { facts, record };
}

const OK = { isError: false, errorType: undefined, latencyMs: 1 };

function outcomesOf(table: MemoryTable) {
  return [...table.items.values()].filter(({ sk }) => String(sk).endsWith('#1'));
}

describe('an intent that nobody ended', () => {
  test('is unknown after a minute: what the intent says, and that its end is not known', async () => {
    const { table, sweep, alarms, lines } = start();
    const { facts, record } = await intentIn(table, NOW - MINUTE);
    await sweep();
    const [outcome] = outcomesOf(table) as AuditRecord[];
    const { hash: _hash, door, issuer, revision, scopes, sourceIp, ua, tokenId, ...said } = record;
    expect([door, revision, sourceIp].every((text) => typeof text === 'string')).toBe(true);
    const { hash, gsi2pk, ...rest } = outcome!;
    expect(rest).toEqual({
      ...said,
      sk: `${facts.callId}#1`,
      gsi1pk: 'U#default#usr_1',
      gsi1sk: facts.callId,
      gsi2sk: facts.callId,
      isError: true,
      errorType: 'UNKNOWN',
      logTs: NOW,
      prevPhaseHash: record.hash,
    });
    expect([hash, gsi2pk]).toEqual([leafHash(outcome!), expect.stringMatching(/^X#unknown#\d{8}#[0-3]$/)]);
    expect(alarms()).toEqual([['audit.unknown', 1]]);
    expect(lines.find(({ event }) => event === 'audit.unknown')).toMatchObject({ callId: facts.callId });
  });

  test('is left alone while its function may still run', async () => {
    const { table, sweep, alarms } = start();
    await intentIn(table, NOW - MINUTE + 1);
    await sweep();
    expect([outcomesOf(table), alarms()]).toEqual([[], []]);
  });

  test('by the second sink is left for 45 minutes, since its outcome may come that way as well', async () => {
    const { table, sweep, time } = start();
    const { record } = await intentIn(table, NOW - MINUTE, lateCopy);
    await sweep();
    const early = outcomesOf(table).length;
    time.now += HOUR;
    await start({ table, time }).sweep();
    const [outcome] = outcomesOf(table);
    expect([early, outcome?.['prevPhaseHash'], outcome?.['late']]).toEqual([0, hashOnTime(record), undefined]);
  });
});

describe('what has its end keeps it', () => {
  test('an outcome is not touched', async () => {
    const { table, sweep, alarms } = start();
    const { record } = await intentIn(table, NOW - 2 * MINUTE);
    await table.dynamo.put('audit', outcomeRecord(record, OK, { ttl: 1, logTs: NOW }));
    const records = () => [...table.items.values()].filter(({ pk }) => pk !== 'SWEPT');
    const before = records();
    await sweep();
    expect([records(), alarms()]).toEqual([before, []]);
  });

  test('also one that an old copy of the table does not show yet', async () => {
    const table = createMemoryTable();
    const { record } = await intentIn(table, NOW - 2 * MINUTE);
    const outcome = outcomeRecord(record, OK, { ttl: 1, logTs: NOW });
    await table.dynamo.put('audit', outcome);
    const stale: Dynamo = {
      ...table.dynamo,
      query: async (...args) => {
        const page = await table.dynamo.query(...args);
        return { ...page, items: page.items.filter(({ sk }) => !String(sk).endsWith('#1')) };
      },
    };
    const { sweep, alarms } = start({ table, dynamo: stale });
    await sweep();
    expect([outcomesOf(table), alarms()]).toEqual([[outcome], []]);
  });
});

describe('several and missed runs', () => {
  test('ten sweepers at once close each call once and count it once', async () => {
    const table = createMemoryTable();
    for (let at = 0; at < 50; at++) await intentIn(table, NOW - 2 * MINUTE + at);
    const sweepers = Array.from({ length: 10 }, () => start({ table }));
    await Promise.all(sweepers.map(({ sweep }) => sweep()));
    const counted = sweepers.flatMap(({ alarms }) => alarms().map(([, count]) => Number(count)));
    expect([outcomesOf(table).length, counted.reduce((sum, count) => sum + count, 0)]).toEqual([50, 50]);
  });

  test('a run after a run has nothing to do', async () => {
    const { table, sweep, alarms } = start();
    await intentIn(table, NOW - 2 * MINUTE);
    await sweep();
    await sweep();
    expect(alarms()).toEqual([['audit.unknown', 1]]);
  });

  test('one that has just started goes two hours back', async () => {
    const { table, sweep } = start();
    await intentIn(table, NOW - 2 * HOUR);
    await sweep();
    expect(outcomesOf(table)).toHaveLength(1);
  });

  test('what came by the second sink just before midnight is closed before the sealer reads that day for the last time', async () => {
    const { table, sweep, time } = start({ time: { now: Date.UTC(2026, 10, 30, 23, 59, 59) } });
    await intentIn(table, time.now, lateCopy);
    for (time.now = Date.UTC(2026, 11, 1, 0, 50); time.now < Date.UTC(2026, 11, 1, 1); time.now += MINUTE)
      await sweep();
    expect(outcomesOf(table)).toHaveLength(1);
  });

  test('a call of 24 hours ago is found within a day, whatever was missed', async () => {
    const { table, sweep, time } = start();
    await intentIn(table, NOW - 23 * HOUR);
    await sweep();
    const missed = outcomesOf(table).length;
    time.now = new Date(NOW).setUTCHours(0, 50, 0, 0) + (new Date(NOW).getUTCHours() === 0 ? 0 : 24 * HOUR);
    const { record } = await intentIn(table, time.now - 24 * HOUR);
    for (let run = 0; run < 60; run++) {
      await sweep();
      time.now += MINUTE;
    }
    expect([missed, outcomesOf(table).some(({ prevPhaseHash }) => prevPhaseHash === record.hash)]).toEqual([0, true]);
  });

  test('a sweeper that was away for days closes what was left open meanwhile, and an instance that starts then goes on', async () => {
    const { table, sweep, time } = start();
    await sweep();
    const away = 5 * 24 * HOUR;
    const { record } = await intentIn(table, NOW + 2 * HOUR);
    const { record: newest } = await intentIn(table, NOW + away - HOUR);
    time.now += away;
    // One run reads some hours; each is of a new instance.
    for (let run = 0; run < 15; run++) {
      await start({ table, time }).sweep();
      time.now += MINUTE;
    }
    expect(new Set(outcomesOf(table).map(({ prevPhaseHash }) => prevPhaseHash))).toEqual(
      new Set([record.hash, newest.hash]),
    );
  });

  test('a clock that was ahead once does not hide what is to be caught up', async () => {
    const time = { now: NOW + 3650 * 24 * HOUR };
    const { table, sweep } = start({ time });
    await sweep();
    time.now = NOW;
    await start({ table, time }).sweep();
    time.now = NOW + 5 * 24 * HOUR;
    await intentIn(table, NOW + 2 * 24 * HOUR);
    for (let run = 0; run < 15; run++) await start({ table, time }).sweep();
    expect(outcomesOf(table)).toHaveLength(1);
  });

  test('one whose marks cannot be reached closes what is open all the same, and says so', async () => {
    const table = createMemoryTable();
    const refused = async () => {
      throw new Error('the table is down');
    };
    const query: Dynamo['query'] = (name, input) => (name === 'seals' ? refused() : table.dynamo.query(name, input));
    const { sweep, time, lines } = start({ table, dynamo: { ...table.dynamo, query, get: refused, put: refused } });
    for (let run = 0; run < 10; run++) {
      await table.dynamo.putIfAbsent('audit', intentRecord(factsAt(time.now - 61 * SECOND), { ttl: 1, logTs: NOW }));
      await sweep();
      time.now += MINUTE;
    }
    expect(outcomesOf(table)).toHaveLength(10);
    expect(lines.filter(({ event }) => event === 'audit.sweep_mark_failed')).toHaveLength(20);
  });

  test('an intent that can be no record holds up no other one, and is an alarm', async () => {
    const { table, sweep, alarms } = start();
    await intentIn(table, NOW - 90 * MINUTE, ({ ttl: _ttl, ...rest }) => rest as unknown as AuditRecord);
    await intentIn(
      table,
      NOW - 80 * MINUTE,
      (record) => ({ ...record, pk: 'D#20261130#00', tool: new Set() }) as never,
    );
    const { record } = await intentIn(table, NOW - 70 * MINUTE);
    await sweep();
    expect(outcomesOf(table).map(({ prevPhaseHash }) => prevPhaseHash)).toEqual([record.hash]);
    expect(alarms()).toContainEqual(['audit.record_malformed', undefined]);
  });
});

describe('an intent that was put back from the log', () => {
  const marked = async (table: MemoryTable, ms: number, at: number) => {
    const found = await intentIn(table, ms, lateCopy);
    await createPutBack(table.dynamo, 'seals').mark(found.record.callId, at);
    return found;
  };
  const marksIn = ({ items }: MemoryTable) => [...items.values()].filter(({ pk }) => pk === 'PUT-BACK');

  test('is left for 45 minutes from then, however old its call is, since its outcome comes the same way in any order', async () => {
    const { table, sweep, time } = start();
    const { record } = await marked(table, NOW - 70 * MINUTE, NOW);
    for (; time.now < NOW + 45 * MINUTE; time.now += MINUTE) await sweep();
    const early = outcomesOf(table).length;
    await sweep();
    expect([early, outcomesOf(table).map(({ prevPhaseHash }) => prevPhaseHash), marksIn(table)]).toEqual([
      0,
      [hashOnTime(record)],
      [],
    ]);
  });

  test('is closed also when its call was days ago', async () => {
    const { table, sweep, time } = start();
    const { record } = await marked(table, NOW - 9 * 24 * HOUR, NOW);
    time.now += 46 * MINUTE;
    await sweep();
    expect(outcomesOf(table).map(({ prevPhaseHash }) => prevPhaseHash)).toEqual([hashOnTime(record)]);
  });

  test('keeps the outcome that came back with it, and leaves no mark', async () => {
    const { table, sweep, time } = start();
    const { record } = await marked(table, NOW - 9 * 24 * HOUR, NOW);
    const outcome = lateCopy(outcomeRecord(record, OK, { ttl: 1, logTs: NOW }));
    await table.dynamo.put('audit', outcome);
    time.now += 46 * MINUTE;
    await sweep();
    expect([outcomesOf(table), marksIn(table)]).toEqual([[outcome], []]);
  });

  test('may come long after its mark, when the table refused it meanwhile', async () => {
    const { table, sweep, time } = start();
    const intent = lateCopy(intentRecord(factsAt(NOW - 9 * 24 * HOUR), { ttl: 1, logTs: NOW }));
    await createPutBack(table.dynamo, 'seals').mark(intent.callId, NOW);
    time.now += 5 * HOUR;
    await sweep();
    await table.dynamo.put('audit', intent);
    await sweep();
    expect([outcomesOf(table).length, marksIn(table)]).toEqual([1, []]);
  });

  test('is not mistaken for what somebody else has put among the marks', async () => {
    const { table, sweep } = start();
    for (const sk of ['x', 'ffffffff-ffff-7fff-8fff-ffffffffffff'])
      await table.dynamo.put('seals', { pk: 'PUT-BACK', sk });
    await sweep();
    expect([outcomesOf(table), marksIn(table)]).toEqual([[], []]);
  });
});

describe('a run', () => {
  test('is bounded, says how far behind it is, and the next ones catch up', async () => {
    const { table, time } = start();
    let pages = 0;
    const counting: Dynamo = {
      ...table.dynamo,
      query: (...args) => {
        pages += 1;
        return table.dynamo.query(...args);
      },
    };
    const { sweep, lines } = start({ table, dynamo: counting, time });
    await sweep();
    time.now += 23 * HOUR;
    const before = pages;
    const behind: unknown[] = [];
    for (let run = 0; run < 4; run++) {
      await sweep();
      behind.push(lines.at(-1)?.['behindMs']);
      time.now += MINUTE;
    }
    expect([pages - before > 4 * 300, behind[0] !== 0, behind.at(-1)]).toEqual([false, true, 0]);
  });
});

describe('when the table fails', () => {
  test('the run throws, one run only looks, and the next one closes', async () => {
    const { table, sweep, alarms, lines, time } = start();
    await intentIn(table, NOW - 2 * MINUTE);
    table.down = true;
    await expect(sweep()).rejects.toThrow('the table is down');
    table.down = false;
    await sweep();
    const held = [outcomesOf(table).length, lines.at(-1)];
    time.now += MINUTE;
    await sweep();
    expect([held, outcomesOf(table).length, alarms()]).toEqual([
      [0, expect.objectContaining({ event: 'audit.swept', count: 0, isHeld: true })],
      1,
      [['audit.unknown', 1]],
    ]);
  });

  test('what a run closed before it failed is an alarm all the same', async () => {
    const table = createMemoryTable();
    await intentIn(table, NOW - 2 * MINUTE);
    const dynamo: Dynamo = {
      ...table.dynamo,
      query: async (name, input) => {
        if (outcomesOf(table).length > 0) throw new Error('the table is down');
        return table.dynamo.query(name, input);
      },
    };
    const { sweep, alarms } = start({ table, dynamo });
    await expect(sweep()).rejects.toThrow('the table is down');
    expect(alarms()).toEqual([['audit.unknown', 1]]);
  });

  test('half of the writes lost or their replies: the rest is closed later, each once', async () => {
    const table = createMemoryTable();
    for (let at = 0; at < 20; at++) await intentIn(table, NOW - 2 * MINUTE + at);
    let asked = 0;
    const flaky: Dynamo = {
      ...table.dynamo,
      putIfAbsent: async (...args) => {
        const fails = ++asked % 2 === 0;
        if (fails && asked % 4 === 0) throw new Error('lost before');
        const result = await table.dynamo.putIfAbsent(...args);
        if (fails) throw new Error('lost after');
        return result;
      },
    };
    const { sweep, time } = start({ table, dynamo: flaky });
    for (let run = 0; run < 60; run++) {
      await sweep().catch(() => undefined);
      time.now += MINUTE;
    }
    expect([outcomesOf(table).length, new Set(outcomesOf(table).map(({ callId }) => callId)).size]).toEqual([20, 20]);
  });
});
