import type { GatewayConfig } from '../core/config.ts';
import { GatewayError } from '../core/errors.ts';
import { isObject, type JsonObject, own } from '../core/json-object.ts';
import type { Prompt } from '../prompts/define-prompt.ts';
import { isImplementation, type Message } from '../protocol/read-message.ts';
import { type Era, revisionsOf } from '../protocol/revisions.ts';
import type { Registry } from '../registry/index.ts';
import type { Resource } from '../resources/define-resource.ts';
import { describeTool } from './describe-tool.ts';
import type { FeatureKind } from './find.ts';

/** What the answer to a method without a target depends on. */
export interface MethodContext {
  readonly config: GatewayConfig;
  readonly message: Message;
  readonly capabilities: JsonObject;
  /** What this user may see, in the order of the registry. */
  readonly visible: Registry;
}

/** The methods served, as data: one row each. A method that is not here does not exist. */
export interface Method {
  readonly eras: readonly Era[];
  /** The capability it belongs to: without it, the method does not exist either. */
  readonly needs?: 'prompts' | 'resources' | 'completions';
  /** Written to the audit trail, not only to the log. */
  readonly recorded: boolean;
  /** Its modern result carries `ttlMs` and `cacheScope`. */
  readonly cacheable: boolean;
  /** Either it answers by itself, or it acts on something that its parameters name. */
  readonly answer?: (context: MethodContext) => JsonObject;
  readonly acts?: FeatureKind;
}

const BOTH = ['modern', 'legacy'] as const;
const LISTED = { recorded: false, cacheable: true } as const;
const INSTRUCTIONS = 'Tools act for the signed-in user. Every call is recorded with the user, the client and the tool.';

export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['initialize', { eras: ['legacy'], recorded: false, cacheable: false, answer: initialize }],
  ['ping', { eras: ['legacy'], recorded: false, cacheable: false, answer: () => ({}) }],
  ['server/discover', { eras: ['modern'], ...LISTED, answer: discover }],
  ['tools/list', { eras: BOTH, ...LISTED, answer: listTools }],
  ['tools/call', { eras: BOTH, recorded: true, cacheable: false, acts: 'tool' }],
  ['prompts/list', { eras: BOTH, needs: 'prompts', ...LISTED, answer: listPrompts }],
  ['prompts/get', { eras: BOTH, needs: 'prompts', recorded: true, cacheable: false, acts: 'prompt' }],
  ['resources/list', { eras: BOTH, needs: 'resources', ...LISTED, answer: listResources }],
  ['resources/templates/list', { eras: BOTH, needs: 'resources', ...LISTED, answer: listTemplates }],
  ['resources/read', { eras: BOTH, needs: 'resources', recorded: true, cacheable: true, acts: 'resource' }],
  ['completion/complete', { eras: BOTH, needs: 'completions', recorded: true, cacheable: false, acts: 'completion' }],
]);

/** Nothing here changes while a client looks, so no `listChanged` is offered: it would oblige a stream. */
export function capabilitiesOf({ prompts, resources }: Registry): JsonObject {
  const completes = [...prompts, ...resources].some(({ completers }) => completers.size > 0);
  return {
    tools: {},
    ...(prompts.length === 0 ? {} : { prompts: {} }),
    ...(resources.length === 0 ? {} : { resources: {} }),
    ...(completes ? { completions: {} } : {}),
  };
}

function initialize({ config, message, capabilities }: MethodContext): JsonObject {
  const { params } = message;
  const isComplete = typeof own(params, 'protocolVersion') === 'string' && isObject(own(params, 'capabilities'));
  if (!isComplete || !isImplementation(own(params, 'clientInfo'))) {
    throw new GatewayError('INVALID_PARAMS', { reason: 'handshake_incomplete' });
  }
  return {
    protocolVersion: message.revision.name,
    capabilities,
    serverInfo: { name: config.service, version: config.version },
    instructions: INSTRUCTIONS,
  };
}

/** Messages of a call go to whoever asks for them in that request. In the legacy era nobody could, see notices.ts. */
function discover({ capabilities }: MethodContext): JsonObject {
  const offered = { ...capabilities, logging: {} };
  return { supportedVersions: revisionsOf('modern'), capabilities: offered, instructions: INSTRUCTIONS };
}

function listTools({ config, message, visible }: MethodContext): JsonObject {
  refuseCursor(message);
  return { tools: visible.tools.map((tool) => describeTool(config, tool)) };
}

function listPrompts({ message, visible }: MethodContext): JsonObject {
  refuseCursor(message);
  return { prompts: visible.prompts.map(describePrompt) };
}

function listResources({ message, visible }: MethodContext): JsonObject {
  refuseCursor(message);
  return { resources: visible.resources.filter(({ uri }) => uri !== undefined).map(describeResource) };
}

function listTemplates({ message, visible }: MethodContext): JsonObject {
  refuseCursor(message);
  return { resourceTemplates: visible.resources.filter(({ uri }) => uri === undefined).map(describeResource) };
}

/** A list fits one page, so no cursor was ever handed out. */
function refuseCursor({ params }: Message): void {
  const cursor = own(params, 'cursor');
  if (cursor !== undefined && cursor !== '') throw new GatewayError('INVALID_PARAMS', { reason: 'cursor_unknown' });
}

function describePrompt({ name, title, description, arguments: args }: Prompt): JsonObject {
  return { name, title, description, arguments: args };
}

function describeResource(resource: Resource): JsonObject {
  const { uri, uriTemplate, name, title, description, mimeType, annotations } = resource;
  const where = uri === undefined ? { uriTemplate } : { uri };
  return { ...where, name, title, description, mimeType, ...(annotations === undefined ? {} : { annotations }) };
}
