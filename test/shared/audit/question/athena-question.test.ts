import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { athenaQuestion, callOfRow, NotForAthena } from '../../../../shared/audit/question/athena-question.ts';
import { type Filters, KINDS, STATES } from '../../../../shared/audit/question/question.ts';
import { toRow } from '../../../../shared/audit/question/row.ts';
import { AUDIT_COLUMNS } from '../../../../shared/core/audit-catalog.ts';

const SINCE = Date.UTC(2026, 8, 1);
const RANGE = { since: SINCE, until: Date.UTC(2026, 10, 24, 12) };
const TIMES = ["'2026-09-01'", "'2026-11-24'", String(SINCE), String(RANGE.until)];
const COLUMNS =
  'sk, ts, kind, uid, subject, clientid, method, tool, decision, reason, detail, iserror, errortype, latencyms';

function sqlOf(...conditions: readonly string[]): string {
  const where = ['dt BETWEEN ? AND ?', 'ts BETWEEN ? AND ?', ...conditions].map((sql) => `(${sql})`).join('\n  AND ');
  return `SELECT DISTINCT ${COLUMNS}\nFROM records\nWHERE ${where}\nORDER BY sk DESC\nLIMIT 50`;
}

const CALLS = "(sk LIKE '%#1' OR sk LIKE '%#9')";

test.each<readonly [string, Filters, readonly string[], readonly string[]]>([
  ['nothing else', {}, [CALLS], []],
  ['a user', { who: 'usr_1' }, [CALLS, 'uid = ?'], ["'usr_1'"]],
  ['a tool and a client', { tool: 'echo', client: 'c' }, [CALLS, 'tool = ?', 'clientid = ?'], ["'echo'", "'c'"]],
  ['a decision', { decision: 'denied' }, [CALLS, 'decision = ?'], ["'denied'"]],
  ['a code', { reason: 'X' }, [CALLS, '? IN (reason, errortype, detail)'], ["'X'"]],
  ['an unknown end', { state: 'unknown' }, [CALLS, "errortype = 'UNKNOWN'"], []],
  ['readings', { kinds: ['read', 'admin'] }, ["sk LIKE '%#5' AND kind IN (?, ?)"], ["'read'", "'admin'"]],
  ['calls and readings', { kinds: ['call', 'read'] }, [`${CALLS} OR sk LIKE '%#5' AND kind IN (?)`], ["'read'"]],
])('the question for %s', (_name, filters, conditions, values) => {
  expect(athenaQuestion(filters, RANGE, 50)).toEqual({ sql: sqlOf(...conditions), parameters: [...TIMES, ...values] });
});

test('asks for columns that the table has', () => {
  const names = new Set([...AUDIT_COLUMNS.map(({ name }) => name.toLowerCase()), 'dt']);
  expect(COLUMNS.split(', ').filter((name) => !names.has(name))).toEqual([]);
});

describe('whatever somebody types', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      "' OR '1'='1",
      "'; DROP TABLE records; --",
      "\\' OR 1=1 --",
      "''",
      "'",
      '?',
      "x' UNION SELECT * FROM records --",
      "U&'\\0027'",
      '$$',
      '/*',
    ),
  );
  const filters = fc.record(
    {
      who: text,
      tool: text,
      client: text,
      reason: text,
      state: fc.constantFrom(...STATES),
      kinds: fc.subarray([...KINDS], { minLength: 1 }),
    },
    { requiredKeys: [] },
  );

  function ask(asked: Filters) {
    try {
      return athenaQuestion(asked, RANGE, 50);
    } catch (error) {
      if (error instanceof NotForAthena) return undefined;
      throw error;
    }
  }

  test('the SQL is the same as for harmless values, with a mark for each value', () => {
    fc.assert(
      fc.property(filters, (given) => {
        const question = ask(given as Filters);
        if (question === undefined) return;
        const harmless = {
          ...given,
          ...Object.fromEntries(
            Object.keys(given)
              .filter((name) => !['state', 'kinds'].includes(name))
              .map((name) => [name, 'x']),
          ),
        };
        expect(question.sql).toBe(ask(harmless as Filters)?.sql);
        expect(question.sql.split('?').length - 1).toBe(question.parameters.length);
      }),
    );
  });

  test('every value is one literal and nothing more: a number, or a text in quotes that reads back as what was typed', () => {
    fc.assert(
      fc.property(filters, (given) => {
        const question = ask(given as Filters);
        if (question === undefined) return;
        const { state: _state, kinds, ...texts } = given as Filters;
        const { who, tool, client, reason } = texts;
        const typed = [...(kinds ?? []).filter((kind) => kind !== 'call'), who, tool, client, reason].filter(
          (value) => value !== undefined,
        );
        expect(question.parameters.slice(0, 4)).toEqual(TIMES);
        expect(question.parameters.slice(4).map(readLiteral)).toEqual(typed);
      }),
    );
  });

  test.each([
    ['a control character', 'a\u0000b'],
    ['a line end', 'a\nb'],
    ['more than Athena takes', 'x'.repeat(1023)],
  ])('%s is refused', (_name, tool) => {
    expect(() => athenaQuestion({ tool }, RANGE, 50)).toThrow(NotForAthena);
  });
});

test.each([
  ['open calls', { state: 'open' } as const, RANGE, 50],
  ['a limit that is no number', {}, RANGE, Number.NaN],
  ['a limit that is no whole number', {}, RANGE, 1.5],
  ['a time that is none', {}, { since: Number.NEGATIVE_INFINITY, until: 1 }, 50],
])('%s: no question for Athena', (_name, filters, range, limit) => {
  expect(() => athenaQuestion(filters, range, limit)).toThrow();
});

test('a row is the call that it was', () => {
  const row = {
    sk: '019ab845-6a00-7abc-8def-0123456789ab#1',
    ts: '1764028148224',
    uid: 'usr_1',
    subject: 's',
    clientid: 'c',
    method: 'tools/call',
    tool: 'echo',
    decision: 'allowed',
    iserror: 'true',
    errortype: 'X',
    latencyms: '7',
    kind: null,
  };
  expect(toRow(callOfRow(new Map(Object.entries(row))))).toEqual({
    callId: '019ab845-6a00-7abc-8def-0123456789ab',
    kind: 'call',
    time: 1_764_028_148_224,
    uid: 'usr_1',
    subject: 's',
    method: 'tools/call',
    tool: 'echo',
    decision: 'allowed',
    outcome: 'error',
    detail: 'X',
    clientId: 'c',
    latencyMs: 7,
  });
});

/** A literal of standard SQL, whole: quotes in it are doubled, and nothing else is an escape. */
function readLiteral(literal: string): string {
  const inner = /^'((?:[^']|'')*)'$/.exec(literal)?.[1];
  if (inner === undefined) throw new Error(`no literal: ${literal}`);
  return inner.replaceAll("''", "'");
}
