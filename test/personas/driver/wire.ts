export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined for anything that is no JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** How a client gets out, and what it did there: method, place and status of each request, nothing secret. */
export interface Wire {
  readonly trail: readonly string[];
  get(url: string, headers: Readonly<Record<string, string>>): Promise<Answer>;
  postJson(url: string, body: object, headers: Readonly<Record<string, string>>): Promise<Answer>;
  postForm(url: string, form: Readonly<Record<string, string>>): Promise<Answer>;
}

const TIMEOUT_MS = 10_000;

/** As the real clients do, documents and messages are never looked for behind a redirect to elsewhere. */
export function createWire(send: typeof fetch, common: Readonly<Record<string, string>>): Wire {
  const trail: string[] = [];
  const exchange = async (url: string, init: RequestInit): Promise<Answer> => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers = { ...common, ...(init.headers as Record<string, string>) };
    const response = await send(url, { ...init, headers, signal, redirect: 'manual' });
    const text = await response.text();
    trail.push(`${init.method} ${placeOf(url)} ${response.status}`);
    return { status: response.status, headers: response.headers, text, json: readObject(response.headers, text) };
  };
  return {
    trail,
    get: (url, headers) => exchange(url, { method: 'GET', headers: { accept: 'application/json', ...headers } }),
    postJson: (url, body, headers) =>
      exchange(url, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    postForm: (url, form) =>
      exchange(url, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      }),
  };
}

/** Without the query: codes and states are nobody's business. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** JSON, or the one message of an event stream. */
function readObject(headers: Headers, text: string): Readonly<Record<string, unknown>> | undefined {
  const type = headers.get('content-type') ?? '';
  const body = type.startsWith('text/event-stream') ? (/^data: (.*)$/m.exec(text)?.[1] ?? '') : text;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export function textOf(object: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const value = object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

export function listOf(
  object: Readonly<Record<string, unknown>> | undefined,
  name: string,
): readonly string[] | undefined {
  const value = object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}
