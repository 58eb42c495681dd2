import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventRecord } from '../../../shared/audit/event-record.ts';
import { type AuditQuery, createAuditReader } from '../../../shared/audit/query.ts';
import type { Kind } from '../../../shared/audit/question/question.ts';
import { createAuditWriter } from '../../../shared/audit/write.ts';
import { uuidv7 } from '../../../shared/core/ids.ts';
import type { Uid } from '../../../shared/core/principal.ts';
import { NOW } from '../../support/config.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';
import { captureLog } from '../../support/log.ts';

const HOUR = 3_600_000;
let database: TestDatabase;

/** Hours before NOW, subject, tool, and how it ended. */
const CALLS = [
  [49, 'alice', 'echo', 'ok'],
  [3, 'alice', 'echo', 'denied'],
  [2, 'bob', 'whoami', 'ok'],
  [1, 'bob', 'echo', 'error'],
  [0, 'alice', 'whoami', 'open'],
] as const;
const EVENTS = ['auth-failure', 'read', 'admin', 'token'] as const;

beforeAll(async () => {
  database = await startDatabase();
  let now = NOW;
  const options = { dynamo: database.dynamo, table: database.audit, log: captureLog().log, retentionDays: 1 };
  const writer = createAuditWriter({ ...options, clock: () => now });
  for (const [hours, subject, tool, end] of CALLS) {
    now = NOW - hours * HOUR;
    const facts = {
      callId: uuidv7(() => now),
      requestId: 'r',
      principal: { issuer: 'i', subject, clientId: 'c', scopes: [], tokenId: undefined },
      uid: `usr_${subject}` as Uid,
      method: 'tools/call',
      tool,
      requestedName: tool,
      door: 'mcp' as const,
      revision: 'r',
      sourceIp: 's',
      userAgent: 'u',
    };
    if (end === 'denied') await writer.denial(facts, 'INSUFFICIENT_SCOPE', 'scope_missing');
    else {
      const receipt = await writer.intent(facts, Number.POSITIVE_INFINITY);
      const errorType = end === 'error' ? 'BACKEND_ERROR' : undefined;
      if (end !== 'open') await writer.outcome(receipt, { isError: end === 'error', errorType, latencyMs: 5 });
    }
  }
  for (const kind of EVENTS) {
    const decision = kind === 'auth-failure' ? 'denied' : 'allowed';
    const callId = uuidv7(() => NOW - 5 * HOUR);
    const record = eventRecord(callId, { kind, method: 'm', decision }, { now: NOW, retentionDays: 1 });
    await database.dynamo.put(database.audit, record);
  }
});
afterAll(() => database.stop());

async function ask(query: Partial<AuditQuery> = {}) {
  const reader = createAuditReader({ dynamo: database.dynamo, table: database.audit });
  const rows = await reader.query({ since: NOW - 72 * HOUR, until: NOW + HOUR, limit: 10, ...query });
  return rows.map(({ time, subject, tool, outcome }) => [(NOW - time) / HOUR, subject, tool, outcome]);
}

const ALL = [
  [0, 'alice', 'whoami', 'open'],
  [1, 'bob', 'echo', 'error'],
  [2, 'bob', 'whoami', 'ok'],
  [3, 'alice', 'echo', 'INSUFFICIENT_SCOPE'],
  [49, 'alice', 'echo', 'ok'],
];
const only = (...indexes: number[]) => indexes.map((at) => ALL[at]);

test.each([
  ['everything, newest first, over the days', {}, only(0, 1, 2, 3, 4)],
  ['since a time', { since: NOW - 2 * HOUR }, only(0, 1, 2)],
  ['until a time', { until: NOW - 3 * HOUR }, only(3, 4)],
  ['at most so many', { limit: 2 }, only(0, 1)],
  ['of one user what has ended: the index has no intents', { who: 'usr_alice' }, only(3, 4)],
  ['of one tool', { tool: 'echo' }, only(1, 3, 4)],
  ['of one tool by one user', { who: 'usr_bob', tool: 'echo' }, only(1)],
  ['what was denied', { decision: 'denied' as const }, only(3)],
  ['what was allowed', { decision: 'allowed' as const }, only(0, 1, 2, 4)],
  ['what one user was denied', { who: 'usr_bob', decision: 'denied' as const }, []],
  ['of nobody', { who: 'usr_nobody' }, []],
])('answers %s', async (_name, query, expected) => {
  expect(await ask(query)).toEqual(expected);
});

test.each<readonly [readonly Kind[], Partial<AuditQuery>, readonly Kind[]]>([
  [['auth-failure'], {}, ['auth-failure']],
  [['auth-failure'], { decision: 'denied' }, ['auth-failure']],
  [['read'], {}, ['read']],
  [['admin'], {}, ['admin']],
  [['token'], {}, ['token']],
  [['token', 'auth-failure'], {}, ['auth-failure', 'token']],
  [['call', 'auth-failure'], { decision: 'denied' }, ['auth-failure', 'call']],
  [['call', 'read'], { who: 'usr_bob' }, ['call', 'call']],
])('answers of the kinds %j with %j what there is of them', async (kinds, query, expected) => {
  const reader = createAuditReader({ dynamo: database.dynamo, table: database.audit });
  const rows = await reader.query({ since: NOW - 72 * HOUR, until: NOW + HOUR, limit: 10, kinds, ...query });
  expect(rows.map(({ kind }) => kind).sort()).toEqual(expected);
});

test('a row is the intent and the outcome in one', async () => {
  const reader = createAuditReader({ dynamo: database.dynamo, table: database.audit });
  const [row] = await reader.query({ who: 'usr_bob', tool: 'echo', since: 0, until: NOW, limit: 1 });
  expect(row).toEqual({
    callId: expect.any(String),
    kind: 'call',
    time: NOW - HOUR,
    uid: 'usr_bob',
    method: 'tools/call',
    subject: 'bob',
    tool: 'echo',
    decision: 'allowed',
    outcome: 'error',
    detail: 'BACKEND_ERROR',
    clientId: 'c',
    latencyMs: 5,
  });
});
