import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseUriTemplate } from '../../../shared/resources/uri-template.ts';

test.each([
  'notes://fixed',
  'notes://{a}/{a}',
  'notes://{+a}',
  'notes://{a',
  'notes://{a}}',
  'notes://{a,b}',
  'notes://{}',
])('%s is no template of level 1', (template) => {
  expect(() => parseUriTemplate(template)).toThrow(/level 1/);
});

test('whatever is put into a template comes out of it, one segment each', () => {
  const { match } = parseUriTemplate('notes://{owner}/list?after={id}');
  const value = fc
    .string({ minLength: 1, maxLength: 30 })
    .filter((text) => !/[/\\\p{Cc}\p{Cs}]/u.test(text) && !/^\.\.?$/.test(text));
  fc.assert(
    fc.property(value, value, (owner, id) => {
      const uri = `notes://${encodeURIComponent(owner)}/list?after=${encodeURIComponent(id)}`;
      expect([...(match(uri) ?? [])]).toEqual([
        ['owner', owner],
        ['id', id],
      ]);
    }),
  );
});

test.each(['notes://{a}{b}', 'notes://{a}-{b}'])('%s could match in many ways and is refused', (template) => {
  expect(() => parseUriTemplate(template)).toThrow(/between two names/);
});

test('the literal parts are literal', () => {
  const { match } = parseUriTemplate('a.b://{x}+(y)');
  expect([match('a.b://1+(y)')?.get('x'), match('aXb://1+(y)'), match('a.b://1y')]).toEqual([
    '1',
    undefined,
    undefined,
  ]);
});
