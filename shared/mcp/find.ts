import type { ErrorCode } from '../core/error-table.ts';
import { GatewayError } from '../core/errors.ts';
import { isObject, type JsonObject, own, ownObject } from '../core/json-object.ts';
import { completionOf } from '../features/completion.ts';
import type { Feature } from '../features/feature.ts';
import type { Prompt } from '../prompts/define-prompt.ts';
import type { Registry } from '../registry/index.ts';
import type { Resource } from '../resources/define-resource.ts';
import type { Tool } from '../tools/define-tool.ts';

export type FeatureKind = 'tool' | 'prompt' | 'resource' | 'completion';

/** What a message asks for by name, or undefined when there is no such thing. */
export interface Found {
  readonly feature: Feature;
  readonly input: JsonObject;
}

export interface Wanted {
  readonly kind: FeatureKind;
  /** What the message named: a client's text. */
  readonly requested: string;
  readonly found: Found | undefined;
  /** What the message gave along, for the trail. */
  readonly given: JsonObject;
  /** The refusal for something that is not there. */
  readonly unknown: ErrorCode;
}

export interface Finder {
  /** @throws GatewayError INVALID_PARAMS when the parameters name nothing */
  find(kind: FeatureKind, params: JsonObject): Wanted;
  /** The same for a record of a call that may be malformed. Never throws. */
  peek(kind: FeatureKind, params: JsonObject): Wanted;
  tool(name: string): Tool | undefined;
}

const UNKNOWN = { tool: 'UNKNOWN_TOOL', prompt: 'UNKNOWN_PROMPT', resource: 'UNKNOWN_RESOURCE' } as const;

export function createFinder({ tools, prompts, resources }: Registry): Finder {
  // Maps: `toString` and `__proto__` are unknown names like any other.
  const toolsByName = new Map(tools.map((tool) => [tool.name, tool]));
  const promptsByName = new Map(prompts.map((prompt) => [prompt.name, prompt]));
  // Fixed URIs before templates that would match them too.
  const byUri = [...resources].sort((a, b) => Number(a.uri === undefined) - Number(b.uri === undefined));
  const resourceAt = (uri: string) => byUri.find((resource) => resource.match(uri) !== undefined);

  const ownerOf = ({ type, requested }: Reference): Prompt | Resource | undefined =>
    type === 'ref/prompt'
      ? promptsByName.get(requested)
      : byUri.find(({ uri, uriTemplate }) => (uriTemplate ?? uri) === requested);

  const find = (kind: FeatureKind, params: JsonObject): Wanted => {
    if (kind === 'completion') return findCompletion(params, ownerOf);
    if (kind === 'resource') {
      const uri = textOf(params, 'uri');
      const feature = resourceAt(uri);
      const input = { uri };
      return { kind, requested: uri, given: input, found: feature && { feature, input }, unknown: UNKNOWN.resource };
    }
    const name = textOf(params, 'name');
    const input = Object.hasOwn(params, 'arguments') ? params['arguments'] : {};
    if (!isObject(input)) throw new GatewayError('INVALID_PARAMS', { reason: 'arguments_not_an_object' });
    const feature = (kind === 'tool' ? toolsByName : promptsByName).get(name);
    return { kind, requested: name, given: input, found: feature && { feature, input }, unknown: UNKNOWN[kind] };
  };
  return {
    find,
    peek: (kind, params) => {
      try {
        return find(kind, params);
      } catch {
        return { kind, requested: '', given: {}, found: undefined, unknown: 'INVALID_PARAMS' };
      }
    },
    tool: (name) => toolsByName.get(name),
  };
}

interface Reference {
  readonly type: 'ref/prompt' | 'ref/resource';
  readonly requested: string;
}

/** An argument is completed for whoever may use its prompt or resource. */
function findCompletion(params: JsonObject, ownerOf: (ref: Reference) => Prompt | Resource | undefined): Wanted {
  const reference = readReference(params);
  const owner = ownerOf(reference);
  const found = owner && { feature: completionOf(owner, owner.completers, readArgument(params)), input: {} };
  const unknown = reference.type === 'ref/prompt' ? UNKNOWN.prompt : UNKNOWN.resource;
  return { kind: 'completion', requested: reference.requested, given: ownObject(params, 'argument'), found, unknown };
}

function readReference(params: JsonObject): Reference {
  const ref = ownObject(params, 'ref');
  const type = textOf(ref, 'type');
  if (type === 'ref/prompt') return { type, requested: textOf(ref, 'name') };
  if (type === 'ref/resource') return { type, requested: textOf(ref, 'uri') };
  throw new GatewayError('INVALID_PARAMS', { reason: 'reference_unknown' });
}

function readArgument(params: JsonObject) {
  const argument = ownObject(params, 'argument');
  const given = Object.entries(ownObject(ownObject(params, 'context'), 'arguments'));
  return {
    argument: textOf(argument, 'name'),
    typed: textOf(argument, 'value'),
    given: new Map(given.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
  };
}

function textOf(object: JsonObject, name: string): string {
  const value = own(object, name);
  if (typeof value !== 'string') throw new GatewayError('INVALID_PARAMS', { reason: `${name}_missing` });
  return value;
}
