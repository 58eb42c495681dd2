import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';
import { FINDINGS } from '../../shared/audit/verify/findings.ts';

test('the page for auditors explains each code that a verification can find, and no other', () => {
  const page = readFileSync(join(projectRoot, 'docs/verify-the-audit.md'), 'utf8');
  const tables = page.slice(page.indexOf('## What can be found'), page.indexOf('## One call for an outsider'));
  const first = [...tables.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) => cell.match(/[a-z-]{4,}/g) ?? []);
  expect(first.sort()).toEqual(Object.keys(FINDINGS).sort());
});
