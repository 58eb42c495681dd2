import { GatewayError } from '../../shared/core/errors.ts';
import type { Invocation, Step } from './chain.ts';
import type { RequestContext } from './request-context.ts';

const MAX_BODY_BYTES = 1_048_576;
const ENCODED = 'Send the body without Content-Encoding.';
const NOT_UTF8 = 'The body is not UTF-8, which JSON has to be.';

/** POST with JSON both ways and at most 1 MB: what can be refused before a byte of the body is read. */
export const guardTransport: Step<Invocation & RequestContext, object> = {
  name: 'guardTransport',
  before: ({ http }) => {
    if (http.method !== 'POST') throw new GatewayError('METHOD_NOT_ALLOWED', { allow: ['POST', 'OPTIONS'] });
    if (!isJson(http.headers['content-type'])) throw new GatewayError('UNSUPPORTED_MEDIA_TYPE');
    if (!isPlain(http.headers['content-encoding'])) {
      throw new GatewayError('UNSUPPORTED_MEDIA_TYPE', { hint: ENCODED, reason: 'content_encoding' });
    }
    if (!acceptsJson(http.headers['accept'])) throw new GatewayError('NOT_ACCEPTABLE');
    if (Buffer.byteLength(http.body) > MAX_BODY_BYTES) throw new GatewayError('BODY_TOO_LARGE');
    if (!http.isUtf8) throw new GatewayError('PARSE_ERROR', { reason: 'not_utf8', hint: NOT_UTF8 });
    return {};
  },
};

/** A comma means that the header came twice, and then somebody on the way may have gone by the other one. */
function isJson(header: string | undefined): boolean {
  return mediaType(header) === 'application/json' && !header?.includes(',');
}

/** A body announced as compressed is not what somebody on the way took it for, if it is read as it is. */
function isPlain(encoding: string | undefined): boolean {
  return encoding === undefined || ['', 'identity'].includes(encoding.trim().toLowerCase());
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Lenient where the specification leaves it open: only an Accept that excludes JSON is refused. */
function acceptsJson(header: string | undefined): boolean {
  if (header === undefined || header.trim() === '') return true;
  return header.split(',').some((range) => ['application/json', 'application/*', '*/*'].includes(mediaType(range)));
}
