import { type AuditLevel, DEFAULT_LEVEL } from '../audit/arguments.ts';
import { type Decision, decide } from '../auth/decision.ts';
import type { GatewayConfig } from '../core/config.ts';
import type { ErrorCode } from '../core/error-table.ts';
import { GatewayError } from '../core/errors.ts';
import { type JsonObject, ownObject } from '../core/json-object.ts';
import type { Account, Principal } from '../core/principal.ts';
import { createNotices } from '../protocol/notices.ts';
import { checkParamHeaders } from '../protocol/param-headers.ts';
import { clientCapabilitiesOf, type Message } from '../protocol/read-message.ts';
import { type Registry, requireUnique } from '../registry/index.ts';
import type { Tool } from '../tools/define-tool.ts';
import { rememberVersions } from './describe-tool.ts';
import { createFinder, type FeatureKind, type Finder, type Found } from './find.ts';
import { capabilitiesOf, METHODS, type Method } from './methods.ts';
import type { Binding } from './request-state.ts';
import type { Rounds } from './rounds.ts';
import { runFeature, type Services } from './run-feature.ts';
import { runOnce } from './run-once.ts';

/** What a message acts on, found and decided before anything runs. */
export type Target =
  | { readonly kind: 'none' }
  | { readonly kind: 'method'; readonly method: Method; readonly visible: Registry }
  | (Found & {
      readonly kind: 'call';
      readonly method: Method;
      readonly acts: FeatureKind;
      readonly hasEffect: boolean;
      readonly decision: Decision;
    });

export type Reply =
  /** Nothing to answer: a notification or a response. */
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'result';
      readonly result: JsonObject;
      readonly cacheable: boolean;
      readonly notices: readonly JsonObject[];
    }
  | {
      readonly kind: 'tool-error';
      readonly code: ErrorCode;
      readonly message: string;
      /** A refusal in the shape of the tool's output. */
      readonly structured: JsonObject | undefined;
      readonly notices: readonly JsonObject[];
    };

export interface Dispatcher {
  /** Names of ours in the message, undefined where it names something else; whether it belongs into the trail. */
  describe(message: Message): {
    readonly recorded: boolean;
    readonly method: string | undefined;
    /** The tool, prompt or resource. */
    readonly name: string | undefined;
    /** What the client called it. */
    readonly requested: string;
    /** What it gave along, for the trail. */
    readonly given: JsonObject;
    /** How much of that the trail keeps. */
    readonly level: AuditLevel;
    /** The names that it has for arguments; undefined when it is nothing of ours. */
    readonly argumentNames: ReadonlySet<string> | undefined;
    /** Of a tool. */
    readonly version: string | undefined;
  };
  /**
   * @throws GatewayError METHOD_NOT_FOUND, INVALID_PARAMS, HEADER_MISMATCH, and UNKNOWN_TOOL, UNKNOWN_PROMPT or
   * UNKNOWN_RESOURCE for what is not there or what this user must not see: both answer alike
   */
  target(message: Message, principal: Principal, account: Account): Target;
  /** Runs it. Only for a target whose decision is `allow`. */
  dispatch(message: Message, target: Target, services: Services): Promise<Reply>;
}

export interface DispatcherOptions {
  readonly config: GatewayConfig;
  readonly registry: Registry;
  readonly rounds: Rounds;
}

export function createDispatcher({ config, registry, rounds }: DispatcherOptions): Dispatcher {
  requireUnique(registry);
  const finder = createFinder(registry);
  const capabilities = capabilitiesOf(registry);
  const versionOf = rememberVersions(config);
  return {
    describe: ({ kind, method, params }) => {
      const row = METHODS.get(method);
      const wanted = row?.acts && finder.peek(row.acts, params);
      const feature = wanted?.found?.feature;
      const tool = wanted?.kind === 'tool' && feature !== undefined ? finder.tool(feature.name) : undefined;
      return {
        recorded: kind === 'request' && row?.recorded === true && isOffered(row, capabilities),
        method: row && method,
        name: feature?.name,
        requested: wanted?.requested ?? '',
        given: wanted?.given ?? {},
        level: feature?.audit?.level ?? DEFAULT_LEVEL,
        get argumentNames() {
          return feature && (tool ? argumentNamesOf(tool) : NO_NAMES);
        },
        get version() {
          return tool && versionOf(tool);
        },
      };
    },
    target: (message, principal, account) => {
      if (message.kind !== 'request') return { kind: 'none' };
      const method = methodOf(message, capabilities);
      if (method.acts) return callTarget(finder, method, method.acts, message, principal, account);
      return { kind: 'method', method, visible: visibleTo(registry, principal, account) };
    },
    dispatch: async (message, target, services) => {
      if (target.kind === 'none') return { kind: 'accepted' };
      if (target.kind === 'call') return runCall(rounds, message, target, services);
      const { method, visible } = target;
      const result = method.answer?.({ config, message, capabilities, visible }) ?? {};
      return { kind: 'result', result, cacheable: method.cacheable, notices: [] };
    },
  };
}

const NO_NAMES: ReadonlySet<string> = new Set();
const argumentNames = new WeakMap<Tool, ReadonlySet<string>>();

function argumentNamesOf(tool: Tool): ReadonlySet<string> {
  const known = argumentNames.get(tool) ?? new Set(Object.keys(ownObject(tool.inputSchema, 'properties')));
  argumentNames.set(tool, known);
  return known;
}

type CallTarget = Extract<Target, { kind: 'call' }>;

function methodOf({ method, revision }: Message, capabilities: JsonObject): Method {
  const row = METHODS.get(method);
  if (!row?.eras.includes(revision.era) || !isOffered(row, capabilities)) {
    throw new GatewayError('METHOD_NOT_FOUND', { reason: 'no_such_method' });
  }
  return row;
}

function isOffered({ needs }: Method, capabilities: JsonObject): boolean {
  return needs === undefined || Object.hasOwn(capabilities, needs);
}

function visibleTo(registry: Registry, principal: Principal, account: Account): Registry {
  const { tools, prompts, resources } = registry;
  const isVisible = (feature: Parameters<typeof decide>[2]) => decide(principal, account, feature).kind !== 'deny';
  return {
    ...registry,
    tools: tools.filter(isVisible),
    prompts: prompts.filter(isVisible),
    resources: resources.filter(isVisible),
  };
}

function callTarget(
  finder: Finder,
  method: Method,
  acts: FeatureKind,
  message: Message,
  principal: Principal,
  account: Account,
): CallTarget {
  const { found, requested, unknown } = finder.find(acts, message.params);
  const data = acts === 'resource' ? { data: { uri: requested.slice(0, 2048).toWellFormed() } } : {};
  if (found === undefined) throw new GatewayError(unknown, { reason: `no_such_${acts}`, ...data });
  const decision = decide(principal, account, found.feature);
  if (decision.kind === 'deny') throw new GatewayError(unknown, { reason: decision.reason, ...data });
  const tool = acts === 'tool' ? finder.tool(found.feature.name) : undefined;
  if (tool && message.revision.era === 'modern') {
    checkParamHeaders(tool.paramHeaders, found.input, message.paramHeaders);
  }
  const hasEffect = tool !== undefined && tool.annotations.readOnlyHint !== true;
  return { kind: 'call', method, acts, ...found, hasEffect, decision };
}

async function runCall(rounds: Rounds, message: Message, target: CallTarget, services: Services): Promise<Reply> {
  const { feature, input, acts, method, hasEffect, decision } = target;
  if (decision.kind !== 'allow') throw new Error('a call that is not allowed reached dispatch');
  const notices = createNotices(message.meta);
  const binding = bindingOf(message, target, services);
  const { answers, state } = await rounds.open(message, binding, hasEffect, services.deadline);
  const { progress, notify } = notices;
  const round = { answers, state, progress, notify, clientCapabilities: clientCapabilitiesOf(message) };
  const run = (idempotencyKey?: string) => runFeature(feature, acts, input, services, { ...round, idempotencyKey });
  const { idempotency: rule } = feature;
  const given = { input, answers, key: message.idempotencyKey };
  const outcome = rule === undefined ? await run() : await runOnce(feature, rule, given, services, run);
  if (outcome.kind === 'done') {
    return { kind: 'result', result: outcome.result, cacheable: method.cacheable, notices: notices.list() };
  }
  if (outcome.kind === 'ask') {
    const result = await rounds.ask(message, binding, hasEffect, outcome.ask, services.deadline);
    return { kind: 'result', result, cacheable: false, notices: notices.list() };
  }
  const { code, message: said, structured } = outcome;
  if (acts === 'tool') return { kind: 'tool-error', code, message: said, structured, notices: notices.list() };
  throw toProtocolError(code, said, input);
}

/** Prompts, resources and completions have no result that says "failed": theirs is a JSON-RPC error. */
function toProtocolError(code: ErrorCode, said: string, input: JsonObject): GatewayError {
  if (code === 'INVALID_ARGUMENTS') return new GatewayError('INVALID_PARAMS', { reason: 'arguments', hint: said });
  if (code === 'UNKNOWN_RESOURCE') return new GatewayError(code, { reason: 'not_found', data: { uri: input['uri'] } });
  return new GatewayError(code, { reason: 'failed', hint: said });
}

function bindingOf({ method }: Message, { feature, input }: CallTarget, { principal }: Services): Binding {
  const { issuer, subject, clientId = '' } = principal;
  return { issuer, subject, clientId, method, name: feature.name, input };
}
