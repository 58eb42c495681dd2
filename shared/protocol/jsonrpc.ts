/** JSON-RPC 2.0 as MCP uses it: ids are strings or integers, `params` is an object. */
export type JsonRpcId = string | number;
export type JsonObject = Readonly<Record<string, unknown>>;

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
  return typeof id === 'string' || (typeof id === 'number' && Number.isInteger(id)) ? id : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only: `__proto__` and `constructor` are names like any other. */
export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function ownObject(object: JsonObject, name: string): JsonObject {
  const value = own(object, name);
  return isObject(value) ? value : NOTHING;
}

/** `null` is no structured value, and `_meta` is a map wherever it occurs (schema, RequestParams). */
function isParams(value: unknown): value is JsonObject {
  return isObject(value) && (!Object.hasOwn(value, '_meta') || isObject(value['_meta']));
}

function isResponse(body: JsonObject): boolean {
  return readId(body) !== undefined && Object.hasOwn(body, 'result') !== Object.hasOwn(body, 'error');
}
