/**
 * The one table of refusals: code → HTTP status, JSON-RPC code, challenge, one-line hint. Codes are stable and public.
 * Our own JSON-RPC codes are HTTP status × 100 + row, outside the range JSON-RPC and MCP reserve (-32768..-32000).
 * docs/errors.md is generated from it.
 */

/** RFC 6750 section 3.1. `bare`: no credentials were sent, so no `error` parameter is. */
export type ChallengeKind = 'none' | 'bare' | 'invalid_request' | 'invalid_token' | 'insufficient_scope';

export interface ErrorRow {
  /** HTTP status on every door where no other column says otherwise. */
  readonly status: number;
  /** JSON-RPC `error.code` on POST /mcp. */
  readonly rpc: number;
  /** HTTP status on POST /mcp, where MCP wants the error in band or differs by era. */
  readonly mcpStatus?: { readonly modern: number; readonly legacy: number };
  readonly challenge: ChallengeKind;
  /** `error_description` of the challenge: a fixed string, never a value from the token. */
  readonly description?: string;
  readonly hint: string;
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number;
}

const IN_BAND = { modern: 200, legacy: 200 } as const;

export const ERRORS = {
  PARSE_ERROR: { status: 400, rpc: -32700, challenge: 'none', hint: 'The body is not valid JSON.' },
  INVALID_REQUEST: {
    status: 400,
    rpc: -32600,
    challenge: 'none',
    hint: 'The body is not one JSON-RPC 2.0 request or notification.',
  },
  JSON_LIMIT_EXCEEDED: {
    status: 400,
    rpc: 40001,
    challenge: 'none',
    hint: 'The JSON is nested deeper than 32 levels, has more than 2000 members or a string over 65536 characters. Send less.',
  },
  AMBIGUOUS_JSON: {
    status: 400,
    rpc: 40005,
    challenge: 'none',
    hint: 'Two parsers could read this JSON differently: a name twice in one object, half of a surrogate pair, or a number that no double holds.',
  },
  INVALID_AUTH_HEADER: {
    status: 400,
    rpc: 40002,
    challenge: 'invalid_request',
    description: 'send exactly one bearer token in the Authorization header',
    hint: 'Send exactly one header `Authorization: Bearer <token>`.',
  },
  NO_TOOL: { status: 400, rpc: 40003, challenge: 'none', hint: 'Name a tool in the path: POST /tools/<name>.' },
  INVALID_ARGUMENTS: {
    status: 400,
    rpc: 40004,
    challenge: 'none',
    hint: 'The arguments do not match the input schema of the tool. Read `inputSchema` in tools/list.',
  },
  INVALID_PARAMS: {
    status: 400,
    rpc: -32602,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'The `params` of this method are missing or have the wrong shape.',
  },
  INVALID_ENVELOPE: {
    status: 400,
    rpc: -32602,
    challenge: 'none',
    hint: 'Requests of revision 2026-07-28 carry `io.modelcontextprotocol/protocolVersion` and `io.modelcontextprotocol/clientCapabilities` in `params._meta`.',
  },
  HEADER_MISMATCH: {
    status: 400,
    rpc: -32020,
    challenge: 'none',
    hint: 'MCP-Protocol-Version, Mcp-Method and Mcp-Name must be present and equal to the body.',
  },
  MISSING_CAPABILITY: {
    status: 400,
    rpc: -32021,
    challenge: 'none',
    hint: 'This call has to ask for something that the client did not declare. `data.requiredCapabilities` names it.',
  },
  INPUT_UNSUPPORTED: {
    status: 400,
    rpc: 40006,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'This call has to ask back before it can end. That needs a client of revision 2026-07-28 on POST /mcp.',
  },
  UNSUPPORTED_PROTOCOL_VERSION: {
    status: 400,
    rpc: -32022,
    challenge: 'none',
    hint: 'Use one of the protocol revisions in `data.supported`.',
  },
  OAUTH_REFUSED: {
    status: 400,
    rpc: 40007,
    challenge: 'none',
    hint: 'The authorization server of the gateway refused the request. `error` of the answer says why.',
  },
  NO_AUTH: {
    status: 401,
    rpc: 40101,
    challenge: 'bare',
    hint: 'Sign in: no bearer token was sent. The `resource_metadata` URL of the challenge says where.',
  },
  ACCESS_TOKEN_IS_ENCRYPTED_JWE: {
    status: 401,
    rpc: 40102,
    challenge: 'invalid_token',
    description: 'the access token is encrypted',
    hint: 'The access token is encrypted (JWE): the identity provider issued it for another API. Ask for a token with this server as audience.',
  },
  ACCESS_TOKEN_NOT_JWS: {
    status: 401,
    rpc: 40103,
    challenge: 'invalid_token',
    description: 'the access token is not a signed JWT',
    hint: 'The access token is opaque. Ask the identity provider for a JWT access token with this server as audience.',
  },
  JWT_VERIFY_FAILED: {
    status: 401,
    rpc: 40104,
    challenge: 'invalid_token',
    description: 'token verification failed',
    hint: 'The token was not accepted. GET /debug-token names the failing check.',
  },
  TOKEN_NO_SUB: {
    status: 401,
    rpc: 40105,
    challenge: 'invalid_token',
    description: 'the token names no user',
    hint: 'The token has no usable subject. App-only tokens are refused: sign in as a user.',
  },
  TOKEN_EXPIRED: {
    status: 401,
    rpc: 40106,
    challenge: 'invalid_token',
    description: 'token expired',
    hint: 'The access token expired. Refresh it or sign in again.',
  },
  TOKEN_WRONG_AUDIENCE: {
    status: 401,
    rpc: 40107,
    challenge: 'invalid_token',
    description: 'token audience does not include this server',
    hint: 'The token was issued for another API. Request it with `resource` (or the audience setting of the identity provider) naming this server.',
  },
  OAUTH_CLIENT_UNKNOWN: {
    status: 401,
    rpc: 40108,
    challenge: 'none',
    hint: 'The authorization server of the gateway does not know this client. Register it again.',
  },
  INSUFFICIENT_SCOPE: {
    status: 403,
    rpc: 40301,
    challenge: 'insufficient_scope',
    description: 'the token lacks a scope this tool needs',
    hint: 'Sign in again and grant the scopes named in the challenge, or ask your administrator for them.',
  },
  ACCOUNT_DISABLED: {
    status: 403,
    rpc: 40302,
    challenge: 'none',
    hint: 'This account is disabled. Ask your administrator.',
  },
  ACCOUNT_UNKNOWN: {
    status: 403,
    rpc: 40303,
    challenge: 'none',
    hint: 'This gateway admits known users only, and this one is not among them. Ask your administrator.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    rpc: 40304,
    challenge: 'none',
    hint: 'Requests from this web origin are not accepted. The operator can add it with -c allowedOrigins=…',
  },
  EDGE_REQUIRED: {
    status: 403,
    rpc: 40305,
    challenge: 'none',
    hint: 'This address is not for clients. Use the public URL of the gateway.',
  },
  NOT_FOUND: { status: 404, rpc: 40401, challenge: 'none', hint: 'There is nothing at this path. MCP is at /mcp.' },
  UNKNOWN_TOOL: {
    status: 404,
    rpc: -32602,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'There is no such tool for this user. tools/list shows what there is.',
  },
  UNKNOWN_PROMPT: {
    status: 404,
    rpc: -32602,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'There is no such prompt for this user. prompts/list shows what there is.',
  },
  UNKNOWN_RESOURCE: {
    status: 404,
    rpc: -32602,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'There is no such resource for this user. resources/list and resources/templates/list show what there is.',
  },
  METHOD_NOT_FOUND: {
    status: 404,
    rpc: -32601,
    mcpStatus: { modern: 404, legacy: 200 },
    challenge: 'none',
    hint: 'This server does not offer that method.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    rpc: 40501,
    challenge: 'none',
    hint: 'Use one of the methods in the Allow header.',
  },
  NOT_ACCEPTABLE: {
    status: 406,
    rpc: 40601,
    challenge: 'none',
    hint: 'Answers are application/json: let the Accept header include it.',
  },
  BODY_TOO_LARGE: { status: 413, rpc: 41301, challenge: 'none', hint: 'The body is larger than 1 MB.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, rpc: 41501, challenge: 'none', hint: 'Send Content-Type: application/json.' },
  GATEWAY_ERROR: {
    status: 500,
    rpc: -32603,
    challenge: 'none',
    hint: 'The gateway failed. Report the request id to your administrator.',
  },
  CALL_IN_PROGRESS: {
    status: 409,
    rpc: 40901,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'The same call, by its idempotency key or its arguments, is running now. Ask again for its result.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    rpc: 40902,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'The idempotency key was used with other arguments. A new call needs a new key.',
  },
  CALL_COMPLETED: {
    status: 409,
    rpc: 40903,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'The same call has succeeded before, and its result was too large to be kept. Nothing was run.',
  },
  BACKEND_REFUSED: {
    status: 422,
    rpc: 42201,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'The service behind the tool did not do what it was asked to. The message says why, as far as it helps.',
  },
  BACKEND_ERROR: {
    status: 500,
    rpc: 50001,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'The tool failed. Its message says what to change.',
  },
  OUTCOME_NOT_RECORDED: {
    status: 500,
    rpc: 50002,
    challenge: 'none',
    hint: 'The tool ran, but its outcome could not be recorded. Do not repeat the call before you have checked its effect.',
  },
  OUTPUT_INVALID: {
    status: 500,
    rpc: 50003,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'The tool answered in a shape that its output schema does not allow. Report the request id to your administrator.',
  },
  ANSWER_TOO_LARGE: {
    status: 500,
    rpc: 50004,
    challenge: 'none',
    hint: 'The tool ran, but its answer is larger than 3 MB and cannot be sent. Ask it for less.',
  },
  DISCOVERY_FETCH_FAILED: {
    status: 502,
    rpc: 50201,
    challenge: 'none',
    hint: 'The identity provider does not answer with its discovery document. Check the issuer, or try again.',
    retryAfter: 5,
  },
  KEYS_UNAVAILABLE: {
    status: 503,
    rpc: 50301,
    challenge: 'none',
    hint: 'The signing keys of the identity provider cannot be had now. Keep the token and try again.',
    retryAfter: 5,
  },
  AUDIT_UNAVAILABLE: {
    status: 503,
    rpc: 50302,
    challenge: 'none',
    hint: 'The call was not executed, because its audit record could not be written. Try again.',
    retryAfter: 5,
  },
  IDENTITY_UNAVAILABLE: {
    status: 503,
    rpc: 50303,
    challenge: 'none',
    hint: 'The user store cannot be reached now. Try again.',
    retryAfter: 5,
  },
  STATE_UNAVAILABLE: {
    status: 503,
    rpc: 50305,
    challenge: 'none',
    hint: 'The keys or marks of multi round-trip and idempotent calls cannot be reached now. Try again.',
    retryAfter: 5,
  },
  SIGNING_KEYS_UNAVAILABLE: {
    status: 503,
    rpc: 50307,
    challenge: 'none',
    hint: 'The keys of this gateway cannot be read now. Verify with those you have, and try again.',
    retryAfter: 5,
  },
  DEADLINE_TOO_CLOSE: {
    status: 503,
    rpc: 50304,
    challenge: 'none',
    hint: 'The call was not executed, because too little time was left to run it and to record how it ended. Try again.',
    retryAfter: 1,
  },
  BACKEND_UNAVAILABLE: {
    status: 503,
    rpc: 50308,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'The service behind the tool cannot be reached now, or not with proof of who is calling. Nothing was done. Try again.',
  },
  OAUTH_UNAVAILABLE: {
    status: 503,
    rpc: 50306,
    challenge: 'none',
    hint: 'Sign-in does not work now: the identity provider, or the secrets that the gateway needs for it, cannot be had. Try again.',
    retryAfter: 5,
  },
  TOOL_TIMEOUT: {
    status: 504,
    rpc: 50401,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'The tool did not finish in time. Its effect may have happened: check before you repeat it.',
  },
  OUTCOME_UNKNOWN: {
    status: 504,
    rpc: 50402,
    mcpStatus: IN_BAND,
    challenge: 'none',
    hint: 'Whether the call had its effect is not known, because the answer to it was lost. Check before you repeat it.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export function errorRow(code: ErrorCode): ErrorRow {
  return ERRORS[code];
}
