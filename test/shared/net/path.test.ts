import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { joinUrl } from '../../../shared/net/join-url.ts';
import { buildPath, PathValueRefused } from '../../../shared/net/path.ts';
import { buildQuery } from '../../../shared/net/query.ts';

const BASE = new URL('https://crm.example.com/api');

describe('a path', () => {
  test.each([
    ['/deals', {}, '/deals'],
    ['/deals/', {}, '/deals/'],
    ['/', {}, '/'],
    ['/users/{id}/notes/{note}', { id: 'usr_1', note: 7 }, '/users/usr_1/notes/7'],
    ['/reports/{name}.pdf', { name: 'Q4 2026' }, '/reports/Q4%202026.pdf'],
    ['/v1/{project}:cancel', { project: 'a:b@c' }, '/v1/a%3Ab%40c:cancel'],
    ['/{a}', { a: 'ä?#&=+"<>' }, '/%C3%A4%3F%23%26%3D%2B%22%3C%3E'],
    ['/{a}', { a: '100%' }, '/100%25'],
    ['/{a}', { a: '...a' }, '/...a'],
    ['/{a}', { a: 'a..' }, '/a..'],
    ['/{a}', { a: 'x;y=z' }, '/x%3By%3Dz'],
    ['/{a}', { a: 'constructor' }, '/constructor'],
    ['/{a}', { a: '𝄞' }, '/%F0%9D%84%9E'],
    ['/{a}', { a: -0.5 }, '/-0.5'],
  ] as const)('%s with %j', (template, values, path) => {
    expect(buildPath(template, values)).toBe(path);
    expect(joinUrl(BASE, path).href).toBe(`https://crm.example.com/api${path}`);
  });

  test.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['two dots', '..'],
    ['three dots', '...'],
    ['dots and a blank', '.. '],
    ['a blank', ' '],
    ['a no-break space', '\u00a0'],
    ['dots with a parameter', '..;a=b'],
    ['a dot with a parameter', '.;'],
    ['a parameter alone', ';jsessionid=1'],
    ['a slash', 'a/b'],
    ['a way up', '../secret'],
    ['a backslash', '..\\secret'],
    ['an encoded slash', 'a%2fb'],
    ['an encoded backslash', 'a%5Cb'],
    ['encoded dots', '%2e%2e'],
    ['dots, half of them encoded', '.%2E'],
    ['an encoded NUL', 'a%00'],
    ['dots encoded twice', '%252e%252e'],
    ['an overlong slash', '..%c0%af'],
    ['a NUL', 'a\0'],
    ['a line break', 'a\r\nb'],
    ['a tab', 'a\tb'],
    ['a delete', 'a\u007f'],
    ['a fullwidth slash', 'a\uff0fb'],
    ['fullwidth dots', '\uff0e\uff0e'],
    ['a two-dot leader', '\u2025'],
    ['an account-of sign, which holds a slash', '\u2100'],
    ['a fullwidth percent sign', '\uff052f'],
    ['half of a surrogate pair', '\ud800'],
    ['more than 512 characters', 'a'.repeat(513)],
    ['no number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['an object', { toString: () => '..' }],
    ['a list', ['..']],
    ['null', null],
    ['undefined', undefined],
    ['true', true],
  ])('a value that is or has %s is refused, and not quoted', (_name, value) => {
    const build = () => buildPath('/users/{id}', { id: value as string });
    expect(build).toThrow(PathValueRefused);
    expect(build).toThrow(
      expect.objectContaining({ parameter: 'id', message: 'the value of id cannot be part of a path' }),
    );
  });

  test.each([
    ['/files/{kind}{name}', { kind: '%', name: '2f..%' }, 'name'],
    ['/files/{kind}{name}', { kind: '%2', name: 'f' }, 'name'],
    ['/files/{kind}.{name}/x', { kind: 'a%', name: '2e' }, undefined],
    ['/files/{a}{b}{c}/x', { a: '%', b: '5', c: 'c' }, 'c'],
    ['/files/{a}2f{b}', { a: '%', b: 'b' }, 'b'],
    ['/files/{a}2f', { a: '%' }, 'a'],
    ['/files/{a}{b}', { a: '\uff05', b: '2f' }, 'b'],
    ['/{a}/{b}', { a: '%', b: '2f' }, undefined],
    ['/{a}-{b}', { a: '%', b: '2f' }, undefined],
    ['/{a}{b}', { a: 'a'.repeat(512), b: 'b' }, undefined],
  ] as const)('%s with %j is judged by the whole of each segment', (template, values, parameter) => {
    const build = () => buildPath(template, values);
    if (parameter !== undefined) return expect(build).toThrow(expect.objectContaining({ parameter }));
    const segments = joinUrl(BASE, build()).pathname.split('/');
    expect(segments.length).toBe(`/api${template}`.split('/').length);
  });

  test.each([
    ['users', {}, 'is no path template'],
    ['', {}, 'is no path template'],
    ['//evil.example', {}, 'is no path template'],
    ['/a//b', {}, 'is no path template'],
    ['/a/../b', {}, 'is no path template'],
    ['/a/./b', {}, 'is no path template'],
    ['/a/%2e%2e/b', {}, 'is no path template'],
    ['/a\\b', {}, 'is no path template'],
    ['/a?b=c', {}, 'is no path template'],
    ['/a#b', {}, 'is no path template'],
    ['/a/{}', {}, 'is no path template'],
    ['/a/{b', {}, 'is no path template'],
    ['/a/{b-c}', {}, 'is no path template'],
    ['/ä', {}, 'is no path template'],
    ['/{a}', {}, 'needs a value for a'],
    ['/{constructor}', {}, 'needs a value for constructor'],
    ['/{a}', { a: 'b', c: 'd' }, 'has no place for c'],
  ])('the template %s with %j is a mistake of its author', (template, values, problem) => {
    expect(() => buildPath(template, values)).toThrow(problem);
  });

  test('whatever is put in comes out of its own segment, or is refused', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('..', '%2e', '/', '\\', '.;', '\0'));
    const value = fc.array(anything, { maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(value, (id) => {
        let path: string;
        try {
          path = buildPath('/users/{id}/notes', { id });
        } catch {
          return;
        }
        const segments = joinUrl(BASE, path).pathname.split('/');
        expect(segments.map(decodeURIComponent)).toEqual(['', 'api', 'users', id, 'notes']);
      }),
      { numRuns: 1000 },
    );
  });
});

test('values side by side stay in their segment, decoded as often as anybody may', () => {
  const part = fc.constantFrom('%', '2', 'f', '5', 'c', '25', '2e', '.', '..', ';', 'a', '\uff05', '\uff0f', '\u2025');
  const value = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      let path: string;
      try {
        path = buildPath('/users/{a}{b}2{c}', { a, b, c });
      } catch {
        return;
      }
      for (let round = 0; round < 4; round++) {
        path = path.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
        expect(path.split(/[/\\]/)).toHaveLength(3);
      }
    }),
    { numRuns: 2000 },
  );
});

describe('a query', () => {
  test.each([
    [{}, ''],
    [{ a: undefined }, ''],
    [{ a: [] }, ''],
    [{ q: 'a b&c=d#e?f+g', n: 0, yes: true, none: undefined }, '?q=a%20b%26c%3Dd%23e%3Ff%2Bg&n=0&yes=true'],
    [{ id: ['a', 'b'], 'filter[x]': '' }, '?id=a&id=b&filter%5Bx%5D='],
    [{ a: '\r\nhost: evil\0' }, '?a=%0D%0Ahost%3A%20evil%00'],
    [{ "it's": '(*)!~' }, '?it%27s=%28%2A%29%21~'],
  ])('of %j', (values, query) => {
    expect(buildQuery(values)).toBe(query);
    expect(joinUrl(BASE, '/deals', query).search).toBe(query);
  });

  test.each([[{ a: Number.NaN }], [{ a: '\udc00' }], [{ '\ud800': 'a' }], [{ a: ['b', Number.NEGATIVE_INFINITY] }]])(
    'of %j is refused',
    (values) => {
      expect(() => buildQuery(values)).toThrow('a value cannot be part of a query');
    },
  );

  test('whatever is put in comes out of it, and adds nothing', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name, maxLength: 4 }), (pairs) => {
        const url = joinUrl(BASE, '/deals', buildQuery(Object.fromEntries(pairs)));
        expect([...url.searchParams].sort()).toEqual([...pairs].sort());
      }),
    );
  });
});

describe('put together', () => {
  test.each([
    ['https://crm.example.com', 'https://crm.example.com/deals?a=b'],
    ['https://crm.example.com/', 'https://crm.example.com/deals?a=b'],
    ['https://crm.example.com:8443/api/v2', 'https://crm.example.com:8443/api/v2/deals?a=b'],
    ['https://crm.example.com/api/v2/', 'https://crm.example.com/api/v2/deals?a=b'],
  ])('%s and a path', (base, url) => {
    expect(joinUrl(new URL(base), '/deals', '?a=b').href).toBe(url);
  });

  test.each([
    ['dot segments', '/../secret', ''],
    ['encoded dot segments', '/%2e%2e/secret', ''],
    ['half-encoded dot segments', '/.%2e/secret', ''],
    ['a dot', '/./deals', ''],
    ['a way up and back', '/../api/deals', ''],
    ['a backslash', '/..\\secret', ''],
    ['a tab in dot segments', '/.\t./secret', ''],
    ['a line break', '/a\nb', ''],
    ['a query in the path', '/a?b', ''],
    ['a fragment in the path', '/a#b', ''],
    ['a blank', '/a b', ''],
    ['no slash, so that the host is another', '.evil.example/', ''],
    ['no slash, so that the host is a user', '@evil.example/', ''],
    ['no slash, so that there is a port', ':8443/', ''],
    ['nothing', '', ''],
    ['a fragment in the query', '/a', '?b#c'],
    ['a line break in the query', '/a', '?b\r\nc'],
    ['a query without its mark', '/a', 'b=c'],
    ['a query that goes on with the path', '/a', '/../../b'],
    ['an empty query', '/a', '?'],
  ])('%s is refused, however it came there', (_name, path, query) => {
    const joined = () => joinUrl(BASE, path, query);
    expect(joined).toThrow(expect.objectContaining({ name: 'NetError', message: 'url_refused' }));
    // A base without a path has nothing to climb out of, and is as strict.
    expect(() => joinUrl(new URL('https://crm.example.com'), path, query)).toThrow('url_refused');
  });

  test.each([['https://crm.example.com/?key=1'], ['https://crm.example.com/#x'], ['https://u:p@crm.example.com/']])(
    'a base like %s is none',
    (base) => {
      expect(() => joinUrl(new URL(base), '/deals')).toThrow('url_refused');
    },
  );
});
