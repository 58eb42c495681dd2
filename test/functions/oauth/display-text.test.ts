import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { displayName, plainText } from '../../../functions/oauth/display-text.ts';

describe('the name of a client', () => {
  test.each([
    ['is shown as it is', 'Claude Code 2.1 (beta)', 'Claude Code 2.1 (beta)'],
    ['may be of any script', 'مساعد 日本語 नमस्ते', 'مساعد 日本語 नमस्ते'],
    ['turns nothing around', '\u202eedualC\u202c \u2066evil\u2069\u200f', 'edualC evil'],
    ['hides nothing', 'Cla\u200bu\u00adde\u2060\ufeff\u3164\u2800\u034f', 'Claude'],
    ['is one line', ' Claude\r\n\n\t\u2028\u00a0Verified ', 'Claude Verified'],
    ['has no control, private or unpaired character', 'a\u0000\u001b[31m\u009f\ue000\ud800b', 'a[31mb'],
    ['carries no sign of ours', '✓✔✅🔒⚠️ Claude ☑', 'Claude'],
    ['does not end its quotes', 'a” "b" „c‟ «d»', "a' 'b' 'c' 'd'"],
    ['builds no quote of single ones', "a'' ‘‘b ′′ it's", "a' 'b ' it's"],
    ['has letters in place of what looks like bold ones', '𝗩𝗲𝗿𝗶𝗳𝗶𝗲𝗱 Ｃｌａｕｄｅ ⓒ', 'Verified Claude c'],
    ['keeps the marks that its script needs', 'Việt ไม้ตรี', 'Việt ไม้ตรี'],
    ['piles no marks', `Z${'\u0335'.repeat(500)}a`, 'Z\u0335\u0335\u0335a'],
    ['puts no mark on what stands before it', '\u0338\u0338Claude', 'Claude'],
    ['is cut when it is long', 'x'.repeat(61), `${'x'.repeat(60)}…`],
    ['is not cut at its longest', 'x'.repeat(60), 'x'.repeat(60)],
    ['is cut between characters, not within', 'ộ'.normalize('NFD').repeat(1000), `${'ộ'.repeat(60)}…`],
    [
      'grows by no ligature',
      '\ufdfa'.repeat(1000),
      `${[...'\ufdfa'.normalize('NFKC').repeat(9)].slice(0, 60).join('')}…`,
    ],
    ['may be nothing', ' \u200b\u0300✓ ', ''],
  ])('%s', (_what, name, shown) => {
    expect(displayName(name)).toBe(shown);
  });

  test('whatever it is, what is shown is one short line of visible characters that stays within its quotes', () => {
    const nasty = fc.constantFrom(
      '\u202e',
      '\u2066',
      '\u200d',
      '"',
      "'",
      '”',
      '\n',
      '\u0301',
      '✓',
      'א',
      'a',
      ' ',
      '\ud83d',
    );
    const names = fc.oneof(fc.string({ unit: nasty, maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 300 }));
    fc.assert(
      fc.property(names, (name) => {
        const shown = displayName(name);
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{So}"“”„‟«»]|''|\p{M}{4}|^[\s\p{M}]|\s$/u);
        expect([...new Intl.Segmenter().segment(shown)].length).toBeLessThanOrEqual(61);
      }),
    );
  });
});

describe('a host or a scope', () => {
  test.each([
    ['stays whole, however long', 'a'.repeat(300), 'a'.repeat(300)],
    ['keeps every sign of ASCII', '!#$%&\'()*+,-./:;<=>?@[]^_`{|}~"\\', '!#$%&\'()*+,-./:;<=>?@[]^_`{|}~"\\'],
    ['loses what is not seen', '\u202eclaude\u200b.ai\u0000\n', 'claude.ai'],
  ])('%s', (_what, text, shown) => {
    expect(plainText(text)).toBe(shown);
  });
});
