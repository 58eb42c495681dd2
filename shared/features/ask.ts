import type { CreateMessageRequestParams } from '@modelcontextprotocol/server';
import { type JsonObject, own } from '../core/json-object.ts';
import { type Describable, describeObject, type Schema } from './schema.ts';

/** One thing to ask the client for, and the capability it must have declared in the request. */
export interface InputRequest {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list';
  readonly params: JsonObject;
  readonly capability: JsonObject;
}

/** Returned instead of a result: the client answers and calls again (MCP 2026-07-28, multi round-trip requests). */
export class InputRequired {
  readonly requests: Readonly<Record<string, InputRequest>>;
  readonly state: unknown;
  constructor(requests: Readonly<Record<string, InputRequest>>, state: unknown) {
    this.requests = requests;
    this.state = state;
  }
}

/**
 * Asks for more before the call can end. The next round gets the answers in `context.answers` and `state` in
 * `context.state`; the client carries it sealed to this user, this tool and these arguments, for ten minutes.
 *
 * @param state any JSON
 */
export function ask(requests: Readonly<Record<string, InputRequest>>, state?: unknown): InputRequired {
  return new InputRequired(requests, state);
}

/** A form for the user. Flat, primitive properties only, and never for secrets (MCP elicitation, form mode). */
export function askForm(message: string, schema: Describable): InputRequest {
  const requestedSchema = describeObject('a form', schema, 'input');
  return { method: 'elicitation/create', params: { message, requestedSchema }, capability: FORM };
}

/** A page for the user to open. An accepted answer means that they agreed to, not that they are done. */
export function askToOpen(message: string, url: string): InputRequest {
  return {
    method: 'elicitation/create',
    params: { mode: 'url', message, url },
    capability: { elicitation: { url: {} } },
  };
}

/** A completion by the client's own model. */
export function askModel(params: Omit<CreateMessageRequestParams, '_meta'>): InputRequest {
  return { method: 'sampling/createMessage', params: { ...params }, capability: { sampling: {} } };
}

/** The folders that the client works in. */
export function askRoots(): InputRequest {
  return { method: 'roots/list', params: {}, capability: { roots: {} } };
}

const FORM = { elicitation: {} };

export type FormAnswer<T> =
  | { readonly action: 'accept'; readonly content: T }
  | { readonly action: 'decline' | 'cancel' }
  | { readonly action: 'unanswered' };

/** The answer to `askForm`, its content checked: what a client sent that does not fit the form counts as unanswered. */
export async function formAnswer<T>(
  { answers }: { readonly answers: ReadonlyMap<string, JsonObject> },
  key: string,
  schema: Schema<unknown, T>,
): Promise<FormAnswer<T>> {
  const answer = answers.get(key);
  const action = answer?.['action'];
  if (action === 'decline' || action === 'cancel') return { action };
  if (action !== 'accept') return { action: 'unanswered' };
  const checked = await schema['~standard'].validate(answer?.['content']);
  return checked.issues ? { action: 'unanswered' } : { action, content: checked.value };
}

/** Whether the client declared what this request needs: an empty `elicitation` stands for forms alone. */
export function mayAsk({ capability }: InputRequest, declared: JsonObject): boolean {
  return Object.entries(capability).every(([name, wanted]) => {
    const has = own(declared, name);
    if (typeof has !== 'object' || has === null) return false;
    if (name !== 'elicitation') return true;
    if (Object.hasOwn(wanted as object, 'url')) return Object.hasOwn(has, 'url');
    return Object.hasOwn(has, 'form') || !Object.hasOwn(has, 'url');
  });
}
