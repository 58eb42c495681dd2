import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvLine } from '../../../../shared/audit/export/csv.ts';
import { visible, visibleJson } from '../../../../shared/audit/export/visible.ts';

describe('a line of CSV', () => {
  test.each([
    ['quotes what RFC 4180 quotes', ['a,b', 'say "hi"', 'plain'], '"a,b","say ""hi""",plain'],
    [
      'has numbers and truth as they are, and nothing for what is absent',
      [5, -5, true, null, undefined],
      '5,-5,true,,',
    ],
    ['runs no formula', ['=1+1', '+1', '-1', '@SUM(A1)'], "'=1+1,'+1,'-1,'@SUM(A1)"],
    ['runs none behind quotes either', ['=HYPERLINK("http://x")'], '"\'=HYPERLINK(""http://x"")"'],
    ['runs none behind a tab or a line end', ['\t=1', '\r=1', '\n=1'], "'\\u{9}=1,'\\u{d}=1,'\\u{a}=1"],
    ['runs none in full-width signs', ['＝1', '＋1', '－1', '＠x'], "'＝1,'＋1,'－1,'＠x"],
    ['leaves a sign within a text alone', ['a=b', 'mail@x'], 'a=b,mail@x'],
    ['shows what a terminal would obey', ['\u001b[31mred', '\u202etxt'], '\\u{1b}[31mred,\\u{202e}txt'],
  ])('%s', (_name, cells, line) => {
    expect(csvLine(cells)).toBe(line);
  });

  test('of any texts is read back by a reader of RFC 4180, with no cell that begins like a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (cells) => {
        const read = parse(csvLine(cells));
        expect(read.map((cell) => cell.replace(/^'(?=[=+\-@\\\uFF1D\uFF0B\uFF0D\uFF20])/, ''))).toEqual(
          cells.map(visible),
        );
        expect(read.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
      }),
    );
  });
});

test('no text reaches a terminal as anything but visible characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
      expect([hidden.test(visible(text)), hidden.test(visibleJson({ text }))]).toEqual([false, false]);
      expect(JSON.parse(visibleJson({ text }))).toEqual({ text });
    }),
  );
});

test('JSON of a control of eight bits and of a bidi mark is escaped as JSON has it', () => {
  expect(visibleJson('\u009b31m\u202e\u{e0001}')).toBe('"\\u009b31m\\u202e\\udb40\\udc01"');
});

/** Of one line, as RFC 4180 section 2 writes it. */
function parse(line: string): readonly string[] {
  return [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^",]*)),/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}
