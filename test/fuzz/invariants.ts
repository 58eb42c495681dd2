import { readJson } from '../../shared/protocol/json-text.ts';
import type { RawAnswer } from '../support/raw-http.ts';

/**
 * What holds for every answer to anything a client may send. One reading of an answer, as text, so that nothing a
 * client library would tidy up is missed.
 */

/** A marker for every place of a request. Each piece is harmful where it appears raw. */
export const MARKER = 'zq9<script>"\'\r\n\u001b[31m\u2028\u202e';
/** Its pieces as an answer's headers, or a body that is not JSON, could show them. */
const PIECES = ['zq9', '<script', '\u001b', '\u2028', '\u202e'];
/** What a header can carry of it. */
export const HEADER_MARKER = 'zq9<script>"\'';

export interface Sent {
  /** Characters of the request, whatever part they are in. */
  readonly size: number;
  /** The ids that the answer may carry: of the messages in the body, where they can be read. */
  readonly ids: readonly unknown[];
}

/** The invariants that an answer breaks, by their sentence. */
export function broken(answer: RawAnswer, sent: Sent): readonly string[] {
  return INVARIANTS.filter(([, holds]) => !holds(answer, sent)).map(([sentence]) => sentence);
}

const header = (answer: RawAnswer, wanted: string) =>
  answer.headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
const STREAM = /^(event: message\ndata: [^\n]*\n\n)+$/;
const isStream = (answer: RawAnswer) => header(answer, 'content-type').join() === 'text/event-stream';
const isJson = (answer: RawAnswer) => isStream(answer) || header(answer, 'content-type').join() === 'application/json';

/** The JSON texts in an answer: none, one, or the messages of an event stream. */
export function textsOf(answer: RawAnswer): readonly string[] {
  if (answer.body === '') return [];
  if (!isStream(answer)) return [answer.body];
  if (!STREAM.test(answer.body)) return ['no event stream'];
  return answer.body
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length));
}

const INVARIANTS: ReadonlyArray<readonly [string, (answer: RawAnswer, sent: Sent) => boolean]> = [
  ['the status is 200 to 499', ({ status }) => status >= 200 && status < 500],
  ['the body is JSON or empty', (answer) => answer.body === '' || (isJson(answer) && textsOf(answer).every(canParse))],
  ['the body can be read in one way only', (answer) => textsOf(answer).every(isUnambiguous)],
  ['there is no HTML', ({ body }) => !/<(!doctype|html|body|pre)\b/i.test(body)],
  [
    'there is no stack and no path of a file',
    ({ body }) => !/\bat [\w.<>]+ \(|node_modules|file:\/\/|\.ts:\d/.test(body),
  ],
  ['content types are not guessed', (answer) => header(answer, 'x-content-type-options').join() === 'nosniff'],
  [
    'headers are one line of printable ASCII',
    ({ headers }) => headers.every((line) => /^[\x20-\x7e]*$/.test(line.join(''))),
  ],
  ['no header shows the marker', ({ headers }) => !hasMarker(headers.map((line) => line.join(': ')).join('\n'))],
  ['no body but JSON shows the marker', (answer) => isJson(answer) || !hasMarker(answer.body)],
  ['control characters are escaped', (answer) => !textsOf(answer).some(hasControl)],
  ['the answer is bounded by the request', ({ body }, { size }) => body.length <= 32_768 + 8 * size],
  [
    'an id is the one that was sent',
    (answer, { ids }) =>
      textsOf(answer)
        .filter(canParse)
        .every((text) => hasIdOf(JSON.parse(text), ids)),
  ],
  ['a challenge comes with a refusal only', (answer) => isChallengeApt(answer)],
  [
    '401 has exactly one challenge',
    (answer) => answer.status !== 401 || header(answer, 'www-authenticate').length === 1,
  ],
  ['405 says what is allowed', (answer) => answer.status !== 405 || header(answer, 'allow').length === 1],
  ['nothing is redirected', (answer) => header(answer, 'location').length === 0],
  ['no cookie is set', (answer) => header(answer, 'set-cookie').length === 0],
];

export const INVARIANT_COUNT = INVARIANTS.length;

function canParse(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

function isUnambiguous(body: string): boolean {
  try {
    return readJson(body).flaw === undefined;
  } catch {
    return false;
  }
}

function hasMarker(text: string): boolean {
  return PIECES.some((piece) => text.includes(piece));
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character < ' ');
}

/**
 * By type too: `1` is not `"1"`. Without an id in the request there is none in the answer, but null in the answer to a
 * batch (JSON-RPC 2.0 section 5).
 */
function hasIdOf(body: unknown, ids: readonly unknown[]): boolean {
  const messages: readonly { readonly id?: unknown }[] = Array.isArray(body) ? body : [body];
  const none = Array.isArray(body) ? null : undefined;
  return messages.every(({ id }) => id === none || id === undefined || ids.includes(id));
}

function isChallengeApt(answer: RawAnswer): boolean {
  return header(answer, 'www-authenticate').length === 0 || [400, 401, 403].includes(answer.status);
}
