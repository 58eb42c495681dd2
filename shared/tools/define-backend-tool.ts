import { BackendFailure, type Refusal } from '../backend/failure.ts';
import type { BackendRequest, Effect, Method } from '../backend/request.ts';
import type { BackendName } from '../backends/index.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { CallContext, Outcome } from '../features/feature.ts';
import type { Schema } from '../features/schema.ts';
import { buildPath } from '../net/path.ts';
import { type Described, defineTool, type Tool } from './define-tool.ts';

/** Where the arguments go: those that the path names into the path, the rest into query (GET, DELETE) or JSON body. */
export interface RequestTemplate<In> {
  readonly method: Method;
  /** Below the base URL: `/users/{id}/notes`. Constant, so that no argument can lead elsewhere. */
  readonly path: string;
  /** Other values for the placeholders than the arguments of their names. */
  readonly params?: (input: In) => NonNullable<BackendRequest['params']>;
  /** Another query than the rest of the arguments. */
  readonly query?: (input: In) => NonNullable<BackendRequest['query']>;
  /** Another JSON body than the rest of the arguments. */
  readonly body?: (input: In) => unknown;
}

/** What the model is told of a refusal. `structured` has the shape of the tool's output. */
export type Explanation = string | { readonly message: string; readonly structured: JsonObject };

export interface BackendToolDefinition<In, Out> extends Described {
  readonly input: Schema<unknown, In>;
  readonly output: Schema<Out, unknown>;
  /** A row of shared/backends. */
  readonly backend: BackendName;
  readonly request: RequestTemplate<In>;
  /** The backend's JSON → what `output` checks. Without it, the JSON as it is. */
  readonly response?: (body: unknown, input: In) => Out;
  /**
   * What the model may know of a 4xx: picked from its body by the author. Undefined leaves it at the words of the
   * gateway; nothing of a body goes out by itself.
   */
  readonly explain?: (refusal: Refusal) => Explanation | undefined;
  /** The answer in a sentence, before its JSON: what a model reads first. */
  readonly summary?: (output: Out) => string;
}

/**
 * Declares a tool that is one request to a backend; add it to the list in `shared/tools/index.ts`
 * (docs/add-a-backend.md).
 *
 * @throws Error at start for a name, a schema or a path that cannot be meant
 */
export function defineBackendTool<In extends object, Out>(definition: BackendToolDefinition<In, Out>): Tool {
  const { backend, request, response, explain, ...described } = definition;
  const placeholders = placeholdersOf(request.path);
  const effect = effectOf(described.annotations);
  const tool = defineTool<In, Out>({
    ...described,
    run: async (input, { callBackend, idempotencyKey }) => {
      const filled = fill(request, placeholders, input);
      const keyed = idempotencyKey === undefined ? {} : { idempotencyKey };
      const { body } = await callBackend(backend, { ...filled, ...keyed, effect });
      // Whatever it is: `output` decides next whether it may go on.
      return response === undefined ? (body as Out) : response(body, input);
    },
  });
  return extend(tool, {
    backend,
    call: async (args: JsonObject, context: CallContext) => {
      try {
        return await tool.call(args, context);
      } catch (error) {
        const explained = explain && explainFailure(error, explain);
        if (explained === undefined) throw error;
        return explained;
      }
    },
  });
}

/** Not by spreading, which would make the schemas of every tool at every cold start. */
function extend<Base extends object, More extends object>(base: Base, more: More): Base & More {
  const members = { ...Object.getOwnPropertyDescriptors(base), ...Object.getOwnPropertyDescriptors(more) };
  return Object.defineProperties({}, members) as Base & More;
}

/** @throws Error for what is no template */
function placeholdersOf(path: string): readonly string[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  buildPath(path, Object.fromEntries(names.map((name) => [name, '0'])));
  return names;
}

/** The author's word to the client's user interface counts here too: a wrong hint makes a repetition possible. */
function effectOf({ readOnlyHint, idempotentHint }: Described['annotations']): Effect {
  if (readOnlyHint === true) return 'none';
  return idempotentHint === true ? 'repeatable' : 'once';
}

function fill<In extends object>(
  { method, path, params, query, body }: RequestTemplate<In>,
  placeholders: readonly string[],
  input: In,
): BackendRequest {
  const entries = Object.entries(input);
  const pick = (isInPath: boolean) =>
    Object.fromEntries(entries.filter(([name]) => placeholders.includes(name) === isInPath));
  const inQuery = method === 'GET' || method === 'DELETE';
  const rest = query === undefined && inQuery ? asQuery(pick(false)) : query?.(input);
  const sent = body === undefined && !inQuery ? pick(false) : body?.(input);
  return {
    method,
    path,
    params: params === undefined ? pick(true) : params(input),
    ...(rest === undefined ? {} : { query: rest }),
    ...(sent === undefined ? {} : { body: sent }),
  };
}

/** @throws Error for an argument that a query has no one way to write: the author has to say how */
function asQuery(values: Readonly<Record<string, unknown>>): NonNullable<BackendRequest['query']> {
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().some((one) => typeof one === 'object')) throw new Error(`write \`query\`: ${name} is no scalar`);
  }
  return values as NonNullable<BackendRequest['query']>;
}

function explainFailure(error: unknown, explain: (refusal: Refusal) => Explanation | undefined): Outcome | undefined {
  if (!(error instanceof BackendFailure) || error.refusal === undefined) return undefined;
  const explanation = explain(error.refusal);
  if (explanation === undefined) return undefined;
  const { message, ...more } = typeof explanation === 'string' ? { message: explanation } : explanation;
  return { kind: 'failed', code: 'BACKEND_REFUSED', message, hadNoEffect: true, ...more };
}
