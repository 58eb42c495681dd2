import { describe, expect, test } from '@jest/globals';
import { CursorError, createCursors } from '../../../../shared/audit/question/cursor.ts';
import { NOW } from '../../../support/config.ts';

const CALL = '019ab845-6a00-7abc-8def-0123456789ab';
const POSITION = { before: CALL, since: 1, until: 2 };
const BOUND = { filters: { who: 'usr_1', kinds: ['call', 'read'] }, caller: 'aws:arn:1' } as const;
const HOUR = 3_600_000;

let now = NOW;
const cursors = createCursors({ secret: Buffer.alloc(32, 1), clock: () => now });
const CURSOR = cursors.write(POSITION, BOUND);
const [text = '', signature = ''] = CURSOR.split('.');

function problemOf(cursor: string, bound: Parameters<typeof cursors.read>[1] = BOUND, at = NOW, by = cursors): string {
  now = at;
  try {
    by.read(cursor, bound);
    return 'none';
  } catch (error) {
    if (error instanceof CursorError) return error.problem;
    throw error;
  }
}

test('a cursor says where to go on, to the end of its hour', () => {
  now = NOW + HOUR;
  expect(cursors.read(CURSOR, BOUND)).toEqual(POSITION);
});

test('the order in which kinds are named is no other question', () => {
  now = NOW;
  expect(cursors.read(CURSOR, { ...BOUND, filters: { kinds: ['read', 'call'], who: 'usr_1' } })).toEqual(POSITION);
});

describe('a cursor is refused', () => {
  const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(text, 'base64url').toString()), u: 9e15 }));
  const other = createCursors({ secret: Buffer.alloc(32, 2), clock: () => now });
  test.each([
    ['with another range', `${forged.toString('base64url')}.${signature}`, 'altered'],
    ['without its signature', text, 'altered'],
    ['with half a signature', CURSOR.slice(0, -20), 'altered'],
    ['with the spare bits of its signature set', `${CURSOR.slice(0, -1)}${next(CURSOR.slice(-1))}`, 'altered'],
    ['that is empty', '', 'altered'],
    ['that is endless', 'a'.repeat(1_000_000), 'altered'],
    ['with a line after it', `${CURSOR}\n`, 'altered'],
  ])('%s', (_name, cursor, problem) => {
    expect(problemOf(cursor)).toBe(problem);
  });

  test('at any one character that is changed', () => {
    const problems = [...CURSOR].map((character, at) => {
      const changed = `${CURSOR.slice(0, at)}${character === 'A' ? 'B' : 'A'}${CURSOR.slice(at + 1)}`;
      return changed === CURSOR ? 'altered' : problemOf(changed);
    });
    expect(new Set(problems)).toEqual(new Set(['altered']));
  });

  test('of another signer', () => {
    expect(problemOf(CURSOR, BOUND, NOW, other)).toBe('altered');
  });

  test('for another question', () => {
    expect(problemOf(CURSOR, { ...BOUND, filters: { who: 'usr_2' } })).toBe('other-question');
  });

  test('by another caller', () => {
    expect(problemOf(CURSOR, { ...BOUND, caller: 'aws:arn:2' })).toBe('other-caller');
  });

  test('after its hour', () => {
    expect(problemOf(CURSOR, BOUND, NOW + HOUR + 1)).toBe('expired');
  });
});

/** The character whose first bits are the same: 43 characters of base64url have two bits more than 32 bytes. */
function next(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) + 1] ?? '';
}
