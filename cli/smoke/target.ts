import type { AuditReader } from '../../shared/audit/query.ts';

/** A deployed gateway, as its stack describes it, and the ways to it. */
export interface Target {
  /** The stack output McpUrl. */
  readonly url: string;
  readonly audit: Pick<AuditReader, 'query'>;
  readonly fetch: typeof fetch;
  /** Of a user who may list tools. Undefined: nothing that needs one is checked. */
  readonly token: string | undefined;
  /** Between two looks into the audit table, whose index follows its items. */
  readonly pause: (ms: number) => Promise<unknown>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body, or undefined when it is no JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

const TIMEOUT_MS = 35_000;

/** One request, with a limit above the 30 seconds of API Gateway. */
export async function ask({ fetch }: Pick<Target, 'fetch'>, url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  return { status: response.status, headers: response.headers, json: parse(await response.text()) };
}

function parse(text: string): Answer['json'] {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
