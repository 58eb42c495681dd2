import type { ErrorCode } from '../core/error-table.ts';
import { GatewayError, type GatewayErrorOptions } from '../core/errors.ts';

/** RFC 6749 sections 4.1.2.1 and 5.2, RFC 7009, RFC 7591 and RFC 8707. */
export type OAuthErrorName =
  | 'access_denied'
  | 'invalid_client'
  | 'invalid_client_metadata'
  | 'invalid_grant'
  | 'invalid_redirect_uri'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'unsupported_token_type';

type Options = Pick<GatewayErrorOptions, 'reason' | 'cause'>;

/** A refusal of the relay. Its `description` is a fixed sentence: nothing that a client or the provider sent is in it. */
export class OAuthError extends GatewayError {
  readonly error: OAuthErrorName;
  readonly description: string;

  constructor(error: OAuthErrorName, description: string, options: Options = {}) {
    super(CODES.get(error) ?? 'OAUTH_REFUSED', { reason: error, ...options, hint: description });
    this.error = error;
    this.description = description;
  }
}

const CODES: ReadonlyMap<OAuthErrorName, ErrorCode> = new Map([
  ['invalid_client', 'OAUTH_CLIENT_UNKNOWN'],
  ['server_error', 'GATEWAY_ERROR'],
  ['temporarily_unavailable', 'OAUTH_UNAVAILABLE'],
]);

/** A refusal that the client is told through the browser, once it is certain whose redirect URI that is. */
export class RedirectedError extends OAuthError {
  readonly location: string;

  constructor(location: string, error: OAuthErrorName, description: string, options: Options = {}) {
    super(error, description, options);
    this.location = location;
  }
}

/** Something the gateway itself needs is not to be had now. */
export function unavailable(reason: string, cause?: unknown): OAuthError {
  return new OAuthError('temporarily_unavailable', 'sign-in does not work now, try again', { reason, cause });
}
