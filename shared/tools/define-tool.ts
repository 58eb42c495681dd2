import type { ToolAnnotations } from '@modelcontextprotocol/server';
import type { JsonObject } from '../core/json-object.ts';
import { InputRequired } from '../features/ask.ts';
import { Content, text } from '../features/content.ts';
import {
  type AuditRule,
  type CallContext,
  type Feature,
  type IdempotencyRule,
  type Outcome,
  requireAuditRule,
  requireName,
  requireWindow,
} from '../features/feature.ts';
import { describeObject, explainIssues, type Schema } from '../features/schema.ts';
import type { ParamHeader } from '../protocol/param-headers.ts';
import { readParamHeaders } from './header-annotations.ts';

export { ToolError } from '../features/feature.ts';
export type { CallContext as ToolContext };

type Returned<Out> = Out | InputRequired;

export interface Described {
  /** 1 to 128 characters of `A-Z a-z 0-9 _ . -`; part of the public interface. */
  readonly name: string;
  readonly title: string;
  /** For the model: when to call this tool, and what it answers. */
  readonly description: string;
  /** Logical scopes, all needed. `[]` means any signed-in user and has to be written out. */
  readonly scopes: readonly string[];
  /** Any one of these roles. Users without one neither see nor call the tool. */
  readonly roles?: readonly string[];
  /** For a tool with an effect that must not happen twice (docs/add-a-tool.md). */
  readonly idempotency?: IdempotencyRule;
  /** How its calls are recorded (docs/add-a-tool.md). */
  readonly audit?: AuditRule;
  /** A tool that is not marked `readOnlyHint: true` has an effect: its answers to questions count once. */
  readonly annotations: ToolAnnotations;
}

export interface ToolDefinition<In, Out> extends Described {
  readonly input: Schema<unknown, In>;
  readonly output: Schema<Out, unknown>;
  /** The answer in a sentence, before its JSON: what a model reads first. */
  readonly summary?: (output: Out) => string;
  /** Throws a ToolError to tell the model something; the text of any other error stays in the gateway. */
  readonly run: (input: In, context: CallContext) => Returned<Out> | Promise<Returned<Out>>;
}

/** A tool that answers in content blocks, without structured output. */
export interface ContentToolDefinition<In> extends Described {
  readonly input: Schema<unknown, In>;
  readonly output?: undefined;
  readonly summary?: undefined;
  readonly run: (input: In, context: CallContext) => Returned<Content> | Promise<Returned<Content>>;
}

export interface Tool extends Described, Feature {
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject | undefined;
  readonly paramHeaders: readonly ParamHeader[];
}

/**
 * Declares a tool; add it to the list in `shared/tools/index.ts` (docs/add-a-tool.md).
 *
 * @throws Error at start for a name that MCP does not allow; at synthesis, or with the first list, for such a schema
 */
export function defineTool<In, Out>(definition: ToolDefinition<In, Out>): Tool;
export function defineTool<In>(definition: ContentToolDefinition<In>): Tool;
export function defineTool<In, Out>(definition: ToolDefinition<In, Out> | ContentToolDefinition<In>): Tool {
  const { input, output, summary, run, ...described } = definition;
  const { name } = described;
  requireName('tool', name);
  if (described.idempotency) requireWindow(name, described.idempotency);
  if (described.audit) requireAuditRule(name, described.audit, described.annotations.readOnlyHint === true);
  const inputSchema = once(() => describeObject(name, input, 'input'));
  const outputSchema = once(() => output && describeObject(name, output, 'output'));
  const paramHeaders = once(() => readParamHeaders(name, inputSchema()));
  return {
    ...described,
    get inputSchema() {
      return inputSchema();
    },
    get outputSchema() {
      return outputSchema();
    },
    get paramHeaders() {
      return paramHeaders();
    },
    call: async (args, context) => {
      const asked = await input['~standard'].validate(args);
      if (asked.issues) {
        const message = `Invalid arguments for ${name}. ${explainIssues(asked.issues)}`;
        return { kind: 'failed', code: 'INVALID_ARGUMENTS', message, hadNoEffect: true };
      }
      const answer = await run(asked.value, context);
      if (answer instanceof InputRequired) return { kind: 'ask', ask: answer };
      return output === undefined ? contentOutcome(answer) : structuredOutcome(answer, output, summary);
    },
  };
}

/** The text repeats the structure for clients that read no structuredContent (MCP tools, structured content). */
async function structuredOutcome<Out>(
  answer: unknown,
  output: Schema<Out, unknown>,
  summary: ((output: Out) => string) | undefined,
): Promise<Outcome> {
  const checked = await output['~standard'].validate(answer);
  if (checked.issues) return { kind: 'failed', code: 'OUTPUT_INVALID', message: explainIssues(checked.issues) };
  const json = text(JSON.stringify(checked.value));
  const content = summary === undefined ? [json] : [text(summary(checked.value as Out)), json];
  return { kind: 'done', result: { content, structuredContent: checked.value } };
}

function contentOutcome(answer: unknown): Outcome {
  if (answer instanceof Content) return { kind: 'done', result: { content: answer.blocks } };
  return { kind: 'failed', code: 'OUTPUT_INVALID', message: 'a tool without output returns content(…)' };
}

/** Only lists need the schemas of all tools: making them took as long as half of what is imported. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
