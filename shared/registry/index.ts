import type { BackendTable } from '../backend/definition.ts';
import { BACKENDS } from '../backends/index.ts';
import { type BackendsSettings, hasAddress } from '../core/backend-settings.ts';
import type { Prompt } from '../prompts/define-prompt.ts';
import * as prompts from '../prompts/index.ts';
import type { Resource } from '../resources/define-resource.ts';
import * as resources from '../resources/index.ts';
import type { Tool } from '../tools/define-tool.ts';
import * as tools from '../tools/index.ts';

/** Everything that a gateway offers to its users. */
export interface Registry {
  readonly tools: readonly Tool[];
  readonly prompts: readonly Prompt[];
  readonly resources: readonly Resource[];
  /** What they call. */
  readonly backends: BackendTable;
}

/** What the index files list, in the order of their names there. */
export const deployed: Registry = {
  tools: Object.values(tools),
  prompts: Object.values<Prompt>(prompts),
  resources: Object.values<Resource>(resources),
  backends: BACKENDS,
};

/** What is left where some backends have no address: a tool is offered with its backend or not at all. */
export function offeredWith(registry: Registry, settings: BackendsSettings = {}): Registry {
  const works = ({ backend }: { readonly backend?: string }) => backend === undefined || hasAddress(settings, backend);
  return {
    ...registry,
    tools: registry.tools.filter(works),
    prompts: registry.prompts.filter(works),
    resources: registry.resources.filter(works),
  };
}

/** Every logical scope that something here needs, sorted: what metadata and challenges offer. */
export function scopesOf({ tools, prompts, resources }: Omit<Registry, 'backends'>): readonly string[] {
  return [...new Set([...tools, ...prompts, ...resources].flatMap(({ scopes }) => scopes))].sort();
}

/** Logical scope → titles of what needs it, for people. */
export function titlesByScope({ tools, prompts, resources }: Registry): ReadonlyMap<string, readonly string[]> {
  const titles = new Map<string, string[]>();
  for (const { title, scopes } of [...tools, ...prompts, ...resources]) {
    for (const scope of scopes) titles.set(scope, [...(titles.get(scope) ?? []), title]);
  }
  return titles;
}

/** @throws Error at start when two tools, prompts or resources have one name, or two resources one URI */
export function requireUnique({ tools, prompts, resources }: Registry): void {
  for (const [kind, list] of Object.entries({ tools, prompts, resources })) {
    if (new Set(list.map(({ name }) => name)).size !== list.length) throw new Error(`two ${kind} have the same name`);
  }
  const uris = resources.map(({ uri, uriTemplate }) => uri ?? uriTemplate);
  if (new Set(uris).size !== uris.length) throw new Error('two resources have the same URI');
}

/** For the synthesis, so that no schema is deployed that MCP does not allow. @throws Error naming the tool */
export function requireDescribed({ tools }: Registry): void {
  for (const { inputSchema, outputSchema, paramHeaders } of tools) void [inputSchema, outputSchema, paramHeaders];
}
