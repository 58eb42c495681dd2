import type { Annotations } from '@modelcontextprotocol/server';
import { InputRequired } from '../features/ask.ts';
import { type Completer, completersOf } from '../features/completion.ts';
import { type CallContext, type Feature, type Outcome, requireName } from '../features/feature.ts';
import { parseUriTemplate } from './uri-template.ts';

/** Text or bytes. Undefined: there is no such resource for this user, and the answer is that of an unknown one. */
type Returned = string | Uint8Array | undefined | InputRequired;

interface Described {
  /** 1 to 128 characters of `A-Z a-z 0-9 _ . -`; what the trail shows. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** Logical scopes, all needed. `[]` means any signed-in user and has to be written out. */
  readonly scopes: readonly string[];
  /** Any one of these roles. Users without one neither see nor read the resource. */
  readonly roles?: readonly string[];
  readonly annotations?: Annotations;
}

export interface ResourceDefinition extends Described {
  readonly uri: string;
  readonly read: (context: CallContext) => Returned | Promise<Returned>;
}

export interface ResourceTemplateDefinition<Name extends string> extends Described {
  /** RFC 6570 level 1: `notes://{id}`. */
  readonly uriTemplate: string;
  readonly complete?: Readonly<Partial<Record<Name, Completer>>>;
  readonly read: (variables: ReadonlyMap<string, string>, context: CallContext) => Returned | Promise<Returned>;
}

export interface Resource extends Described, Feature {
  /** Exactly one of the two. */
  readonly uri: string | undefined;
  readonly uriTemplate: string | undefined;
  readonly completers: ReadonlyMap<string, Completer>;
  /** The variables of a URI that this resource serves, or undefined. */
  readonly match: (uri: string) => ReadonlyMap<string, string> | undefined;
}

const NO_VARIABLES: ReadonlyMap<string, string> = new Map();

/**
 * Declares a resource with a fixed URI; add it to the list in `shared/resources/index.ts` (docs/add-a-resource.md).
 *
 * @throws Error at start for a name or a URI that MCP does not allow
 */
export function defineResource({ uri, read, ...described }: ResourceDefinition): Resource {
  requireName('resource', described.name);
  if (!URL.canParse(uri)) throw new Error(`${uri} is no URI`);
  return {
    ...described,
    uri,
    uriTemplate: undefined,
    completers: new Map(),
    match: (asked) => (asked === uri ? NO_VARIABLES : undefined),
    call: async (_input, context) => toOutcome(uri, described.mimeType, await read(context)),
  };
}

/**
 * Declares resources by a URI template. A fixed URI goes before a template that would match it too.
 *
 * @throws Error at start for a name or a template that is not of level 1
 */
export function defineResourceTemplate<Name extends string>(definition: ResourceTemplateDefinition<Name>): Resource {
  const { uriTemplate, complete = {}, read, ...described } = definition;
  requireName('resource', described.name);
  const template = parseUriTemplate(uriTemplate);
  const completers = completersOf(complete);
  const stray = [...completers.keys()].find((name) => !template.variables.includes(name));
  if (stray !== undefined) throw new Error(`${uriTemplate} has no variable ${stray} to complete`);
  return {
    ...described,
    uri: undefined,
    uriTemplate,
    completers,
    match: template.match,
    call: async ({ uri }, context) => {
      const asked = String(uri);
      const variables = template.match(asked) ?? NO_VARIABLES;
      return toOutcome(asked, described.mimeType, await read(variables, context));
    },
  };
}

function toOutcome(uri: string, mimeType: string, read: Returned): Outcome {
  if (read === undefined) return { kind: 'failed', code: 'UNKNOWN_RESOURCE', message: '' };
  if (read instanceof InputRequired) return { kind: 'ask', ask: read };
  const body = typeof read === 'string' ? { text: read } : { blob: Buffer.from(read).toString('base64') };
  return { kind: 'done', result: { contents: [{ uri, mimeType, ...body }] } };
}
