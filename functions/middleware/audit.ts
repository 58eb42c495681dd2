import type { AuthFailure } from '../../shared/audit/auth-failures.ts';
import type { ArgumentKeeper, KeptArguments } from '../../shared/audit/keep-arguments.ts';
import type { CallFacts, Outcome } from '../../shared/audit/record.ts';
import type { AuditMode, AuditWriter, IntentReceipt } from '../../shared/audit/write.ts';
import type { Clock } from '../../shared/core/clock.ts';
import { GatewayError, isDenial } from '../../shared/core/errors.ts';
import { uuidv7 } from '../../shared/core/ids.ts';
import type { Account, Principal } from '../../shared/core/principal.ts';
import type { Dispatcher, Target } from '../../shared/mcp/dispatch.ts';
import type { Message } from '../../shared/protocol/read-message.ts';
import type { HttpResponse, Invocation, Step } from './chain.ts';
import { withHeaders } from './http.ts';
import type { RequestContext } from './request-context.ts';
import { isAuthFailure } from './request-metrics.ts';

type Needs = Invocation &
  RequestContext & {
    readonly message: Message;
    readonly principal: Principal;
    readonly account: Account;
    readonly target: Target;
  };

/** How the call ended, filled in by the handler. Left empty, the outcome is the code of what was thrown. */
export interface CallRecord {
  readonly receipt: IntentReceipt | undefined;
  /** What the trail has of a result. */
  readonly digest: KeptArguments['digest'];
  ended?: Pick<Outcome, 'isError' | 'errorType' | 'resultDigest'>;
}

interface Adds {
  readonly record: CallRecord;
}

/** Of an answer whose record came by the second sink; `_meta["gatehouse/audit"]` of an MCP result says the same. */
const LATE_HEADER = 'x-gatehouse-audit';

export interface AuditOptions {
  readonly writer: AuditWriter;
  readonly keeper: ArgumentKeeper;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** Gets refused tokens, but for missing and expired ones; neither waits nor throws. */
  readonly sample: (failure: AuthFailure) => void;
}

/**
 * Intent before the effect, outcome after it, denial on refusal. Nothing runs whose intent is not written. Before a
 * principal exists there is a sample: an unauthenticated flood must not become a database bill.
 */
export function audit({ writer, keeper, dispatcher, clock, sample }: AuditOptions): Step<Needs, Adds> {
  const settle = async ({ record, startedAt }: Adds & RequestContext, error?: unknown): Promise<boolean> => {
    if (record.receipt === undefined) return false;
    const ended = record.ended ?? { isError: true, errorType: codeOf(error) };
    const { late } = await writer.outcome(record.receipt, { ...ended, latencyMs: clock() - startedAt });
    return late || record.receipt.late;
  };
  /** @param orNothing keeps nothing of the arguments when there is no key for them, instead of refusing */
  const tell = async (call: Partial<Needs>, orNothing: boolean) => {
    const { message, account, deadline = 0 } = call;
    const described = message && dispatcher.describe(message);
    const facts = described && factsOf(call, described, clock);
    if (facts === undefined || described === undefined) return undefined;
    const { given: args, level, argumentNames: names } = described;
    const given = { callId: facts.callId, args, level, auditKey: account?.auditKey, names };
    const kept = await keeper.keep(given, deadline, orNothing);
    return { facts: { ...facts, args: kept.fields }, kept };
  };
  return {
    name: 'audit',
    before: async (call) => {
      const mode = modeOf(call.target);
      const told = await tell(call, mode === 'available');
      if (told === undefined) return { record: { receipt: undefined, digest: () => undefined } };
      const receipt = await writer.intent(told.facts, call.deadline, mode);
      return { record: { receipt, digest: told.kept.digest } };
    },
    after: async (call, response) => ((await settle(call)) ? markLate(response) : response),
    onError: async (call, error) => {
      const { record, startedAt } = call;
      if (record && startedAt !== undefined) {
        if (isOutcomeLost(error)) return undefined;
        const settled = settle({ ...(call as Needs), record }, error);
        // Else a call that ran and whose outcome is lost is told as that: nobody may repeat it unchecked.
        await (NOTHING_RAN.has(codeOf(error)) ? settled.catch(() => undefined) : settled);
        return undefined;
      }
      if (!isDenial(error)) {
        sampleOf(call, error, sample);
        return undefined;
      }
      const told = await tell(call, true);
      if (told) await writer.denial(told.facts, error.code, error.reason);
      return undefined;
    },
  };
}

function modeOf(target: Target): AuditMode | undefined {
  return target.kind === 'call' ? target.feature.audit?.mode : undefined;
}

function markLate(response: HttpResponse): HttpResponse {
  return withHeaders(response, { [LATE_HEADER]: 'late' });
}

/** Thrown between the intent and the effect, and saying so: they stay true when their outcome is lost. */
const NOTHING_RAN: ReadonlySet<string> = new Set(['INPUT_UNSUPPORTED', 'MISSING_CAPABILITY', 'STATE_UNAVAILABLE']);

/** What every client sends now and then would hide the rest. */
const USUAL: ReadonlySet<string> = new Set(['NO_AUTH', 'TOKEN_EXPIRED']);

function sampleOf({ http, requestId }: Partial<Needs>, error: unknown, sample: AuditOptions['sample']): void {
  if (!(error instanceof GatewayError) || !isAuthFailure({}, error) || USUAL.has(error.code)) return;
  if (!http || requestId === undefined) return;
  sample({ code: error.code, reason: error.reason, sourceIp: http.sourceIp, requestId });
}

function codeOf(error: unknown): string {
  return error instanceof GatewayError ? error.code : 'GATEWAY_ERROR';
}

function isOutcomeLost(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'OUTCOME_NOT_RECORDED';
}

function factsOf(
  { message, principal, account, http, requestId, trace }: Partial<Needs>,
  { recorded, name, requested, version }: ReturnType<Dispatcher['describe']>,
  clock: Clock,
): CallFacts | undefined {
  if (!message || !principal || !http || requestId === undefined) return undefined;
  if (!recorded) return undefined;
  return {
    callId: uuidv7(clock),
    requestId,
    principal,
    uid: account?.uid,
    method: message.method,
    tool: name,
    requestedName: requested,
    toolVersion: version,
    door: message.door,
    revision: message.revision.name,
    sourceIp: http.sourceIp,
    userAgent: http.userAgent,
    traceparent: trace?.traceparent,
  };
}
