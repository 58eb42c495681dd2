import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AuditQuery, createAuditReader } from '../../../shared/audit/query.ts';
import { createAuditWriter } from '../../../shared/audit/write.ts';
import { uuidv7 } from '../../../shared/core/ids.ts';
import type { Uid } from '../../../shared/core/principal.ts';
import { NOW } from '../../support/config.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';
import { captureLog } from '../../support/log.ts';

/** More than a page of allowed calls, and one denial before them all. */
const CALLS = 210;
let database: TestDatabase;

beforeAll(async () => {
  database = await startDatabase();
  const options = { dynamo: database.dynamo, table: database.audit, log: captureLog().log, retentionDays: 1 };
  const writer = createAuditWriter({ ...options, clock: () => NOW });
  const facts = (at: number) => ({
    callId: uuidv7(() => NOW + at),
    requestId: 'r',
    principal: { issuer: 'i', subject: 's', clientId: 'c', scopes: [], tokenId: undefined },
    uid: 'usr_1' as Uid,
    method: 'tools/call',
    tool: 'echo',
    requestedName: 'echo',
    door: 'mcp' as const,
    revision: 'r',
    sourceIp: 'i',
    userAgent: 'u',
  });
  await writer.denial(facts(0), 'INSUFFICIENT_SCOPE', 'scope_missing');
  const call = async (at: number) => {
    const receipt = await writer.intent(facts(at), Number.POSITIVE_INFINITY);
    await writer.outcome(receipt, { isError: false, errorType: undefined, latencyMs: 1 });
  };
  for (let at = 1; at <= CALLS; at += 10) await Promise.all(newestFirst(at + 9, at).map(call));
});
afterAll(() => database.stop());

async function ask(query: Partial<AuditQuery>): Promise<readonly number[]> {
  const reader = createAuditReader({ dynamo: database.dynamo, table: database.audit });
  const rows = await reader.query({ since: NOW - 1000, until: NOW + 1000, limit: 1000, ...query });
  return rows.map(({ time }) => time - NOW);
}

const newestFirst = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i);

test.each<readonly [string, Partial<AuditQuery>, readonly number[]]>([
  ['all pages of a day', {}, newestFirst(CALLS, 0)],
  ['all pages of a user', { who: 'usr_1' }, newestFirst(CALLS, 0)],
  ['the newest of a user', { who: 'usr_1', limit: 3 }, newestFirst(CALLS, CALLS - 2)],
  ['the newest of a day, over its shards', { limit: 50 }, newestFirst(CALLS, CALLS - 49)],
  ['a user’s one denial behind a page of allowed calls', { who: 'usr_1', decision: 'denied', limit: 1 }, [0]],
  ['a range of milliseconds, both ends in it', { since: NOW + 5, until: NOW + 7 }, [7, 6, 5]],
])('the question for %s is answered in full', async (_name, query, expected) => {
  expect(await ask(query)).toEqual(expected);
});
