import fc from 'fast-check';
import { exchange } from '../support/raw-http.ts';
import { broken, MARKER } from './invariants.ts';

const START = [
  'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
  'POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'OPTIONS * HTTP/1.0\r\n\r\n',
];
const JUNK = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  ':',
  '\0',
  '\u00ff',
  'HTTP/1.1',
  '0\r\n\r\n',
  'Content-Length: 5\r\n',
  'Host: b\r\n',
  MARKER,
  'x'.repeat(17_000),
];

/**
 * A request with junk somewhere: in the first line, between headers, in the framing. The client closes its half after
 * it: with both ends of an unfinished request waiting for each other nothing would be shown but the timeout.
 */
export function anyBytes(port: number): fc.IAsyncProperty<unknown> {
  const junk = fc.tuple(fc.nat(150), fc.nat(3), fc.oneof(fc.constantFrom(...JUNK), fc.string({ maxLength: 5 })));
  return fc.asyncProperty(fc.constantFrom(...START), fc.array(junk, { maxLength: 3 }), async (start, mutations) => {
    const spoiled = mutations.reduce(
      (text, [at, cut, insert]) => text.slice(0, at) + insert + text.slice(at + cut),
      start,
    );
    const { answers, end } = await exchange(port, Buffer.from(spoiled, 'latin1'), { halfCloses: true });
    if (end === 'silent') throw new Error('neither answered nor closed');
    const finals = answers.filter(({ status }) => status >= 200);
    if (finals.length === 0) throw new Error('closed without an answer');
    const violations = finals.flatMap((answer) => broken(answer, { size: spoiled.length, ids: [] }));
    if (violations.length > 0) throw new Error(`${violations.join('; ')}: ${JSON.stringify(finals)}`);
  });
}
