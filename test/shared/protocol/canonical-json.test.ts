import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../../shared/protocol/canonical-json.ts';

/** RFC 8785 section 3.2.3, the example of sorting, without its control character escapes. */
test('names are sorted by UTF-16 code units', () => {
  const value = { '€': 1, '\r': 2, '\u{fb33}': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, ö: 7 };
  expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"\u{1f600}":5,"\u{fb33}":3}');
});

test('the same value has one text, whatever the order of its members', () => {
  const shuffle = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffle);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, member]) => [name, shuffle(member)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const value: unknown = JSON.parse(JSON.stringify(json));
      const text = canonicalJson(value);
      expect([canonicalJson(shuffle(value)), JSON.parse(text)]).toEqual([text, value]);
    }),
  );
});

test('numbers are written as ECMAScript does', () => {
  expect(canonicalJson(JSON.parse('[1e21,1E-7,4.50,-0,333333333.33333329]'))).toBe(
    '[1e+21,1e-7,4.5,0,333333333.3333333]',
  );
});
