import type { ToolAnnotations } from '@modelcontextprotocol/server';
import type { Log } from '../core/logger.ts';
import type { Principal, Uid } from '../core/principal.ts';
import type { UserStore } from '../store/user-store.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * What zod, valibot, arktype and others implement (Standard Schema 1 and Standard JSON Schema 1): validation and its
 * description from one definition.
 */
export interface Schema<In, Out> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => Validation<Out> | Promise<Validation<Out>>;
    readonly types?: { readonly input: In; readonly output: Out } | undefined;
    readonly jsonSchema: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
    };
  };
}

type Validation<Out> =
  | { readonly value: Out; readonly issues?: undefined }
  | {
      readonly issues: ReadonlyArray<{ readonly message: string; readonly path?: ReadonlyArray<unknown> | undefined }>;
    };

/** What a tool may know about its caller. The raw token is not in here, and nothing leads to it. */
export interface ToolContext {
  readonly uid: Uid;
  readonly principal: Pick<
    Principal,
    'issuer' | 'subject' | 'clientId' | 'audience' | 'scopes' | 'roles' | 'issuedAt' | 'expiresAt'
  >;
  readonly requestId: string;
  readonly log: Log;
  /** Epoch milliseconds after which the call is given up. */
  readonly deadline: number;
  /** Aborted at the deadline: hand it to everything that takes a signal. */
  readonly signal: AbortSignal;
  /** A small store of this user and this tool; no other user's can be named. */
  readonly store: UserStore;
}

export interface ToolDefinition<In, Out> {
  /** 1 to 128 characters of `A-Z a-z 0-9 _ . -`; part of the public interface. */
  readonly name: string;
  readonly title: string;
  /** For the model: when to call this tool, and what it answers. */
  readonly description: string;
  /** Logical scopes, all needed. `[]` means any signed-in user and has to be written out. */
  readonly scopes: readonly string[];
  /** Any one of these roles. Users without one neither see nor call the tool. */
  readonly roles?: readonly string[];
  readonly input: Schema<unknown, In>;
  readonly output: Schema<Out, unknown>;
  readonly annotations: ToolAnnotations;
  /** Throws a ToolError to tell the model something; the text of any other error stays in the gateway. */
  readonly run: (input: In, context: ToolContext) => Out | Promise<Out>;
}

/** A failure that the model may read and act on. Its message reaches the client and no log. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

export type ToolOutcome =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly code: 'INVALID_ARGUMENTS' | 'OUTPUT_INVALID'; readonly message: string };

export interface Tool extends Omit<ToolDefinition<never, never>, 'input' | 'output' | 'run'> {
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  /** Input check, run, output check. Rejects with what `run` threw. */
  readonly call: (args: JsonObject, context: ToolContext) => Promise<ToolOutcome>;
}

const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/**
 * Declares a tool; add it to the list in `shared/tools/index.ts` (docs/add-a-tool.md).
 *
 * @throws Error at start for a name or a schema that MCP does not allow
 */
export function defineTool<In, Out>(definition: ToolDefinition<In, Out>): Tool {
  const { input, output, run, ...described } = definition;
  if (!NAME.test(definition.name)) throw new Error(`${definition.name} is no tool name: use A-Z a-z 0-9 _ . -`);
  return {
    ...described,
    inputSchema: describe(definition.name, input['~standard'].jsonSchema.input({ target: 'draft-2020-12' })),
    outputSchema: describe(definition.name, output['~standard'].jsonSchema.output({ target: 'draft-2020-12' })),
    call: async (args, context) => {
      const asked = await input['~standard'].validate(args);
      if (asked.issues) return { ok: false, code: 'INVALID_ARGUMENTS', message: explain(asked.issues) };
      const answered = await output['~standard'].validate(await run(asked.value, context));
      if (answered.issues) return { ok: false, code: 'OUTPUT_INVALID', message: explain(answered.issues) };
      return { ok: true, value: answered.value as JsonObject };
    },
  };
}

/** Without `$schema`: 2020-12 is MCP's default dialect, and some clients' validators refuse to see it named. */
function describe(name: string, { $schema, ...schema }: Record<string, unknown>): JsonObject {
  if (schema['type'] !== 'object') throw new Error(`${name}: input and output schemas describe objects`);
  return schema;
}

function explain(
  issues: ReadonlyArray<{ readonly message: string; readonly path?: ReadonlyArray<unknown> | undefined }>,
): string {
  return issues
    .slice(0, 5)
    .map(({ message, path = [] }) => `${path.map(nameOf).join('.') || '(arguments)'}: ${message}`)
    .join('; ')
    .slice(0, 1000);
}

function nameOf(segment: unknown): string {
  return String(typeof segment === 'object' && segment !== null && 'key' in segment ? segment.key : segment);
}
