/** JSON-RPC messages as clients of the two eras send them. */
export function legacy(method: string, params: object = {}, id: string | number = 1) {
  return { jsonrpc: '2.0', id, method, params };
}

export const MODERN = '2026-07-28';

/** `initialize` with everything that the schema requires. */
export function handshake(protocolVersion: string, id: string | number = 1) {
  return legacy('initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } }, id);
}

export function modern(method: string, params: object = {}, id: string | number = 1) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const given = '_meta' in params ? (params as { _meta: object })._meta : {};
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...meta, ...given } } };
}

export function modernHeaders(method: string, name?: string): Record<string, string> {
  const named: Record<string, string> = name === undefined ? {} : { 'mcp-name': name };
  return { 'mcp-protocol-version': MODERN, 'mcp-method': method, ...named };
}
