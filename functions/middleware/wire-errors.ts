import { challengeHeader } from '../../shared/auth/challenge.ts';
import type { GatewayConfig } from '../../shared/core/config.ts';
import { errorRow } from '../../shared/core/error-table.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import type { Log } from '../../shared/core/logger.ts';
import type { Principal } from '../../shared/core/principal.ts';
import { type Address, addressOf, encodeError, encodeResult, restError } from '../../shared/protocol/encode.ts';
import type { Message } from '../../shared/protocol/read-message.ts';
import type { HttpResponse, Invocation, Step } from './chain.ts';
import { json } from './http.ts';

/** Of a refusal: its challenge, `Retry-After` and `Allow`. */
export type RefusalHeaders = Record<string, string>;

export interface WireErrorsOptions {
  readonly config: GatewayConfig;
  readonly log: Log;
  /** Logical scopes of every tool, for challenges. */
  readonly catalogue: readonly string[];
  /** Members to add to the plain-HTTP refusal, for `/debug-token`. */
  readonly explain?: (error: GatewayError) => object;
  /** Another form of the answer, where a route has one of its own. */
  readonly respond?: (call: Invocation, error: GatewayError, headers: RefusalHeaders) => HttpResponse | undefined;
}

/** What may be known by the time something is refused. */
interface Known {
  readonly body?: unknown;
  readonly message?: Message;
  readonly principal?: Principal;
}

/** The one place where an error becomes an answer: HTTP status, challenge, body. First in, last to see an error. */
export function wireErrors(options: WireErrorsOptions): Step<Invocation, object> {
  return {
    name: 'wireErrors',
    onError: (call, thrown) => {
      const error = toGatewayError(thrown, options.log);
      const known = call as typeof call & Known;
      const requestId = call.event.requestContext.requestId;
      const challenge = challengeHeader(options.config, error, {
        catalogue: options.catalogue,
        granted: known.principal?.scopes ?? [],
        issuer: known.principal?.issuer,
      });
      const headers = refusalHeaders(error, challenge);
      const own = options.respond?.(call, error, headers);
      if (own !== undefined) return own;
      if (!isMcp(call)) {
        const body = restError(error.code, error.hint, requestId, options.explain?.(error));
        return json(errorRow(error.code).status, body, headers);
      }
      if (challenge !== undefined && wantsToolLevelLogin(error, known.message)) {
        return json(200, encodeResult(known.message, loginResult(error, challenge), options.config));
      }
      const address = addressOf(known.body);
      return json(statusOf(error, address), encodeError(address, rpcError(error, requestId, challenge)), headers);
    },
  };
}

function toGatewayError(thrown: unknown, log: Log): GatewayError {
  if (thrown instanceof GatewayError) {
    if (errorRow(thrown.code).status >= 500) log.error('refused', { code: thrown.code, ...causeOf(thrown.cause) });
    return thrown;
  }
  // Our own defect: the class name and the place go to the log, the message may hold what a client sent.
  log.error('defect', causeOf(thrown));
  return new GatewayError('GATEWAY_ERROR', { reason: 'defect', cause: thrown });
}

function causeOf(cause: unknown): { readonly cause?: string; readonly at?: string } {
  if (!(cause instanceof Error)) return {};
  return { cause: cause.name, at: placeOf(cause) };
}

/** The first frame. A message may have lines that look like one, so what comes before its end is not looked at. */
function placeOf({ message, stack = '' }: Error): string {
  const start = stack.indexOf(message);
  if (start === -1) return '';
  const lines = stack.slice(start + message.length).split('\n');
  return lines.find((line) => line.startsWith('    at '))?.trim() ?? '';
}

function isMcp(call: Invocation): boolean {
  return call.event.rawPath === '/mcp';
}

function refusalHeaders(error: GatewayError, challenge: string | undefined): RefusalHeaders {
  const { retryAfter } = errorRow(error.code);
  return {
    ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(error.allow === undefined ? {} : { allow: error.allow.join(', ') }),
  };
}

function statusOf(error: GatewayError, address: Address): number {
  const row = errorRow(error.code);
  return row.mcpStatus?.[address.era] ?? row.status;
}

/** The challenge is repeated in the body, for clients behind something that renames or drops the header. */
function rpcError(error: GatewayError, requestId: string, challenge: string | undefined) {
  return {
    code: errorRow(error.code).rpc,
    message: error.hint,
    data: {
      code: error.code,
      hint: error.hint,
      docs: docsAnchor(error),
      requestId,
      ...(challenge === undefined ? {} : { challenge }),
      ...error.data,
    },
  };
}

function docsAnchor(error: GatewayError): string {
  return `docs/errors.md#${error.code.toLowerCase()}`;
}

/**
 * ChatGPT's login for one tool reads a 200 tool result; Claude and the SDK clients need the transport's 403. The
 * request's own `openai/*` metadata tells which; it only changes the form of the refusal.
 */
function wantsToolLevelLogin(error: GatewayError, message: Message | undefined): message is Message {
  // A prompt or a resource has no result that says so.
  if (error.code !== 'INSUFFICIENT_SCOPE' || message?.method !== 'tools/call') return false;
  return Object.keys(message.meta).some((key) => key.startsWith('openai/'));
}

function loginResult(error: GatewayError, challenge: string): { readonly [key: string]: unknown } {
  return {
    content: [{ type: 'text', text: error.hint }],
    isError: true,
    _meta: { 'mcp/www_authenticate': [challenge] },
  };
}
