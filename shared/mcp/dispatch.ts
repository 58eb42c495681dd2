import { type Decision, decide } from '../auth/decision.ts';
import type { GatewayConfig } from '../core/config.ts';
import { type ErrorCode, GatewayError } from '../core/errors.ts';
import type { Account, Principal } from '../core/principal.ts';
import { isObject, type JsonObject, own } from '../protocol/jsonrpc.ts';
import type { Message } from '../protocol/read-message.ts';
import type { Tool } from '../tools/define-tool.ts';
import { METHODS, type Method } from './methods.ts';
import { runTool, type Services } from './run-tool.ts';

/** What a message acts on, found and decided before anything runs. */
export type Target =
  | { readonly kind: 'none' }
  | { readonly kind: 'method'; readonly method: Method; readonly listed: readonly Tool[] }
  | { readonly kind: 'tool'; readonly tool: Tool; readonly args: JsonObject; readonly decision: Decision };

export type Reply =
  /** Nothing to answer: a notification or a response. */
  | { readonly kind: 'accepted' }
  | { readonly kind: 'result'; readonly result: JsonObject; readonly cacheable: boolean }
  | { readonly kind: 'tool'; readonly data: JsonObject }
  | { readonly kind: 'tool-error'; readonly code: ErrorCode; readonly message: string };

export interface Dispatcher {
  /** Names of ours in the message, undefined where it names something else; whether it belongs into the trail. */
  describe(message: Message): {
    readonly recorded: boolean;
    readonly method: string | undefined;
    readonly tool: string | undefined;
  };
  /**
   * @throws GatewayError METHOD_NOT_FOUND, INVALID_PARAMS, and UNKNOWN_TOOL for a tool that is not there or that this
   * user must not see: both answer alike
   */
  target(message: Message, principal: Principal, account: Account): Target;
  /** Runs it. Only for a target whose decision is `allow`. */
  dispatch(message: Message, target: Target, services: Services): Promise<Reply>;
}

export interface DispatcherOptions {
  readonly config: GatewayConfig;
  readonly tools: readonly Tool[];
}

export function createDispatcher({ config, tools }: DispatcherOptions): Dispatcher {
  // A Map: `toString` and `__proto__` are unknown tools like any other.
  const byName: ReadonlyMap<unknown, Tool> = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size !== tools.length) throw new Error('two tools have the same name');

  return {
    describe: ({ kind, method, params }) => ({
      recorded: kind === 'request' && METHODS.get(method)?.recorded === true,
      method: METHODS.has(method) ? method : undefined,
      tool: byName.get(own(params, 'name'))?.name,
    }),
    target: (message, principal, account) => {
      if (message.kind !== 'request') return { kind: 'none' };
      const method = methodOf(message);
      if (method.answer) {
        const listed = tools.filter((tool) => decide(principal, account, tool).kind !== 'deny');
        return { kind: 'method', method, listed };
      }
      const { name, args } = readCall(message.params);
      const tool = byName.get(name);
      if (tool === undefined) throw new GatewayError('UNKNOWN_TOOL', { reason: 'no_such_tool' });
      const decision = decide(principal, account, tool);
      if (decision.kind === 'deny') throw new GatewayError('UNKNOWN_TOOL', { reason: decision.reason });
      return { kind: 'tool', tool, args, decision };
    },
    dispatch: async (message, target, services) => {
      if (target.kind === 'none') return { kind: 'accepted' };
      if (target.kind === 'method') {
        const { method, listed } = target;
        const result = method.answer?.({ config, message, listed }) ?? {};
        return { kind: 'result', result, cacheable: method.cacheable };
      }
      if (target.decision.kind !== 'allow') throw new Error('a call that is not allowed reached dispatch');
      const end = await runTool(target.tool, target.args, services);
      return end.ok ? { kind: 'tool', data: end.data } : { kind: 'tool-error', code: end.code, message: end.message };
    },
  };
}

function methodOf({ method, revision }: Message): Method {
  const row = METHODS.get(method);
  if (!row?.eras.includes(revision.era)) throw new GatewayError('METHOD_NOT_FOUND', { reason: 'no_such_method' });
  return row;
}

function readCall(params: JsonObject): { readonly name: string; readonly args: JsonObject } {
  const name = own(params, 'name');
  const args = own(params, 'arguments') ?? {};
  if (typeof name !== 'string') throw new GatewayError('INVALID_PARAMS', { reason: 'name_missing' });
  if (!isObject(args)) throw new GatewayError('INVALID_PARAMS', { reason: 'arguments_not_an_object' });
  return { name, args };
}
