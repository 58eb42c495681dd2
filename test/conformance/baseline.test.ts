import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';
import { type Check, judge, readBaseline } from './baseline.ts';

const check = (id: string, status: Check['status']): Check => ({ id, status });
const results = [
  { scenario: 'one', checks: [check('a', 'SUCCESS'), check('b', 'FAILURE'), check('c', 'WARNING')] },
  { scenario: 'two', checks: [check('d', 'SKIPPED'), check('e', 'INFO')] },
];
const accepted = (...entries: string[]) => entries.map((entry) => ({ entry, reason: 'because' }));

describe('a run is judged by its baseline', () => {
  test('what failed or warned and is not listed is unexpected', () => {
    expect(judge(results, accepted('one:b'))).toEqual({
      unexpected: ['one:c'],
      stale: [],
      accepted: accepted('one:b'),
    });
  });

  test('a whole scenario can be listed', () => {
    expect(judge(results, accepted('one'))).toEqual({ unexpected: [], stale: [], accepted: accepted('one') });
  });

  test('what is listed and passed, was skipped or is not there at all is stale', () => {
    const entries = accepted('one', 'one:a', 'two', 'two:d', 'nowhere', 'one:zzz');
    expect(judge(results, entries).stale).toEqual(['one:a', 'two', 'two:d', 'nowhere', 'one:zzz']);
  });
});

describe('a baseline file', () => {
  test('gives each entry the reason above it', () => {
    const text = '# head\nserver:\n  # first line\n  # second line\n  - a-b:c-d\n\n  # other\n  - e\n';
    expect(readBaseline(text)).toEqual([
      { entry: 'a-b:c-d', reason: 'first line second line' },
      { entry: 'e', reason: 'other' },
    ]);
  });

  test.each([
    ['an entry without a reason', 'server:\n  - a\n', 'line 2 gives no reason above it:   - a'],
    ['a reason that stands apart', 'server:\n  # why\n\n  - a\n', 'line 4 gives no reason above it:   - a'],
    ['one reason for two', 'server:\n  # why\n  - a\n  - b\n', 'line 4 gives no reason above it:   - b'],
    ['a blank after the colon', 'server:\n  # why\n  - a: b\n', 'line 3 is no baseline entry:   - a: b'],
    ['anything else', 'client: []\n', 'line 1 is no baseline entry: client: []'],
  ])('with %s is refused', (_name, text, message) => {
    expect(() => readBaseline(text)).toThrow(message);
  });

  test.each(['2026-07-28', '2025-11-25'])('of requirement set %s reads', (set) => {
    const text = readFileSync(join(projectRoot, 'test', 'conformance', `baseline-${set}.yml`), 'utf8');
    const entries = readBaseline(text).map(({ entry }) => entry);
    expect([new Set(entries).size, entries.length]).toEqual([entries.length, text.match(/^ {2}- /gm)?.length ?? 0]);
  });
});
