import { type ErrorCode, errorRow } from './error-table.ts';

export interface GatewayErrorOptions {
  /** For log and record only: short, stable, lower-case, never a claim value. Example: `aud_mismatch`. */
  readonly reason?: string;
  /** INSUFFICIENT_SCOPE: the logical scopes this operation needs, all of them. */
  readonly needed?: readonly string[];
  /** Extra members of the JSON-RPC error's `data` (for example `supported` of -32022). */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Replaces the row's hint where a fixed sentence can be more exact. Never text a client sent. */
  readonly hint?: string;
  /** METHOD_NOT_ALLOWED: the methods of the Allow header. */
  readonly allow?: readonly string[];
  readonly cause?: unknown;
}

/** Every refusal is one of these, thrown where it is found and turned into an answer by `wireErrors` alone. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly needed: readonly string[];
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly hint: string;
  readonly allow: readonly string[] | undefined;
  /** Which of our issuers' rules a token was judged by; the verifier says it. */
  issuer: string | undefined;

  constructor(code: ErrorCode, options: GatewayErrorOptions = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason;
    this.needed = options.needed ?? [];
    this.data = options.data;
    this.hint = options.hint ?? errorRow(code).hint;
    this.allow = options.allow;
  }
}

/** A decision about this user and this target, as against a malformed request or an outage. */
export function isDenial(error: unknown): error is GatewayError {
  return error instanceof GatewayError && (errorRow(error.code).status === 403 || HIDDEN.has(error.code));
}

/** What is not there, or not for this user: one answer for both. */
const HIDDEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UNKNOWN_TOOL', 'UNKNOWN_PROMPT', 'UNKNOWN_RESOURCE']);
