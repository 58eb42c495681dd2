import type { CallContext, Feature } from './feature.ts';

/** Suggestions for one argument, best first. `given` holds the other arguments so far. */
export type Completer = (
  typed: string,
  context: CallContext & { readonly given: ReadonlyMap<string, string> },
) => readonly string[] | Promise<readonly string[]>;

export interface CompletionInput {
  readonly argument: string;
  readonly typed: string;
  readonly given: ReadonlyMap<string, string>;
}

/** MCP server/utilities/completion: at most 100 values an answer. */
const MAX_VALUES = 100;

/** Completing an argument is a use of its prompt or resource: the same scopes, the same decision. */
export function completionOf(
  { name, scopes, roles }: Feature,
  completers: ReadonlyMap<string, Completer>,
  { argument, typed, given }: CompletionInput,
): Feature {
  return {
    name,
    scopes,
    ...(roles === undefined ? {} : { roles }),
    call: async (_input, context) => {
      const found = (await completers.get(argument)?.(typed, { ...context, given })) ?? [];
      const values = found.slice(0, MAX_VALUES);
      return {
        kind: 'done',
        result: { completion: { values, total: found.length, hasMore: found.length > values.length } },
      };
    },
  };
}

/** The completers that a definition declares, by argument. */
export function completersOf(
  declared: Readonly<Record<string, Completer | undefined>>,
): ReadonlyMap<string, Completer> {
  const present = Object.entries(declared).filter((entry): entry is [string, Completer] => entry[1] !== undefined);
  return new Map(present);
}
