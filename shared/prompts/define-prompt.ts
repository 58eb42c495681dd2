import type { ContentBlock, PromptMessage } from '@modelcontextprotocol/server';
import type { JsonObject } from '../core/json-object.ts';
import { InputRequired } from '../features/ask.ts';
import { type Completer, completersOf } from '../features/completion.ts';
import { text } from '../features/content.ts';
import { type CallContext, type Feature, requireName } from '../features/feature.ts';

export interface PromptArgument {
  readonly description: string;
  readonly required?: boolean;
  readonly complete?: Completer;
}

/** Arguments of prompts are text. One that was not given is absent. */
export type PromptArguments<Name extends string> = Readonly<Partial<Record<Name, string>>>;

export interface PromptDefinition<Name extends string> {
  /** 1 to 128 characters of `A-Z a-z 0-9 _ . -`; part of the public interface. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Logical scopes, all needed. `[]` means any signed-in user and has to be written out. */
  readonly scopes: readonly string[];
  /** Any one of these roles. Users without one neither see nor get the prompt. */
  readonly roles?: readonly string[];
  readonly arguments: Readonly<Record<Name, PromptArgument>>;
  readonly get: (args: PromptArguments<Name>, context: CallContext) => Returned | Promise<Returned>;
}

type Returned = readonly PromptMessage[] | InputRequired;

export interface Prompt extends Feature, Pick<PromptDefinition<string>, 'title' | 'description'> {
  /** As `prompts/list` shows them. */
  readonly arguments: ReadonlyArray<{
    readonly name: string;
    readonly description: string;
    readonly required: boolean;
  }>;
  readonly completers: ReadonlyMap<string, Completer>;
}

/** One message of a prompt. */
export function said(role: 'user' | 'assistant', content: string | ContentBlock): PromptMessage {
  return { role, content: typeof content === 'string' ? text(content) : content };
}

/**
 * Declares a prompt; add it to the list in `shared/prompts/index.ts` (docs/add-a-prompt.md).
 *
 * @throws Error at start for a name that MCP does not allow
 */
export function definePrompt<Name extends string>(definition: PromptDefinition<Name>): Prompt {
  const { name, title, description, scopes, roles, get } = definition;
  requireName('prompt', name);
  const declared = Object.entries<PromptArgument>(definition.arguments);
  const listed = declared.map(([argument, { description: about, required = false }]) => ({
    name: argument,
    description: about,
    required,
  }));
  return {
    name,
    title,
    description,
    scopes,
    ...(roles === undefined ? {} : { roles }),
    arguments: listed,
    completers: completersOf(Object.fromEntries(declared.map(([argument, { complete }]) => [argument, complete]))),
    call: async (given, context) => {
      const problem = problemOf(given, listed);
      if (problem !== undefined) return { kind: 'failed', code: 'INVALID_ARGUMENTS', message: problem };
      const messages = await get(given as PromptArguments<Name>, context);
      if (messages instanceof InputRequired) return { kind: 'ask', ask: messages };
      return { kind: 'done', result: { description, messages } };
    },
  };
}

function problemOf(given: JsonObject, listed: Prompt['arguments']): string | undefined {
  const missing = listed.find(({ name, required }) => required && !Object.hasOwn(given, name));
  if (missing !== undefined) return `The argument ${missing.name} is missing.`;
  const known = new Set(listed.map(({ name }) => name));
  if (Object.keys(given).some((name) => !known.has(name)))
    return 'There is an argument that this prompt does not have.';
  return Object.values(given).every((value) => typeof value === 'string')
    ? undefined
    : 'Arguments of prompts are text.';
}
