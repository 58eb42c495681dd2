import type { Backends } from '../backend/call.ts';
import { BackendFailure } from '../backend/failure.ts';
import type { Clock } from '../core/clock.ts';
import { errorRow } from '../core/error-table.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Log } from '../core/logger.ts';
import type { Account, Principal, SubjectToken, Uid } from '../core/principal.ts';
import { type CallContext, type FailureCode, type Feature, type Outcome, ToolError } from '../features/feature.ts';
import { PathValueRefused } from '../net/path.ts';
import type { Notices } from '../protocol/notices.ts';
import type { Idempotency } from '../store/idempotency.ts';
import type { UserStore } from '../store/user-store.ts';

/** What a call may use: everything about its user, nothing of the token. */
export interface Services {
  readonly principal: Principal;
  readonly account: Account;
  /** Stands for the caller's token; of use to backends only. */
  readonly bearer: SubjectToken | undefined;
  readonly requestId: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly storeOf: (uid: Uid, namespace: string, until: number) => UserStore;
  readonly backends: Backends;
  readonly idempotency: Idempotency;
}

/** What this round of the call brought along. */
export type RoundContext = Pick<CallContext, 'answers' | 'state' | 'clientCapabilities' | 'idempotencyKey'> &
  Pick<Notices, 'progress' | 'notify'>;

type Failed = Extract<Outcome, { kind: 'failed' }>;

/** Runs until the deadline. Never rejects: a failure is an answer (MCP tools, error handling). */
export async function runFeature(
  feature: Feature,
  kind: string,
  input: JsonObject,
  services: Services,
  round: RoundContext,
): Promise<Outcome> {
  const { log, clock, deadline } = services;
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Outcome>((resolve) => {
    timer = setTimeout(
      () => {
        abort.abort();
        resolve(failed('TOOL_TIMEOUT'));
      },
      Math.max(0, deadline - clock()),
    );
  });
  try {
    const outcome = await Promise.race([
      timeout,
      feature.call(input, contextOf(feature, kind, services, round, abort.signal)),
    ]);
    if (outcome.kind !== 'failed' || outcome.code !== 'OUTPUT_INVALID') return outcome;
    log.error('output.invalid', { kind, name: feature.name });
    return failed('OUTPUT_INVALID');
  } catch (error) {
    if (error instanceof ToolError)
      return { ...failed('BACKEND_ERROR', error.message), hadNoEffect: error.hadNoEffect };
    if (error instanceof BackendFailure)
      return { ...failed(error.code, error.message), hadNoEffect: error.hadNoEffect };
    if (error instanceof PathValueRefused)
      return { ...failed('INVALID_ARGUMENTS', `${error.parameter}: cannot be in a path`), hadNoEffect: true };
    // The text of an unexpected error may hold anything, a secret too: only its class is logged.
    log.error('call.failed', { kind, name: feature.name, cause: error instanceof Error ? error.name : typeof error });
    return failed('BACKEND_ERROR', `The ${kind} ${feature.name} failed. Report the request id ${services.requestId}.`);
  } finally {
    clearTimeout(timer);
  }
}

function failed(code: FailureCode, message: string = errorRow(code).hint): Failed {
  return { kind: 'failed', code, message };
}

function contextOf(
  feature: Feature,
  kind: string,
  services: Services,
  round: RoundContext,
  signal: AbortSignal,
): CallContext {
  const { name, scopes: needed } = feature;
  const { account, principal, requestId, deadline } = services;
  const log = services.log.with({ [kind]: name, uid: account.uid });
  const { uid } = account;
  const { bearer } = services;
  const caller = { uid, principal, bearer, feature: name, scopes: needed, requestId, log, deadline, signal };
  const { issuer, subject, clientId, audience, scopes, roles, issuedAt, expiresAt } = principal;
  return {
    uid,
    principal: { issuer, subject, clientId, audience, scopes, roles, issuedAt, expiresAt },
    requestId,
    log,
    deadline,
    signal,
    // No name has a slash, so a prompt and a tool of the same name keep their data apart.
    store: services.storeOf(uid, kind === 'tool' ? name : `${kind}/${name}`, deadline),
    callBackend: (backend, request) => services.backends.call(backend, request, caller),
    ...round,
  };
}
