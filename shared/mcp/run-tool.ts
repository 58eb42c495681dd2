import type { Clock } from '../core/clock.ts';
import { type ErrorCode, errorRow } from '../core/errors.ts';
import type { Log } from '../core/logger.ts';
import type { Account, Principal, Uid } from '../core/principal.ts';
import type { JsonObject } from '../protocol/jsonrpc.ts';
import type { UserStore } from '../store/user-store.ts';
import { type Tool, type ToolContext, ToolError } from '../tools/define-tool.ts';

/** What a call may use: everything about its user, nothing of the token. */
export interface Services {
  readonly principal: Principal;
  readonly account: Account;
  readonly requestId: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly storeOf: (uid: Uid, namespace: string) => UserStore;
}

/** How a tool ended. `data` is its output; `message` is for the model and safe to send. */
export type ToolEnd =
  | { readonly ok: true; readonly data: JsonObject }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Runs a tool until its deadline. Never rejects: a tool's failure is an answer (MCP tools, error handling). */
export async function runTool(tool: Tool, args: JsonObject, services: Services): Promise<ToolEnd> {
  const { log, clock, deadline } = services;
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<ToolEnd>((resolve) => {
    timer = setTimeout(
      () => {
        abort.abort();
        resolve(failed('TOOL_TIMEOUT'));
      },
      Math.max(0, deadline - clock()),
    );
  });
  try {
    return await Promise.race([timeout, finish(tool, args, contextOf(tool, services, abort.signal))]);
  } catch (error) {
    if (error instanceof ToolError) return { ok: false, code: 'BACKEND_ERROR', message: error.message };
    // The text of an unexpected error may hold anything, a secret too: only its class is logged.
    log.error('tool.failed', { tool: tool.name, cause: error instanceof Error ? error.name : typeof error });
    return failed('BACKEND_ERROR', `The tool ${tool.name} failed. Report the request id ${services.requestId}.`);
  } finally {
    clearTimeout(timer);
  }
}

async function finish(tool: Tool, args: JsonObject, context: ToolContext): Promise<ToolEnd> {
  const outcome = await tool.call(args, context);
  if (outcome.ok) return { ok: true, data: outcome.value };
  if (outcome.code === 'INVALID_ARGUMENTS') {
    return failed('INVALID_ARGUMENTS', `Invalid arguments for ${tool.name}. ${outcome.message}`);
  }
  context.log.error('tool.output_invalid', { tool: tool.name });
  return failed('OUTPUT_INVALID');
}

function failed(code: ErrorCode, message: string = errorRow(code).hint): ToolEnd {
  return { ok: false, code, message };
}

function contextOf(tool: Tool, services: Services, signal: AbortSignal): ToolContext {
  const { account, principal, requestId, log, deadline } = services;
  const { issuer, subject, clientId, audience, scopes, roles, issuedAt, expiresAt } = principal;
  return {
    uid: account.uid,
    principal: { issuer, subject, clientId, audience, scopes, roles, issuedAt, expiresAt },
    requestId,
    log: log.with({ tool: tool.name, uid: account.uid }),
    deadline,
    signal,
    store: services.storeOf(account.uid, tool.name),
  };
}
