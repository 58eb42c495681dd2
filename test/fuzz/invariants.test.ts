import { expect, test } from '@jest/globals';
import type { RawAnswer } from '../support/raw-http.ts';
import { broken, HEADER_MARKER, INVARIANT_COUNT, MARKER } from './invariants.ts';

/** A checker that finds nothing proves nothing: one planted fault for each invariant. */
const GOOD: RawAnswer = {
  status: 200,
  headers: [
    ['content-type', 'application/json'],
    ['x-content-type-options', 'nosniff'],
  ],
  body: '{"jsonrpc":"2.0","id":1,"result":{}}',
};
const sent = { size: 0, ids: [1] };
const body = (text: string): RawAnswer => ({ ...GOOD, body: text });
const header = (name: string, value: string): RawAnswer => ({ ...GOOD, headers: [...GOOD.headers, [name, value]] });
const html = (text: string): RawAnswer => ({
  ...GOOD,
  headers: [['content-type', 'text/plain'], GOOD.headers[1]!],
  body: text,
});

const PLANTED: ReadonlyArray<readonly [string, RawAnswer]> = [
  ['the status is 200 to 499', { ...GOOD, status: 500 }],
  ['the body is JSON or empty', html('{}')],
  ['the body can be read in one way only', body('{"id":1,"a":1,"a":2}')],
  ['there is no HTML', body('{"id":1,"a":"<!DOCTYPE html>"}')],
  ['there is no stack and no path of a file', body('{"id":1,"a":"    at run (file:///x.ts:1:1)"}')],
  ['content types are not guessed', { ...GOOD, headers: GOOD.headers.slice(0, 1) }],
  ['headers are one line of printable ASCII', header('x-a', 'a\r\nb')],
  ['no header shows the marker', header('x-a', HEADER_MARKER)],
  ['no body but JSON shows the marker', html(MARKER)],
  ['control characters are escaped', body('{"id":1,"a":"\n"}')],
  ['the answer is bounded by the request', body(`{"id":1,"a":"${'x'.repeat(40_000)}"}`)],
  ['an id is the one that was sent', body('{"id":"1"}')],
  ['a challenge comes with a refusal only', header('www-authenticate', 'Bearer')],
  ['401 has exactly one challenge', { ...GOOD, status: 401 }],
  ['405 says what is allowed', { ...GOOD, status: 405 }],
  ['nothing is redirected', header('location', '/')],
  ['no cookie is set', header('set-cookie', 'a=b')],
];

test.each(PLANTED)('a planted fault is found: %s', (sentence, answer) => {
  expect(broken(answer, sent)).toContain(sentence);
});

test('each invariant has a planted fault, and a good answer breaks none', () => {
  expect([PLANTED.length, broken(GOOD, sent)]).toEqual([INVARIANT_COUNT, []]);
});
