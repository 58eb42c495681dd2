import type { GatewayConfig } from '../core/config.ts';
import type { ErrorCode } from '../core/error-table.ts';
import type { JsonObject } from '../core/json-object.ts';
import { type JsonRpcId, readId } from './jsonrpc.ts';
import { claimsModern, type Message } from './read-message.ts';
import type { Era } from './revisions.ts';

/** Where an answer goes: the id to echo, and the era whose rules it follows. */
export interface Address {
  readonly id: JsonRpcId | undefined;
  readonly era: Era;
}

/** Best effort, for errors thrown before a Message exists. Without a readable id there is none in the answer. */
export function addressOf(body: unknown): Address {
  return { id: readId(body), era: claimsModern(body) ? 'modern' : 'legacy' };
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data: JsonObject;
}

export function encodeError({ id }: Address, error: RpcError): JsonObject {
  return { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error };
}

/** Lists depend on the caller's scopes, so a shared cache must not keep them. */
const CACHE_HINTS = { ttlMs: 60_000, cacheScope: 'private' } as const;

export type ServerInfo = Pick<GatewayConfig, 'service' | 'version'>;

export interface ResultOptions {
  /** Adds the caching members that results of lists and of discovery require (schema 2026-07-28). */
  readonly cacheable: boolean;
}

/** The members every modern result has go in here; legacy results carry none of them. */
export function encodeResult(
  message: Message,
  result: JsonObject,
  server: ServerInfo,
  { cacheable }: ResultOptions = { cacheable: false },
): JsonObject {
  const answer = message.revision.era === 'modern' ? modernResult(result, server, cacheable) : result;
  return { jsonrpc: '2.0', ...(message.id === undefined ? {} : { id: message.id }), result: answer };
}

function modernResult(result: JsonObject, { service, version }: ServerInfo, cacheable: boolean): JsonObject {
  const meta = (result['_meta'] ?? {}) as JsonObject;
  return {
    resultType: 'complete',
    ...result,
    ...(cacheable ? CACHE_HINTS : {}),
    _meta: { ...meta, 'io.modelcontextprotocol/serverInfo': { name: service, version } },
  };
}

/** The plain-HTTP door's refusal: one shape for every code. */
export function restError(code: ErrorCode, message: string, requestId: string, more: object = {}): JsonObject {
  return { ok: false, error: { code, message, ...more }, requestId };
}
