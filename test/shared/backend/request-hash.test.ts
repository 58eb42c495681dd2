import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bodyHash, requestHash, type SentRequest } from '../../../shared/backend/request-hash.ts';

const hash = (request: SentRequest) => requestHash(request, bodyHash(request.body));
const GET: SentRequest = { method: 'GET', path: '/a', query: 'b=c' };

test.each<readonly [string, SentRequest]>([
  ['a method in lower case', { ...GET, method: 'get' }],
  ['no method', { ...GET, method: '' }],
  ['a path that does not begin with a slash', { ...GET, path: 'a' }],
  ['a path with a query in it', { ...GET, path: '/a?b' }],
  ['a path with a fragment', { ...GET, path: '/a#b' }],
  ['a path with a blank', { ...GET, path: '/a b' }],
  ['a path with a line end', { ...GET, path: '/a\nb' }],
  ['a path that is not encoded', { ...GET, path: '/ä' }],
  ['a query with a line end', { ...GET, query: 'b\nc' }],
  ['a query with a fragment', { ...GET, query: 'b#c' }],
  ['a query that ends in a line end', { ...GET, query: 'b\n' }],
])('%s is no request line and is not signed', (_name, request) => {
  expect(() => hash(request)).toThrow(/^the (method|path|query) is not /);
});

test('text and its UTF-8 are the same body, nothing and an empty one too', () => {
  expect([
    hash({ ...GET, body: 'ä€' }) === hash({ ...GET, body: Buffer.from('ä€') }),
    hash(GET) === hash({ ...GET, body: '' }),
    hash(GET) === hash({ ...GET, body: undefined }),
  ]).toEqual([true, true, true]);
});

test('it is what its page says', () => {
  const body = createHash('sha256').update('{}').digest('base64url');
  const text = `gatehouse-request-v1\nPUT\n/v1/a%20b/\nx=1&x=2&y\n${body}`;
  expect(hash({ method: 'PUT', path: '/v1/a%20b/', query: 'x=1&x=2&y', body: '{}' })).toBe(
    createHash('sha256').update(text).digest('base64url'),
  );
});

const visible = (extra: string) => fc.string({ unit: fc.constantFrom(...'ab/=&%20;:@.~-_+', ...extra), maxLength: 12 });
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: visible('').map((text) => `/${text}`),
  query: visible('?'),
  body: fc.string({ maxLength: 8 }),
});

test('two requests that differ in one byte never share a hash', () => {
  fc.assert(
    fc.property(request, request, (one, other) => {
      const differ = JSON.stringify(one) !== JSON.stringify(other);
      return (hash(one) !== hash(other)) === differ;
    }),
    { numRuns: 2000 },
  );
});
