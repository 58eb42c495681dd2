import type { CallFacts } from '../../shared/audit/record.ts';
import type { AuditWriter, IntentReceipt } from '../../shared/audit/write.ts';
import type { Clock } from '../../shared/core/clock.ts';
import { GatewayError, isDenial } from '../../shared/core/errors.ts';
import { uuidv7 } from '../../shared/core/ids.ts';
import type { Account, Principal } from '../../shared/core/principal.ts';
import type { Dispatcher, Target } from '../../shared/mcp/dispatch.ts';
import type { Message } from '../../shared/protocol/read-message.ts';
import type { Invocation, Step } from './chain.ts';
import type { RequestContext } from './request-context.ts';

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
  ended?: { readonly isError: boolean; readonly errorType: string | undefined };
}

interface Adds {
  readonly record: CallRecord;
}

/**
 * Intent before the effect, outcome after it, denial on refusal. Nothing runs whose intent is not written. Before a
 * principal exists there is a log line and no item: an unauthenticated flood must not become a database bill.
 */
export function audit(writer: AuditWriter, dispatcher: Dispatcher, clock: Clock): Step<Needs, Adds> {
  const settle = async ({ record, startedAt }: Adds & RequestContext, error?: unknown): Promise<void> => {
    if (record.receipt === undefined) return;
    const { isError, errorType } = record.ended ?? { isError: true, errorType: codeOf(error) };
    await writer.outcome(record.receipt, { isError, errorType, latencyMs: clock() - startedAt });
  };
  return {
    name: 'audit',
    before: async (call) => {
      const facts = factsOf(call, dispatcher, clock);
      return { record: { receipt: facts && (await writer.intent(facts, call.deadline)) } };
    },
    after: async (call, response) => {
      await settle(call);
      return response;
    },
    onError: async (call, error) => {
      const { record, startedAt } = call;
      if (record && startedAt !== undefined) {
        if (!isOutcomeLost(error)) await settle({ ...(call as Needs), record }, error).catch(() => undefined);
        return undefined;
      }
      if (!isDenial(error)) return undefined;
      const facts = factsOf(call, dispatcher, clock);
      if (facts) await writer.denial(facts, error.code, error.reason);
      return undefined;
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof GatewayError ? error.code : 'GATEWAY_ERROR';
}

function isOutcomeLost(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'OUTCOME_NOT_RECORDED';
}

function factsOf(call: Partial<Needs>, dispatcher: Dispatcher, clock: Clock): CallFacts | undefined {
  const { message, principal, account, http, requestId } = call;
  if (!message || !principal || !http || requestId === undefined) return undefined;
  const { recorded, name, requested } = dispatcher.describe(message);
  if (!recorded) return undefined;
  return {
    callId: uuidv7(clock),
    requestId,
    principal,
    uid: account?.uid,
    method: message.method,
    tool: name,
    requestedName: requested,
    door: message.door,
    revision: message.revision.name,
    sourceIp: http.sourceIp,
    userAgent: http.userAgent,
  };
}
