import { GatewayError } from '../../shared/core/errors.ts';
import type { HttpEvent, HttpResponse, Invocation, Step } from './chain.ts';
import { withHeaders } from './http.ts';
import type { RequestContext } from './request-context.ts';

/**
 * CORS is answered here and not by the HTTP API, which has one origin list for every route: well-known documents are
 * open to any origin, /mcp and /tools only to the configured list (docs/adr/0002).
 */
export type AllowedOrigins = '*' | readonly string[];

const ALLOW_HEADERS =
  'authorization, content-type, accept, mcp-protocol-version, mcp-method, mcp-name, mcp-session-id, last-event-id';
const EXPOSE_HEADERS =
  'WWW-Authenticate, MCP-Protocol-Version, Mcp-Session-Id, Retry-After, X-Request-Id, X-Gatehouse-Audit';
const PREFLIGHT_SECONDS = '7200';

/** Refuses a web origin that is not on the list (DNS rebinding; MCP transports). No Origin header: not a browser, allowed. */
export function checkOrigin(allowed: AllowedOrigins): Step<Invocation & RequestContext, object> {
  return {
    name: 'checkOrigin',
    before: ({ http }) => {
      const origin = http.headers['origin'];
      if (origin !== undefined && !isAllowed(allowed, origin)) {
        throw new GatewayError('ORIGIN_NOT_ALLOWED', { reason: 'origin_not_allowed' });
      }
      return {};
    },
    seal: (call, response) => withHeaders(response, corsHeaders(allowed, call.event)),
  };
}

export function isPreflight(event: HttpEvent): boolean {
  return event.requestContext.http.method === 'OPTIONS';
}

/** Answers OPTIONS without a token. `methods` is what the route serves. */
export function answerPreflight(event: HttpEvent, allowed: AllowedOrigins, methods: string): HttpResponse {
  const cors = corsHeaders(allowed, event);
  // The chain, which adds it to every other answer, is not run.
  const headers = { ...cors, allow: methods, 'x-content-type-options': 'nosniff' };
  if (!cors['access-control-allow-origin']) return { statusCode: 204, headers };
  return {
    statusCode: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': methods,
      'access-control-allow-headers': requestedHeaders(event),
      'access-control-max-age': PREFLIGHT_SECONDS,
    },
  };
}

function corsHeaders(allowed: AllowedOrigins, event: HttpEvent): Record<string, string> {
  if (allowed === '*') return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSE_HEADERS };
  const origin = event.headers['origin'];
  if (origin === undefined || !isAllowed(allowed, origin)) return { vary: 'Origin' };
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSE_HEADERS,
    vary: 'Origin',
  };
}

/** The fixed list, and any well-formed `mcp-param-*` the browser asks for (a wildcard would not cover Authorization). */
function requestedHeaders(event: HttpEvent): string {
  const asked = (event.headers['access-control-request-headers'] ?? '').toLowerCase().split(',', 50);
  const params = asked.map((name) => name.trim()).filter((name) => /^mcp-param-[a-z0-9_-]{1,64}$/.test(name));
  return [ALLOW_HEADERS, ...params].join(', ');
}

function isAllowed(allowed: AllowedOrigins, origin: string): boolean {
  return allowed === '*' || allowed.includes(origin);
}
