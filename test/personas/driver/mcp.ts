import type { Protocol } from '../persona.ts';
import { type Challenge, readChallenge } from './challenge.ts';
import { stop } from './stopped.ts';
import type { Answer, Wire } from './wire.ts';

export type Reply =
  | { readonly kind: 'result'; readonly result: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unauthorized'; readonly challenge: Challenge | undefined }
  /** 403, or a tool result that asks for a sign-in. */
  | {
      readonly kind: 'forbidden';
      readonly by: 'status' | 'tool result';
      readonly challenge: Challenge | undefined;
      readonly code: string;
    };

/** The client's side of MCP over Streamable HTTP, in the revision that it speaks. */
export interface Mcp {
  /** The first message; without a token it is how a client finds out that it needs one. */
  open(token: string | undefined): Promise<Reply>;
  /** What follows before the first list. */
  settle(token: string): Promise<void>;
  request(token: string, method: string, params: Readonly<Record<string, unknown>>): Promise<Reply>;
}

const PREFIX = 'io.modelcontextprotocol';
const BOTH = 'application/json, text/event-stream';

export function createMcp(wire: Wire, url: string, protocol: Protocol): Mcp {
  return protocol.revision === '2026-07-28' ? createModern(wire, url, protocol) : createLegacy(wire, url, protocol);
}

function createModern(wire: Wire, url: string, { revision, clientInfo, meta = {} }: Protocol): Mcp {
  let id = 0;
  const request: Mcp['request'] = async (token, method, params) => {
    const _meta = {
      ...meta,
      [`${PREFIX}/protocolVersion`]: revision,
      [`${PREFIX}/clientCapabilities`]: {},
      [`${PREFIX}/clientInfo`]: clientInfo,
    };
    const named = typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {};
    const headers = { 'mcp-protocol-version': revision, 'mcp-method': method, ...named };
    id += 1;
    const message = { jsonrpc: '2.0', id, method, params: { ...params, _meta } };
    return readReply(id, await wire.postJson(url, message, { accept: BOTH, ...headers, ...bearer(token) }));
  };
  return {
    open: (token) => request(token ?? '', 'server/discover', {}),
    settle: async () => undefined,
    request,
  };
}

function createLegacy(wire: Wire, url: string, { revision, clientInfo, opensStream, meta }: Protocol): Mcp {
  let id = 0;
  const version = { 'mcp-protocol-version': revision };
  const send = async (token: string, method: string, params: object, headers: Readonly<Record<string, string>>) => {
    const message = {
      jsonrpc: '2.0',
      id: id++,
      method,
      params: meta === undefined ? params : { ...params, _meta: meta },
    };
    const answer = await wire.postJson(url, message, { accept: BOTH, ...headers, ...bearer(token) });
    return readReply(message.id, answer);
  };
  return {
    open: (token) => send(token ?? '', 'initialize', { protocolVersion: revision, capabilities: {}, clientInfo }, {}),
    settle: async (token) => {
      const headers = { ...version, ...bearer(token) };
      const told = { jsonrpc: '2.0', method: 'notifications/initialized' };
      const { status } = await wire.postJson(url, told, { accept: BOTH, ...headers });
      if (status !== 202) stop('connect', `http_${status}`, `notifications/initialized was answered ${status}`);
      if (!opensStream) return;
      const stream = await wire.get(url, { ...headers, accept: 'text/event-stream' });
      if (stream.status !== 405) stop('connect', `http_${stream.status}`, `GET was answered ${stream.status}`);
    },
    request: (token, method, params) => send(token, method, params, version),
  };
}

function bearer(token: string): Readonly<Record<string, string>> {
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}

function readReply(id: number, { status, headers, json, text }: Answer): Reply {
  const challenge = readChallenge(headers.get('www-authenticate'));
  if (status === 401) return { kind: 'unauthorized', challenge };
  const error = json?.['error'] as { readonly data?: { readonly code?: string }; readonly code?: number } | undefined;
  const code = error?.data?.code ?? String(error?.code ?? `http_${status}`);
  if (status === 403) return { kind: 'forbidden', by: 'status', challenge, code };
  const result = json?.['result'] as Readonly<Record<string, unknown>> | undefined;
  if (status !== 200 || result === undefined) return stop('call', code, `answered ${status}: ${text.slice(0, 200)}`);
  if (json?.['id'] !== id) return stop('call', 'other_id', 'the answer is to another request');
  const inResult = readChallenge(toolChallenge(result));
  if (inResult !== undefined)
    return { kind: 'forbidden', by: 'tool result', challenge: inResult, code: inResult.error ?? '' };
  return { kind: 'result', result };
}

/** ChatGPT starts a sign-in for one tool from this, and from nothing else: error and description have to be there. */
function toolChallenge(result: Readonly<Record<string, unknown>>): string | undefined {
  const meta = result['_meta'] as Readonly<Record<string, unknown>> | undefined;
  const asked = meta?.['mcp/www_authenticate'];
  const header = Array.isArray(asked) ? asked[0] : asked;
  if (result['isError'] !== true || typeof header !== 'string') return undefined;
  return /error="/.test(header) && /error_description="/.test(header) ? header : undefined;
}
