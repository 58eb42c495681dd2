import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createAuditReader } from '../../../../shared/audit/query.ts';
import { createArchiveReader } from '../../../../shared/audit/question/archive-reader.ts';
import { createCursors } from '../../../../shared/audit/question/cursor.ts';
import { createPages } from '../../../../shared/audit/question/pages.ts';
import type { Filters } from '../../../../shared/audit/question/question.ts';
import type { Dynamo } from '../../../../shared/aws/dynamodb.ts';
import { canonicalJson } from '../../../../shared/core/canonical-json.ts';
import { NOW } from '../../../support/config.ts';
import { createMemoryTable } from '../../../support/memory-query.ts';
import { createMemoryObjects } from '../../../support/objects.ts';
import { callIdOf, recordsOf, type SyntheticCall, writeCalls } from '../../../support/synthetic-trail.ts';

const DAY = 86_400_000;
const ENDS = ['ok', 'error', 'unknown', 'open', 'denied'] as const;
const CALLS: readonly SyntheticCall[] = Array.from({ length: 40 }, (_, n) => ({
  at: NOW - n * 5_000_000,
  n,
  end: ENDS[n % 5] ?? 'ok',
  user: n % 2 === 0 ? 'alice' : 'bob',
  tool: n % 3 === 0 ? 'echo' : 'whoami',
}));
/** Three a day, over the three days that these calls touch. Each ends with a line of nothing. */
const OBJECTS = 9;
const RANGE = { since: NOW - 3 * DAY, until: NOW };

/** Three objects a day with the records dealt out, so that phases of a call are apart; one record twice, one line of nothing. */
async function archiveOf(calls: readonly SyntheticCall[]) {
  const { objects } = createMemoryObjects();
  const records = calls.flatMap((call) => recordsOf(call));
  const lines = new Map<string, string[]>();
  for (const [at, record] of [...records, ...records.slice(0, 1)].entries()) {
    const day = new Date(Number(record.ts)).toISOString().slice(0, 10);
    const key = `records/dt=${day}/shard-${(at * 7) % 3}.jsonl.gz`;
    lines.set(key, [...(lines.get(key) ?? []), canonicalJson(record)]);
  }
  for (const [key, texts] of lines) await objects.putIfAbsent(key, gzipSync(`${texts.join('\n')}\nnothing\n`));
  return objects;
}

const filters: fc.Arbitrary<Filters> = fc.record(
  {
    who: fc.constantFrom('usr_alice', 'usr_bob'),
    tool: fc.constantFrom('echo', 'whoami'),
    decision: fc.constantFrom('allowed', 'denied'),
    state: fc.constantFrom(...ENDS),
  },
  { requiredKeys: [] },
);

test('the archive answers like the table, in pages of any size', async () => {
  const memory = { dynamo: createMemoryTable() as Dynamo, table: '', audit: '' };
  await writeCalls(memory, CALLS);
  const table = createAuditReader(memory);
  const archive = createArchiveReader({ objects: await archiveOf(CALLS) });
  const pages = createPages(archive, createCursors({ secret: new Uint8Array(32), clock: () => NOW }));
  await fc.assert(
    fc.asyncProperty(filters, fc.integer({ min: 1, max: 50 }), async (asked, limit) => {
      const found: string[] = [];
      const common = { filters: asked, limit, caller: 'c' };
      let page = await pages.page({ ...common, range: RANGE });
      for (;;) {
        found.push(...page.calls.map(({ callId }) => callId));
        if (page.cursor === undefined) break;
        page = await pages.page({ ...common, cursor: page.cursor });
      }
      const rows = await table.query({ ...asked, ...RANGE, limit: 1000 });
      // The table's index by user has no open calls; the archive has no index.
      const isOpen = new Set(CALLS.filter(({ end }) => end === 'open').map(callIdOf));
      const both = asked.who !== undefined && asked.state === undefined ? found.filter((id) => !isOpen.has(id)) : found;
      expect(both).toEqual(rows.map(({ callId }) => callId));
    }),
    { numRuns: 40 },
  );
});

test('oldest first, each call once with its phases in order; what is wrong is said', async () => {
  const problems: string[] = [];
  const archive = createArchiveReader({ objects: await archiveOf(CALLS), onProblem: () => void problems.push('x') });
  const found = [];
  for await (const { call } of archive.read({}, RANGE, { order: 'oldest-first' })) found.push(call);
  expect(found.map(({ callId, items }) => [callId, [...items.keys()].join('')])).toEqual(
    [...CALLS].reverse().map((call) => [callIdOf(call), { denied: '9', open: '0' }[String(call.end)] ?? '01']),
  );
  expect(problems.length).toBe(OBJECTS);
});

test('one call is found by its id, whole, as it was recorded', async () => {
  const archive = createArchiveReader({ objects: await archiveOf(CALLS) });
  const [call] = CALLS;
  const found = await archive.find(callIdOf(call as SyntheticCall));
  expect([...(found?.items.values() ?? [])]).toEqual(JSON.parse(JSON.stringify(recordsOf(call as SyntheticCall))));
  expect(await archive.find('019ab845-6a00-7abc-8def-0123456789ab')).toBeUndefined();
});
