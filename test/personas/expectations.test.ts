import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';
import { EXPECTED } from './expectations.ts';
import { differences, unknownRows } from './judge.ts';
import type { Cell } from './matrix.ts';
import { clientsPage } from './page.ts';
import { NOTES } from './reasons.ts';
import { unexpectedEnds } from './run-personas.ts';
import { COLUMNS, SUBJECTS } from './subjects.ts';

const personas = SUBJECTS.map(({ persona }) => persona.id);
const columns = COLUMNS.map(({ id }) => id);
const told = { stoppedAt: undefined, code: undefined, message: undefined, by: 'document', notes: [] };
const cell = (more: Partial<Cell> = {}): Cell => ({
  persona: 'claude',
  column: 'relay',
  tried: [{ way: 'url', told, trail: [] }],
  ...more,
});

test('docs/clients.md says what the expectations say', () => {
  const page = readFileSync(join(projectRoot, 'docs', 'clients.md'), 'utf8');
  expect(page).toBe(clientsPage(SUBJECTS, COLUMNS, EXPECTED));
});

test('there is an expectation for every client in every column, and for no other', () => {
  expect([...EXPECTED.keys()]).toEqual(personas);
  expect([...EXPECTED.values()].map(({ cells }) => Object.keys(cells).sort())).toEqual(
    personas.map(() => [...columns].sort()),
  );
  expect(unknownRows(personas, columns, EXPECTED)).toEqual([]);
});

test('whatever is not simply "works" says why, and only that; every note has its words', () => {
  const all = [...EXPECTED].flatMap(([id, { cells }]) =>
    Object.entries(cells).map(([column, one]) => ({ id, column, one })),
  );
  const simple = ({ way, before }: { way: string | undefined; before: readonly string[] }) =>
    way === 'url' && before.length === 0;
  expect(all.filter(({ one }) => simple(one) !== (one.why.length === 0))).toEqual([]);
  expect([...EXPECTED.values()].flatMap(({ notes }) => notes).filter((note) => !NOTES.has(note))).toEqual([]);
});

test('every fact says where it is from, and when', () => {
  const facts = SUBJECTS.filter(({ real }) => !real).flatMap(({ persona }) =>
    Object.values(persona).filter((fact) => typeof fact === 'object'),
  );
  const bad = facts.filter(({ source }) => source.where === '' || !/^20\d\d-\d\d(-\d\d)?$/.test(source.date));
  expect({ facts: facts.length, bad }).toEqual({ facts: 80, bad: [] });
});

test('a run that is as expected has no differences', () => {
  expect(differences([cell()], EXPECTED)).toEqual([]);
});

test.each<readonly [string, Cell, string]>([
  [
    'a client that gets no further',
    cell({ tried: [{ way: 'url', told: { ...told, stoppedAt: 'callback', code: 'no_iss' }, trail: [] }] }),
    'claude × relay: expected works by url; found cannot, after url: callback no_iss',
  ],
  [
    'one that works where it did not',
    cell({ column: 'direct-bare' }),
    'claude × direct-bare: expected cannot, after url: server metadata no_s256, after client id: server metadata no_s256; found works by url',
  ],
  [
    'one that sends people to sign in more often',
    cell({ tried: [{ way: 'url', told: { ...told, notes: ['no refresh token'] }, trail: [] }] }),
    'claude × relay: expected works by url; found works by url, no refresh token',
  ],
  ['a client that nobody expected', cell({ persona: 'new' }), 'new × relay is not in the expectations'],
])('a difference is told: %s', (_name, one, sentence) => {
  expect(differences([one], EXPECTED)).toEqual([sentence]);
});

test('an expectation that no run can meet is told as well', () => {
  const { relay: _, ...rest } = EXPECTED.get('claude')!.cells;
  const stale = new Map([['gone', { notes: [], cells: { ...rest, relay: EXPECTED.get('claude')!.cells.relay } }]]);
  expect(unknownRows(personas, columns.slice(1), stale)).toEqual(['no persona gone', 'no column direct-open for gone']);
});

test('at a gateway of somebody else the same is compared, by the ways that it offers', () => {
  const end = (persona: string, more: object = {}) => ({
    persona,
    told: { ...told, ...more },
    trail: ['GET host/mcp 405'],
  });
  const ends = [
    end('claude'),
    end('vscode'),
    end('cursor', { notes: ['steps up by hand'] }),
    end('chatgpt-per-connector', { stoppedAt: 'authorization', code: 'page', message: 'answered 400' }),
    end('chatgpt', { stoppedAt: 'callback', code: 'no_iss', message: 'not sent' }),
  ];
  expect(unexpectedEnds(ends, 'relay', ['url', 'registration'])).toEqual([
    'vscode: expected done, sends a disabled user to sign in twice, found done \nGET host/mcp 405',
    'chatgpt: expected done, found stopped callback no_iss not sent\nGET host/mcp 405',
  ]);
});
