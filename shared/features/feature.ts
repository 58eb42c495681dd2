import type { LoggingLevel } from '@modelcontextprotocol/server';
import { AUDIT_LEVELS, type AuditLevel } from '../audit/arguments.ts';
import type { AuditMode } from '../audit/write.ts';
import type { BackendAnswer } from '../backend/call.ts';
import type { BackendRequest } from '../backend/request.ts';
import type { ErrorCode } from '../core/error-table.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Log } from '../core/logger.ts';
import type { Principal, Uid } from '../core/principal.ts';
import type { UserStore } from '../store/user-store.ts';
import type { InputRequired } from './ask.ts';

/** What a tool, prompt or resource may know about its caller. The raw token is not in here, and nothing leads to it. */
export interface CallContext {
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
  /**
   * Asks a backend of shared/backends on behalf of this user. Rejects with a BackendFailure, whose message the model gets
   * when it is not caught; what the backend wrote is in it for the author and for nobody else.
   */
  readonly callBackend: (name: string, request: BackendRequest) => Promise<BackendAnswer>;
  /** The same for every repetition of an idempotent call; undefined for any other. Hand it to what takes such a key. */
  readonly idempotencyKey: string | undefined;
  /** Tells a client that asked for it how far the call is. Smaller or equal values than before are dropped. */
  readonly progress: (done: number, total?: number, message?: string) => void;
  /** Tells a client that asked for messages of this level or below it. `data` is any JSON. */
  readonly notify: (level: LoggingLevel, data: unknown) => void;
  /** What the client answered to an earlier `ask`, by the key it was asked under. Checked in form only: see `accepted`. */
  readonly answers: ReadonlyMap<string, JsonObject>;
  /** What the earlier `ask` kept for this round, unchanged; undefined in the first round. */
  readonly state: unknown;
  /** What the client says it can be asked for (`ClientCapabilities`). */
  readonly clientCapabilities: JsonObject;
}

/** A failure that the model may read and act on. Its message reaches the client and no log. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly hadNoEffect: boolean;

  /** `hadNoEffect`: nothing was done, so that an idempotent call may run again. */
  constructor(message: string, { hadNoEffect = false }: { readonly hadNoEffect?: boolean } = {}) {
    super(message);
    this.hadNoEffect = hadNoEffect;
  }
}

/** That a call with an effect runs once, also when a client or a model repeats it. */
export interface IdempotencyRule {
  /** `key`: calls that the client gives a key. `arguments`: those, and the others by their arguments. */
  readonly by: 'key' | 'arguments';
  /** How long a call is remembered, with its result: 60 s to 7 days, 24 hours when it is not said. */
  readonly windowSeconds?: number;
}

export const WINDOW_SECONDS = 86_400;

/** @throws Error at start for a window that is too short to help or too long to keep results */
export function requireWindow(name: string, { windowSeconds = WINDOW_SECONDS }: IdempotencyRule): void {
  if (windowSeconds >= 60 && windowSeconds <= 7 * WINDOW_SECONDS) return;
  throw new Error(`${name}: windowSeconds is 60 to ${7 * WINDOW_SECONDS}`);
}

/** How calls are recorded. */
export interface AuditRule {
  /** What of the arguments: `keys` when it is not said. */
  readonly level?: AuditLevel;
  /** `available`: a call runs although only the second sink has its intent. For what only reads. */
  readonly mode?: AuditMode;
}

/** @throws Error at start for a level or mode that there is not: what has an effect has its record first */
export function requireAuditRule(name: string, { level, mode }: AuditRule, isReadOnly: boolean): void {
  if (level !== undefined && !AUDIT_LEVELS.includes(level)) {
    throw new Error(`${name}: audit level is one of ${AUDIT_LEVELS.join(', ')}`);
  }
  if (mode !== undefined && mode !== 'strict' && mode !== 'available') {
    throw new Error(`${name}: audit mode is strict or available`);
  }
  if (mode !== 'available' || isReadOnly) return;
  throw new Error(`${name}: audit mode available is for tools with readOnlyHint: true`);
}

/** How a call ended. `result` is the MCP result of its method. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: JsonObject }
  | { readonly kind: 'ask'; readonly ask: InputRequired }
  | {
      readonly kind: 'failed';
      readonly code: FailureCode;
      readonly message: string;
      /** It is certain that nothing was done: an idempotent call may run again. */
      readonly hadNoEffect?: boolean;
      /** For a tool with an output schema: a refusal that has its shape. */
      readonly structured?: JsonObject;
    };

export type FailureCode = Extract<
  ErrorCode,
  | 'INVALID_ARGUMENTS'
  | 'OUTPUT_INVALID'
  | 'CALL_IN_PROGRESS'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'CALL_COMPLETED'
  | 'BACKEND_REFUSED'
  | 'BACKEND_ERROR'
  | 'BACKEND_UNAVAILABLE'
  | 'OUTCOME_UNKNOWN'
  | 'TOOL_TIMEOUT'
  | 'INPUT_UNSUPPORTED'
  | 'UNKNOWN_RESOURCE'
>;

/** What tools, prompts and resources have in common: a name, who may use it, and a call. */
export interface Feature {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly roles?: readonly string[];
  readonly idempotency?: IdempotencyRule;
  readonly audit?: AuditRule;
  /** It is nothing without this backend, and offered only where that has an address. */
  readonly backend?: string;
  /** Rejects with what the author's code threw. */
  readonly call: (input: JsonObject, context: CallContext) => Promise<Outcome>;
}

const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** @throws Error at start for a name that MCP does not allow (server/tools, tool names) */
export function requireName(kind: string, name: string): void {
  if (!NAME.test(name)) throw new Error(`${name} is no ${kind} name: use A-Z a-z 0-9 _ . -`);
}
