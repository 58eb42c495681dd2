import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createAuditReader } from '../../../../shared/audit/query.ts';
import { createCursors } from '../../../../shared/audit/question/cursor.ts';
import { createPages } from '../../../../shared/audit/question/pages.ts';
import type { Filters, Range } from '../../../../shared/audit/question/question.ts';
import type { Dynamo } from '../../../../shared/aws/dynamodb.ts';
import { NOW } from '../../../support/config.ts';
import { startDatabase, type TestDatabase } from '../../../support/database.ts';
import { createMemoryTable } from '../../../support/memory-query.ts';
import { type SyntheticCall, writeCalls } from '../../../support/synthetic-trail.ts';

const DAY = 86_400_000;
const ENDS = ['ok', 'error', 'unknown', 'open', 'denied'] as const;
const CALLS = 60;

/** Over three days, several in one millisecond, every end for every user and tool. */
const OLD: readonly SyntheticCall[] = Array.from({ length: CALLS }, (_, n) => ({
  at: NOW - Math.floor(n / 3) * 11_000_000,
  n,
  user: n % 2 === 0 ? 'alice' : 'bob',
  tool: n % 3 === 0 ? 'echo' : 'whoami',
  client: n % 7 === 0 ? 'codex' : 'claude',
  end: ENDS[n % 5] ?? 'ok',
}));
const RANGE: Range = { since: NOW - 3 * DAY, until: NOW + DAY };

const memory = { dynamo: createMemoryTable() as Dynamo, table: '' };
let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
  await writeCalls(database, OLD);
  await writeCalls({ ...memory, audit: '' }, OLD);
});
afterAll(() => database.stop());

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const filters: fc.Arbitrary<Filters> = fc
  .record({
    who: optional(fc.constantFrom('usr_alice', 'usr_bob')),
    tool: optional(fc.constantFrom('echo', 'whoami')),
    client: optional(fc.constantFrom('codex', 'claude')),
    decision: optional(fc.constantFrom('allowed', 'denied')),
    state: optional(fc.constantFrom(...ENDS)),
    reason: optional(fc.constantFrom('INSUFFICIENT_SCOPE', 'BACKEND_ERROR')),
  })
  .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Filters);

/** The answer by going over all calls, without any index. */
function expected({ who, tool, client, decision, state, reason }: Filters): readonly string[] {
  const code = (end: string) => ({ denied: 'INSUFFICIENT_SCOPE', error: 'BACKEND_ERROR', unknown: 'UNKNOWN' })[end];
  return OLD.filter(
    (call) =>
      (who === undefined || who === `usr_${call.user}`) &&
      // The index by user has no open calls, unless they are what is asked for.
      (who === undefined || call.end !== 'open' || state === 'open') &&
      (tool === undefined || tool === call.tool) &&
      (client === undefined || client === call.client) &&
      (decision === undefined || (decision === 'denied') === (call.end === 'denied')) &&
      (state === undefined || state === call.end) &&
      (reason === undefined || reason === code(call.end)),
  )
    .map(({ at, n = 0 }) => [at, n] as const)
    .sort(([a, n], [b, m]) => b - a || m - n)
    .map(([at, n]) => `${at}/${n}`);
}

const nameOf = ({ callId }: { readonly callId: string }) =>
  `${Number.parseInt(callId.slice(0, 8) + callId.slice(9, 13), 16)}/${Number.parseInt(callId.slice(24), 16)}`;

let arrived = 0;

test('pages of any size together are exactly the answer, also while new records arrive and whatever a page may read', async () => {
  const reader = createAuditReader(memory);
  const cursors = createCursors({ secret: new Uint8Array(32), clock: () => NOW });
  await fc.assert(
    fc.asyncProperty(
      filters,
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 80 }),
      async (asked, limit, most) => {
        const pages = createPages(reader, cursors, most);
        const found: string[] = [];
        const common = { filters: asked, limit, caller: 'local:tester' };
        let page = await pages.page({ ...common, range: { ...RANGE, until: NOW } });
        for (;;) {
          expect(page.calls.length).toBeLessThanOrEqual(limit);
          found.push(...page.calls.map(nameOf));
          if (page.cursor === undefined) break;
          arrived += 1;
          // Newer than the first page, and of the user and tool that are asked for.
          const newer = { at: NOW + arrived, n: 1000 + arrived, end: 'ok' } as const;
          await writeCalls({ ...memory, audit: '' }, [newer]);
          page = await pages.page({ ...common, cursor: page.cursor });
        }
        expect(found).toEqual(expected(asked));
        expect(new Set(found).size).toBe(found.length);
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);

test('all at once and in order is the same answer', async () => {
  const reader = createAuditReader({ dynamo: database.dynamo, table: database.audit });
  await fc.assert(
    fc.asyncProperty(filters, async (asked) => {
      const rows = await reader.query({ ...asked, since: RANGE.since, until: NOW, limit: 1000 });
      expect(rows.map(nameOf)).toEqual(expected(asked));
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('oldest first is the same answer the other way round', async () => {
  const reader = createAuditReader({ dynamo: database.dynamo, table: database.audit });
  const found: string[] = [];
  const range = { since: RANGE.since, until: NOW };
  for await (const { call } of reader.read({}, range, { order: 'oldest-first' })) found.push(nameOf(call));
  expect(found).toEqual([...expected({})].reverse());
});
