import { toWireScopes } from '../auth/scopes.ts';
import type { GatewayConfig } from '../core/config.ts';
import { GatewayError } from '../core/errors.ts';
import { type JsonObject, own } from '../protocol/jsonrpc.ts';
import type { Message } from '../protocol/read-message.ts';
import { type Era, revisionsOf } from '../protocol/revisions.ts';
import type { Tool } from '../tools/define-tool.ts';

/** What the answer to a method without a target depends on. */
export interface MethodContext {
  readonly config: GatewayConfig;
  readonly message: Message;
  /** The tools this user may see, in the order of the registry. */
  readonly listed: readonly Tool[];
}

/** The methods served, as data: one row each. A method that is not here does not exist. */
export interface Method {
  readonly eras: readonly Era[];
  /** Written to the audit trail, not only to the log. */
  readonly recorded: boolean;
  /** Its modern result carries `ttlMs` and `cacheScope`. */
  readonly cacheable: boolean;
  /** Absent: the method acts on a tool that its parameters name. */
  readonly answer?: (context: MethodContext) => JsonObject;
}

const BOTH = ['modern', 'legacy'] as const;
/** Nothing here changes while a client looks, so `listChanged` is not offered: it would oblige a stream. */
const CAPABILITIES = { tools: {} } as const;
const INSTRUCTIONS = 'Tools act for the signed-in user. Every call is recorded with the user, the client and the tool.';

export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['initialize', { eras: ['legacy'], recorded: false, cacheable: false, answer: initialize }],
  ['ping', { eras: ['legacy'], recorded: false, cacheable: false, answer: () => ({}) }],
  ['server/discover', { eras: ['modern'], recorded: false, cacheable: true, answer: discover }],
  ['tools/list', { eras: BOTH, recorded: false, cacheable: true, answer: listTools }],
  ['tools/call', { eras: BOTH, recorded: true, cacheable: false }],
]);

function initialize({ config, message }: MethodContext): JsonObject {
  if (typeof own(message.params, 'protocolVersion') !== 'string') {
    throw new GatewayError('INVALID_PARAMS', { reason: 'protocol_version_missing' });
  }
  return {
    protocolVersion: message.revision.name,
    capabilities: CAPABILITIES,
    serverInfo: { name: config.service, version: config.version },
    instructions: INSTRUCTIONS,
  };
}

function discover(): JsonObject {
  return { supportedVersions: revisionsOf('modern'), capabilities: CAPABILITIES, instructions: INSTRUCTIONS };
}

function listTools({ config, message, listed }: MethodContext): JsonObject {
  const cursor = own(message.params, 'cursor');
  // All tools fit one page, so no cursor was ever handed out.
  if (cursor !== undefined && cursor !== '') throw new GatewayError('INVALID_PARAMS', { reason: 'cursor_unknown' });
  return { tools: listed.map((tool) => describeTool(config, tool)) };
}

/** ChatGPT reads `securitySchemes` at the top, other hosts in `_meta`. */
function describeTool(config: GatewayConfig, tool: Tool): JsonObject {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  const securitySchemes = [{ type: 'oauth2', scopes: toWireScopes(config, tool.scopes) }];
  return {
    name,
    title,
    description,
    inputSchema,
    outputSchema,
    annotations,
    securitySchemes,
    _meta: { securitySchemes },
  };
}
