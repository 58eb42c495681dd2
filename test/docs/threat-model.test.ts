import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';

const page = readFileSync(join(projectRoot, 'docs/threat-model.md'), 'utf8');
const source = (file: string) =>
  existsSync(join(projectRoot, file)) ? readFileSync(join(projectRoot, file), 'utf8') : '';

/** `file#symbol` and `file › test`, as the page writes them. */
const SYMBOL = /`([\w./-]+\.ts)#(\w+)`/g;
const TEST = /`(test\/[\w./-]+\.test\.ts) › ([^`]+)`/g;
/** Held by the compiler: these files have no test to name. */
const TYPES = /`(test\/types\/[\w.-]+\.ts)`/g;

const matches = (pattern: RegExp, text: string) =>
  [...text.matchAll(pattern)].map(([, file = '', name = '']) => ({ file, name }));
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The rows of tables whose last column is "shown by". */
const rows = page
  .split(/\n\n+/)
  .filter((block) => /^\|.*\| shown by \|$/m.test(block.split('\n', 1)[0] ?? ''))
  .flatMap((block) => block.split('\n').slice(2))
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| |\s*\|$/g, '')));

test('every symbol that stops a threat is declared in the file that is named', () => {
  const named = matches(SYMBOL, page);
  const missing = named.filter(
    ({ file, name }) => !new RegExp(`\\b(function|const|class|interface|type) ${name}\\b`).test(source(file)),
  );
  expect({ missing, some: named.length > 50 }).toEqual({ missing: [], some: true });
});

test('every test that is named exists under that name', () => {
  const named = matches(TEST, page);
  const absent = [...page.matchAll(TYPES)].filter(([, file = '']) => source(file) === '');
  const missing = named.filter(
    // The first argument of test, describe or each: after a bracket or at the start of a line, before a comma.
    ({ file, name }) => !new RegExp(`(^\\s*|\\()(['"\`])${escaped(name)}\\2,`, 'm').test(source(file)),
  );
  expect({ absent, missing, some: named.length > 80 }).toEqual({ absent: [], missing: [], some: true });
});

test('every threat has what stops it and a test that shows it', () => {
  const open = rows.filter((cells) => {
    const [stopped = '', shown = ''] = cells.slice(-2);
    return stopped === '' || !(shown.includes(' › ') || shown.search(TYPES) >= 0);
  });
  expect({ open, some: rows.length > 80 }).toEqual({ open: [], some: true });
});

test('the known defects are all there, in order', () => {
  const numbers = rows.map(([first = '']) => first).filter((first) => /^\d+$/.test(first));
  expect(numbers).toEqual(Array.from({ length: 35 }, (_, at) => String(at + 1)));
});
