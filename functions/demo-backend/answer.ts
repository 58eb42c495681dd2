/** What a route answers. `ok` in the body says the same as the status, for people who read only one of them. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly ok: boolean };
}

export function ok(more: object): Answer {
  return { status: 200, body: { ok: true, ...more } };
}

export function refuse(status: number, error: string, more: object = {}): Answer {
  return { status, body: { ok: false, error, ...more } };
}
