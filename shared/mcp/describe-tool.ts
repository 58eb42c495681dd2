import { hash } from 'node:crypto';
import { toWireScopes } from '../auth/scopes.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { GatewayConfig } from '../core/config.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Tool } from '../tools/define-tool.ts';

/** ChatGPT reads `securitySchemes` at the top, other hosts in `_meta`. */
export function describeTool(config: GatewayConfig, tool: Tool): JsonObject {
  const { name, title, description, inputSchema, outputSchema, annotations, idempotency } = tool;
  const securitySchemes = [{ type: 'oauth2', scopes: toWireScopes(config, tool.scopes) }];
  return {
    name,
    title,
    description,
    inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    annotations,
    securitySchemes,
    _meta: { securitySchemes, ...(idempotency === undefined ? {} : { 'gatehouse/idempotency': idempotency }) },
  };
}

/**
 * Tells definitions of a tool apart as clients see them: the first 96 bits of the SHA-256 of its canonical JSON, base64url.
 * Made with the first call of the tool, since it needs the tool's schemas.
 */
export function rememberVersions(config: GatewayConfig): (tool: Tool) => string {
  const known = new Map<string, string>();
  return (tool) => {
    const found = known.get(tool.name);
    if (found !== undefined) return found;
    const published: unknown = JSON.parse(JSON.stringify(describeTool(config, tool)));
    const version = hash('sha256', canonicalJson(published), 'base64url').slice(0, 16);
    known.set(tool.name, version);
    return version;
  };
}
