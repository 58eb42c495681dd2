import type { IncomingHttpHeaders } from 'node:http';
import { NetError } from './net-error.ts';

/** RFC 9110 section 5.1, in lower case. */
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
/** RFC 9110 section 5.5, without what is obsolete: a line break would be another header, or another request. */
const VALUE = /^[\t\x20-\x7e]*$/;
/** About the connection and the framing of the message, which are the client's own affair (RFC 9110 section 7.6.1). */
const OURS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** @throws Error at start for a list that names no header, or one that is not the caller's to set */
export function checkHeaderList(names: ReadonlySet<string>): void {
  for (const name of names) {
    if (!NAME.test(name)) throw new Error(`${JSON.stringify(name)} is no header name in lower case`);
    if (OURS.has(name)) throw new Error(`the header ${name} is set by the client itself`);
  }
}

/**
 * What goes out: the caller's headers, if all of them are on the list, and the client's own.
 *
 * @throws NetError request_refused
 */
export function writeHeaders(
  given: Readonly<Record<string, string>>,
  allowed: ReadonlySet<string>,
  body: Uint8Array | undefined,
): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    const twice = Object.hasOwn(headers, lower);
    if (!allowed.has(lower) || twice || !VALUE.test(value)) throw new NetError('request_refused');
    headers[lower] = value;
  }
  // Node leaves it out for some methods, and then the body would be read as the next request.
  if (body !== undefined) headers['content-length'] = String(body.byteLength);
  return headers;
}

/** What comes in: the headers on the list that the answer has, and no other. */
export function readHeaders(
  answered: IncomingHttpHeaders,
  allowed: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  const kept = [...allowed].flatMap((name) => {
    const value = Object.hasOwn(answered, name) ? answered[name] : undefined;
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return Object.fromEntries(kept) as Record<string, string>;
}
