import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { escapeHtml, html } from '../../../functions/oauth/html.ts';

test('the five characters that mean something in HTML become entities, the rest stays', () => {
  expect(escapeHtml(`<a href="x" title='y'>R&D</a> “é” 日本`)).toBe(
    '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;R&amp;D&lt;/a&gt; “é” 日本',
  );
});

test('what was escaped is escaped once more, so that it is seen as it was written', () => {
  expect(escapeHtml('&lt;&#39;')).toBe('&amp;lt;&amp;#39;');
});

test('values of a template are escaped, markup made by a template is not, and undefined is nothing', () => {
  const items = ['<1>', '&2'].map((item) => html`<li>${item}</li>`);
  expect(html`<ul title="${'"'}">${items}</ul>${undefined}${html`<hr>`}`.text).toBe(
    '<ul title="&quot;"><li>&lt;1&gt;</li><li>&amp;2</li></ul><hr>',
  );
});

test('no object that only looks like markup is taken for it', () => {
  expect(() => html`${{ text: '<script>' } as unknown as string}`).toThrow(TypeError);
});

const hostile = fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", ';', '#', 'a', '\u0000', '\ud800', '`') });

test('whatever the text, nothing of it is markup, and reading the entities gives it back', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
      const escaped = escapeHtml(text);
      expect(escaped).toMatch(/^(?:[^<>&"']|&(?:amp|lt|gt|quot|#39);)*$/);
      const read = escaped.replace(/&(amp|lt|gt|quot|#39);/g, (_entity, name: string) => READ.get(name) as string);
      expect(read).toBe(text);
    }),
  );
});

const READ = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['#39', "'"],
]);
