import type { IncomingMessage } from 'node:http';
import type { NetReason } from './net-error.ts';
import type { Limits } from './send.ts';

const NOTHING = Buffer.alloc(0);

/**
 * The body, or what is wrong with it. `done` may be called more than once; the first call counts. By events: an
 * asynchronous iterator loads more of Node than a cold start needs.
 */
export function readCapped(
  response: IncomingMessage,
  { maxBytes, wantsBody }: Limits,
  done: (problem: NetReason | undefined, body: Buffer) => void,
): void {
  const { statusCode = 0, headers } = response;
  const fail = (problem: NetReason) => done(problem, NOTHING);
  // An answer cut short is one too; one without a listener ends the process.
  response.on('error', () => fail('reset'));
  // In this form a limit that is no number lets nothing through.
  const fits = (bytes: number) => bytes <= maxBytes;
  if (wantsBody?.(statusCode) === false) {
    done(undefined, NOTHING);
    response.destroy();
  } else if (statusCode < 200) {
    // An answer on its way to another protocol.
    fail('malformed');
  } else if (!fits(Number(headers['content-length'] ?? 0))) {
    fail('too_large');
  } else if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    fail('encoded');
  } else {
    const chunks: Uint8Array[] = [];
    let size = 0;
    response.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength;
      chunks.push(chunk);
      if (!fits(size)) fail('too_large');
    });
    response.on('end', () => done(undefined, Buffer.concat(chunks)));
  }
}
