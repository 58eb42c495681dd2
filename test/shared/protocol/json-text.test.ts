import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readJsonPart } from '../../../shared/auth/strict-json.ts';
import { GatewayError } from '../../../shared/core/errors.ts';
import { readJson } from '../../../shared/protocol/json-text.ts';

/** What a text is read as, or why not. */
function outcome(text: string): unknown {
  try {
    const { body, flaw } = readJson(text);
    return flaw ? { refused: flaw.code, reason: flaw.reason, left: body } : { body };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { refused: error.code, reason: error.reason };
  }
}

const duplicate = (left: object = {}) => ({ refused: 'AMBIGUOUS_JSON', reason: 'duplicate_name', left });
const surrogate = (left: object = {}) => ({ refused: 'AMBIGUOUS_JSON', reason: 'lone_surrogate', left });
const unsafe = (left: object = {}) => ({ refused: 'AMBIGUOUS_JSON', reason: 'unsafe_number', left });
const limit = { refused: 'JSON_LIMIT_EXCEEDED', reason: 'json_limit' };
const broken = { refused: 'PARSE_ERROR', reason: 'not_json' };

describe('a name twice in one object', () => {
  test.each([
    ['plain', '{"a":1,"a":2}'],
    ['with the same value', '{"a":1,"a":1}'],
    ['as an escape', '{"a":1,"\\u0061":2}'],
    ['as two spellings of an escape', '{"\\u00E9":1,"\\u00e9":2}'],
    ['behind blanks', '{"a" : 1 ,\n\t"a" : 2}'],
    ['deep inside', '{"x":[[{"y":{"a":1,"b":2,"a":3}}]]}'],
    ['called __proto__', '{"__proto__":1,"__proto__":2}'],
    ['empty', '{"":1,"":2}'],
    ['with a colon and quotes in it', '{"\\":{":1,"\\":{":2}'],
    ['whose first value is an object', '{"a":{"b":1},"a":2}'],
  ])('%s is refused', (_name, text) => {
    expect(outcome(text)).toEqual(duplicate());
  });

  test('is none when it is in two objects, in a value, or in another case', () => {
    const text = '{"a":{"a":[{"a":"a\\":"},{"a":"{\\"a\\":1,\\"a\\":2}"}]},"A":1}';
    expect(outcome(text)).toEqual({ body: JSON.parse(text) });
  });
});

describe('half of a surrogate pair', () => {
  test.each([
    ['as an escape', '{"t":"\\ud800"}'],
    ['the other half', '{"t":"x\\uDFFFx"}'],
    ['the halves in the wrong order', '{"t":"\\udc00\\ud800"}'],
    ['raw', '{"t":"\ud800"}'],
    ['in a name', '{"\\ud800":1}'],
    ['one escaped, one raw', '{"t":"\\ud83d\ude00 \\ud83d"}'],
  ])('%s is refused', (_name, text) => {
    expect(outcome(text)).toEqual(surrogate());
  });

  test('is none in a whole pair, however it is written, and behind an escaped backslash', () => {
    expect(outcome('["\\ud83d\\ude00","😀","\\\\ud800"]')).toEqual({ body: ['😀', '😀', '\\ud800'] });
  });
});

describe('numbers', () => {
  test.each([
    '9007199254740993',
    '-9007199254740992',
    '9007199254740992.0',
    '1e400',
    '-1e400',
    '1E+22',
    '0.9007199254740993e16',
    '90071992547409930e-1',
    '1e-400',
    '0.00001e-350',
    `1${'0'.repeat(400)}`,
    `0.${'0'.repeat(400)}1`,
  ])('%s is refused: parsers differ in it', (text) => {
    expect([outcome(text), outcome(`{"a":[${text}]}`)]).toEqual([unsafe(), unsafe()]);
  });

  test.each([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['1e3', 1000],
    ['0e5', 0],
    ['0.000', 0],
    ['0.1', 0.1],
    ['5e-324', 5e-324],
    ['3.14159265358979323846', Math.PI],
  ])('%s is what every parser takes it for', (text, value) => {
    expect(outcome(text)).toEqual({ body: value });
  });

  test('minus zero in any spelling is zero, as its canonical form will be', () => {
    expect(outcome('{"a":-0,"b":[-0.0,-0e9],"__proto__":-0}')).toEqual({
      body: JSON.parse('{"a":0,"b":[0,0],"__proto__":0}'),
    });
  });
});

describe('sizes', () => {
  test.each([
    ['32 levels', '['.repeat(32) + ']'.repeat(32), { body: JSON.parse('['.repeat(32) + ']'.repeat(32)) }],
    ['33 levels', '['.repeat(33) + ']'.repeat(33), limit],
    ['a million levels that never end', '{"a":'.repeat(200_000), limit],
    ['2001 members', `[${'1,'.repeat(2000)}1]`, limit],
    ['a name of 65537 characters', `{"${'n'.repeat(65_537)}":1}`, { ...limit, reason: 'string_limit', left: {} }],
    ['a string of 65537 characters', `["${'x'.repeat(65_537)}"]`, { ...limit, reason: 'string_limit', left: {} }],
  ])('%s', (_name, text, expected) => {
    expect(outcome(text)).toEqual(expected);
  });

  test('a string is counted as it is read, not as it is written', () => {
    const text = `"${'\\u0041'.repeat(65_536)}"`;
    expect(outcome(text)).toEqual({ body: 'A'.repeat(65_536) });
  });
});

test.each(['', ' ', '{', '{"a":1,}', "{'a':1}", 'NaN', '-', '01', '1.', '+1', '--1', '{"a" 1}', '"\n"', '{}{}', 'nul'])(
  '%j is no JSON',
  (text) => {
    expect(outcome(text)).toEqual(broken);
  },
);

test('a byte order mark is refused by its name', () => {
  expect(() => readJson('\ufeff{}')).toThrow(
    expect.objectContaining({ code: 'PARSE_ERROR', hint: expect.stringContaining('byte order mark') }),
  );
});

describe('the id of a flawed message', () => {
  test.each([
    ['a number', '{"id":7,"params":{"a":1,"a":2}}', duplicate({ id: 7 })],
    ['a text', '{"params":[1e400],"id":"a\\u0062"}', unsafe({ id: 'ab' })],
    ['zero', '{"params":["\\ud800"],"id":0}', surrogate({ id: 0 })],
    ['written twice', '{"id":7,"id":8}', duplicate()],
    ['beside another name written twice', '{"id":7,"method":"a","method":"b"}', duplicate()],
    ['not well-formed', '{"id":"\\ud800"}', surrogate()],
    ['rounded', '{"id":9007199254740993}', unsafe()],
    ['very long', `{"id":"${'x'.repeat(257)}","a":1e400}`, unsafe()],
    ['inherited', '{"a":1e400,"__proto__":{"id":1}}', unsafe()],
  ])('%s', (_name, text, expected) => {
    expect(outcome(text)).toEqual(expected);
  });
});

describe('for any text', () => {
  test('what JSON.stringify made of safe values is read as JSON.parse reads it', () => {
    const leaf = fc.oneof(fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.string({ unit: 'grapheme' }));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
    }));
    fc.assert(
      fc.property(value, fc.nat(3), (any, indent) => {
        const text = JSON.stringify(any, null, indent);
        expect(outcome(text)).toEqual({ body: JSON.parse(text) });
      }),
      { numRuns: 500 },
    );
  });

  test('a second reader finds the same names twice', () => {
    const name = fc.constantFrom('"a"', '"\\u0061"', '"b"', '"\\"a"', '""', '"__proto__"', '"a:"');
    const { value } = fc.letrec<{ value: string; object: string }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.constantFrom('1', '"a"', '"\\":"', 'null', '[]'), tie('object')),
      object: fc
        .array(fc.tuple(name, tie('value')), { maxLength: 4 })
        .map((members) => `{${members.map(([key, member]) => `${key} : ${member}`).join(' , ')}}`),
    }));
    fc.assert(
      fc.property(value, (any) => {
        const text = `{"outer":${any}}`;
        const second = () => readJsonPart(Buffer.from(text).toString('base64url'));
        const flaw = readJson(text).flaw;
        if (flaw === undefined) expect(second()).toEqual(JSON.parse(text));
        else expect(second).toThrow('duplicate name');
      }),
      { numRuns: 500 },
    );
  });
});
