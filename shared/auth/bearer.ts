import { GatewayError } from '../core/errors.ts';
import type { RawToken } from '../core/principal.ts';

export type Headers = Readonly<Record<string, string | undefined>>;

const MAX_LENGTH = 8192;
/** RFC 6750 section 2.1: b64token. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * Reads the one bearer token of the Authorization header (RFC 6750 section 2.1); a token in query or body is ignored.
 *
 * @throws GatewayError NO_AUTH without bearer credentials, INVALID_AUTH_HEADER when malformed or sent twice (API Gateway
 * joins repeated headers with a comma, which is no token character), JWT_VERIFY_FAILED when longer than 8 KB
 */
export function readBearer(headers: Headers): RawToken {
  const header = headers['authorization']?.trim();
  if (!header) throw new GatewayError('NO_AUTH', { reason: 'no_credentials' });
  const [scheme = '', ...rest] = header.split(/[ \t]+/);
  if (scheme.toLowerCase() !== 'bearer') throw new GatewayError('NO_AUTH', { reason: 'scheme_not_bearer' });
  if (header.length > MAX_LENGTH) throw new GatewayError('JWT_VERIFY_FAILED', { reason: 'too_long' });
  const token = rest[0];
  if (token === undefined || rest.length > 1 || !TOKEN.test(token)) {
    throw new GatewayError('INVALID_AUTH_HEADER', { reason: 'malformed_header' });
  }
  return token as RawToken;
}
