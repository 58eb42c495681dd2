import { createHash } from 'node:crypto';

/** A request byte for byte as it goes over the wire. */
export interface SentRequest {
  readonly method: string;
  /** The request target up to the first `?` (RFC 9112 section 3.2.1), percent-encoded as it is sent. */
  readonly path: string;
  /** What follows that `?`, without it; empty when there is none. */
  readonly query: string;
  /** Text is sent as UTF-8. Absent is the same as empty. */
  readonly body?: string | Uint8Array | undefined;
}

/** First line of what is hashed: another definition of the hash gets another one. */
const VERSION = 'gatehouse-request-v1';

const METHOD = /^[A-Z]{1,20}$/;
const PATH = /^\/[!-~]*$/;
const QUERY = /^[!-~]*$/;

/** SHA-256 of the bytes of the body, base64url without padding (RFC 7515 section 2). */
export function bodyHash(body: SentRequest['body']): string {
  return createHash('sha256')
    .update(body ?? '')
    .digest('base64url');
}

/**
 * SHA-256, base64url, of five lines joined by LF: version, method, path, query, body hash. No line can hold an LF, so two
 * different requests never share a text. docs/verify-in-your-backend.md defines it for others.
 *
 * @throws Error for what is no request line: it would be hashed as one thing and sent as another
 */
export function requestHash({ method, path, query }: SentRequest, hashOfBody: string): string {
  if (!METHOD.test(method)) throw new Error('the method is not upper case letters');
  if (!PATH.test(path) || /[?#]/.test(path)) throw new Error('the path is not as it goes over the wire');
  if (!QUERY.test(query) || query.includes('#')) throw new Error('the query is not as it goes over the wire');
  return createHash('sha256').update([VERSION, method, path, query, hashOfBody].join('\n')).digest('base64url');
}
