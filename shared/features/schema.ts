import type { JsonObject } from '../core/json-object.ts';

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

/** The half of a schema that lists and forms need. */
export interface Describable {
  readonly '~standard': Pick<Schema<unknown, unknown>['~standard'], 'vendor' | 'jsonSchema'>;
}

interface Issue {
  readonly message: string;
  readonly path?: ReadonlyArray<unknown> | undefined;
}

type Validation<Out> = { readonly value: Out; readonly issues?: undefined } | { readonly issues: ReadonlyArray<Issue> };

/**
 * The JSON Schema of an object, for lists and forms.
 *
 * @throws Error when the schema describes anything but an object
 */
export function describeObject(owner: string, schema: Describable, side: 'input' | 'output'): JsonObject {
  const standard = schema['~standard'];
  const described = standard.jsonSchema[side]({ target: 'draft-2020-12' });
  if (described['type'] !== 'object') throw new Error(`${owner}: input and output schemas describe objects`);
  if (standard.vendor !== 'zod') return described;
  // zod names the dialect in every schema. 2020-12 is MCP's default, and some clients' validators refuse to see it.
  const { $schema: _dialect, ...rest } = described;
  return rest;
}

/** What is wrong, for the model: at most five issues and 1000 characters. */
export function explainIssues(issues: readonly Issue[]): string {
  return issues
    .slice(0, 5)
    .map(({ message, path = [] }) => `${path.map(nameOf).join('.') || '(arguments)'}: ${message}`)
    .join('; ')
    .slice(0, 1000)
    .toWellFormed();
}

function nameOf(segment: unknown): string {
  return String(typeof segment === 'object' && segment !== null && 'key' in segment ? segment.key : segment);
}
