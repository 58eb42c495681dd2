import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, NotCanonical } from '../../../shared/core/canonical-json.ts';

describe('the examples of RFC 8785', () => {
  test('section 3.2.2, but for its 1E30, which is an integer that no double tells from its neighbours', () => {
    const input = `{
      "numbers": [333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(input))).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('section 3.2.3: names are sorted by UTF-16 code units', () => {
    const value: unknown = JSON.parse(
      String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
    );
    expect(Object.values(JSON.parse(canonicalJson(value)) as object).length).toBe(7);
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","\u{1f600}":"Emoji: Grinning Face","\u{fb33}":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  /** IEEE 754 bits, and their text; no text where an integer is not safe or the number is none. */
  const NUMBERS: readonly (readonly [bits: string, text: string | undefined])[] = [
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', undefined],
    ['ffefffffffffffff', undefined],
    ['4340000000000000', undefined],
    ['c340000000000000', undefined],
    ['4430000000000000', undefined],
    ['7fffffffffffffff', undefined],
    ['7ff0000000000000', undefined],
    ['44b52d02c7e14af5', undefined],
    ['44b52d02c7e14af6', undefined],
    ['44b52d02c7e14af7', undefined],
    ['444b1ae4d6e2ef4e', undefined],
    ['444b1ae4d6e2ef4f', undefined],
    ['444b1ae4d6e2ef50', undefined],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ];

  test.each(NUMBERS)('appendix B: %s is %s', (bits, text) => {
    const value = Buffer.from(bits, 'hex').readDoubleBE();
    const written = () => canonicalJson(value);
    if (text === undefined) expect(written).toThrow(NotCanonical);
    else expect(written()).toBe(text);
  });
});

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('what has no text', () => {
  test.each([
    ['half of a surrogate pair', 'a\ud800'],
    ['half of a pair in a name', { ['\udc00']: 1 }],
    ['an integer beyond 2^53 - 1', 2 ** 53],
    ['one below', -(2 ** 53)],
    ['no number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['a hole in a list', Array(1)],
    ['a big integer', 1n],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['65 levels', deep(65)],
    ['depth that no call stack holds', deep(100_000)],
  ])('%s', (_name, value) => {
    expect(() => canonicalJson([value])).toThrow(NotCanonical);
  });

  test('a member that is undefined is not there, wherever it stands', () => {
    const values = [{ a: undefined, b: 1 }, { a: 1, b: undefined, c: 2 }, { a: undefined }];
    expect(values.map(canonicalJson)).toEqual(['{"b":1}', '{"a":1,"c":2}', '{}']);
  });

  test('the message holds nothing of the value', () => {
    expect(() => canonicalJson({ secret: 'hunter2\ud800' })).toThrow(
      new NotCanonical('a string has half of a surrogate pair'),
    );
  });

  test('64 levels have one, and so have the largest safe integers', () => {
    expect([canonicalJson(deep(64)), canonicalJson([2 ** 53 - 1, 1 - 2 ** 53])]).toEqual([
      '['.repeat(64) + ']'.repeat(64),
      '[9007199254740991,-9007199254740991]',
    ]);
  });
});

describe('one text for one value', () => {
  const shuffle = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffle);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, member]) => [name, shuffle(member)]),
    );
  };
  /** Names that an object would put into an order of its own, or take for its prototype. */
  const names = fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat(20).map(String), fc.constant('__proto__'));
  const numbers = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, min: -1e15, max: 1e15 }));
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, false),
      numbers,
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('json')),
      fc.dictionary(names, tie('json')),
    ),
  }));

  test('whatever the order of its members', () => {
    fc.assert(fc.property(json, (value) => canonicalJson(shuffle(value)) === canonicalJson(value)));
  });

  test('and the text is read back as that value, which again has that text', () => {
    fc.assert(
      fc.property(json, (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const text = canonicalJson(value);
        expect([JSON.parse(text), canonicalJson(JSON.parse(text))]).toEqual([plain, text]);
      }),
    );
  });

  test('names that look like numbers are sorted as texts too', () => {
    expect(canonicalJson({ 2: 'b', 10: 'a', b: 1, __proto__: null })).toBe('{"10":"a","2":"b","b":1}');
  });
});
