import { isObject, type JsonObject, own } from '../core/json-object.ts';

/** JSON-RPC 2.0 as MCP uses it: ids are strings or integers, `params` is an object. */
export type JsonRpcId = string | number;

const NOTHING: JsonObject = Object.freeze({});

export type Envelope =
  | { readonly kind: 'request'; readonly id: JsonRpcId; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'response' };

/** What kind of message a parsed body is, or undefined when it is none. Arrays are none. */
export function readEnvelope(body: unknown): Envelope | undefined {
  if (!isObject(body) || own(body, 'jsonrpc') !== '2.0') return undefined;
  const method = own(body, 'method');
  if (method === undefined && isResponse(body)) return { kind: 'response' };
  const params = Object.hasOwn(body, 'params') ? body['params'] : NOTHING;
  if (typeof method !== 'string' || !isParams(params)) return undefined;
  if (!Object.hasOwn(body, 'id')) return { kind: 'notification', method, params };
  const id = readId(body);
  return id === undefined ? undefined : { kind: 'request', id, method, params };
}

/** The id of a message, where it has a legal one. */
export function readId(body: unknown): JsonRpcId | undefined {
  const id = isObject(body) ? own(body, 'id') : undefined;
  return isId(id) ? id : undefined;
}

function isId(value: unknown): value is JsonRpcId {
  return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value));
}

/** As the schema has it: `null` is no structured value, `_meta` is a map, and a progress token is like an id. */
function isParams(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  const meta = Object.hasOwn(value, '_meta') ? value['_meta'] : NOTHING;
  return isObject(meta) && (!Object.hasOwn(meta, 'progressToken') || isId(meta['progressToken']));
}

/** An error may lack the id that could not be read (schema, JSONRPCErrorResponse). */
function isResponse(body: JsonObject): boolean {
  const isError = Object.hasOwn(body, 'error');
  if (isError === Object.hasOwn(body, 'result')) return false;
  return readId(body) !== undefined || (isError && !Object.hasOwn(body, 'id'));
}
