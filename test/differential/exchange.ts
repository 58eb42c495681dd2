/** One HTTP request, as both servers get it. */
export interface Exchange {
  readonly method: string;
  /** Lower-case names, values as a server sees them: without blanks around. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Server = (exchange: Exchange) => Promise<Outcome>;

/** What is compared of an answer: everything a client can act on, nothing of its wording. */
export interface Outcome {
  readonly status: number;
  readonly type: string;
  /** True for the array that answers a batch. */
  readonly array: boolean;
  /** Of each answer: JSON of its id, or `absent`. */
  readonly ids: readonly string[];
  /** Of each answer: the error code, or `result`. */
  readonly codes: ReadonlyArray<number | 'result'>;
  /** Of each answer: the members of its result or error, `isError` and `resultType` with their value. */
  readonly members: readonly string[];
  /** Methods of the notifications that came before the answers. */
  readonly notifications: readonly string[];
}

export const PARTS = ['status', 'type', 'array', 'ids', 'codes', 'members', 'notifications'] as const;
export type Part = (typeof PARTS)[number];

type Json = Readonly<Record<string, unknown>>;

/** An HTTP answer, its body as the messages in it → what is compared of it. */
export function outcomeOf(status: number, contentType: string | undefined, sent: readonly unknown[]): Outcome {
  const messages = sent.flatMap((one) => (Array.isArray(one) ? one : [one])) as readonly Json[];
  const answers = messages.filter((message) => !('method' in message)).sort(byId);
  return {
    status,
    type: sent.length === 0 ? 'none' : (contentType?.split(';', 1)[0]?.trim() ?? 'none'),
    array: sent.some(Array.isArray),
    ids: answers.map((answer) => ('id' in answer ? JSON.stringify(answer['id']) : 'absent')),
    codes: answers.map(codeOf),
    members: answers.map(membersOf),
    notifications: messages.filter((message) => 'method' in message).map((message) => String(message['method'])),
  };
}

/** The answers of a batch may come in any order (JSON-RPC 2.0, section 6). */
function byId(one: Json, other: Json): number {
  return JSON.stringify(one['id'] ?? null) < JSON.stringify(other['id'] ?? null) ? -1 : 1;
}

function codeOf(answer: Json): number | 'result' {
  const error = answer['error'] as { readonly code: number } | undefined;
  return error === undefined ? 'result' : error.code;
}

function membersOf(answer: Json): string {
  const inner = (answer['error'] ?? answer['result'] ?? {}) as Json;
  const shown = (key: string) => (key === 'isError' || key === 'resultType' ? `${key}=${String(inner[key])}` : key);
  const contents = Array.isArray(inner['content'])
    ? `[${inner['content'].map((item) => String((item as Json)['type'])).join(',')}]`
    : '';
  return Object.keys(inner)
    .sort()
    .map((key) => (key === 'content' ? `content${contents}` : shown(key)))
    .join(' ');
}
