import { GatewayError } from '../core/errors.ts';
import { isObject, type JsonObject, own } from '../core/json-object.ts';
import { type InputRequest, type InputRequired, mayAsk } from '../features/ask.ts';
import { clientCapabilitiesOf, type Message } from '../protocol/read-message.ts';
import type { UseOnce } from '../store/once.ts';
import type { Binding, RequestStates } from './request-state.ts';

/** What a round brings: the answers to earlier questions, and the state that was kept. */
export interface Round {
  readonly answers: ReadonlyMap<string, JsonObject>;
  readonly state: unknown;
}

/** `until`: epoch milliseconds. What the state table has not answered by then is STATE_UNAVAILABLE. */
export interface Rounds {
  /**
   * Answers and state of this round. With an effect behind it, answers count only with the state they were asked with,
   * and that state once: a replayed confirmation must not act twice.
   *
   * @throws GatewayError INVALID_PARAMS for answers of the wrong form and for a state that is not good here (any more),
   * STATE_UNAVAILABLE
   */
  open(message: Message, binding: Binding, hasEffect: boolean, until: number): Promise<Round>;
  /**
   * The result that asks the client.
   *
   * @throws GatewayError MISSING_CAPABILITY, INPUT_UNSUPPORTED in the legacy era, STATE_UNAVAILABLE
   */
  ask(
    message: Message,
    binding: Binding,
    hasEffect: boolean,
    wanted: InputRequired,
    until: number,
  ): Promise<JsonObject>;
}

const NOT_RUN = 'The keys or marks of multi round-trip calls cannot be reached now. Nothing was run. Try again.';
const NOT_ASKED = 'The call ran as far as its question, and its key cannot be reached now. Try again.';

const FIRST: Round = { answers: new Map(), state: undefined };

export function createRounds(states: RequestStates, useOnce: UseOnce): Rounds {
  return {
    open: async (message, binding, hasEffect, until) => {
      const { params, revision } = message;
      if (revision.era === 'legacy') return FIRST;
      const answers = readAnswers(params);
      const sealed = own(params, 'requestState');
      if (sealed === undefined) return hasEffect ? FIRST : { answers, state: undefined };
      const opened =
        typeof sealed === 'string' ? await reach(NOT_RUN, () => states.open(binding, sealed, until)) : undefined;
      if (opened === undefined) throw badState('state_invalid');
      if (hasEffect && !(await reach(NOT_RUN, () => useOnce(opened.id, opened.expiresAt, until))))
        throw badState('state_used');
      const asked = [...answers].filter(([key]) => opened.asked.includes(key));
      return { answers: new Map(asked), state: opened.state };
    },
    ask: async (message, binding, hasEffect, { requests, state }, until) => {
      if (message.revision.era === 'legacy') throw new GatewayError('INPUT_UNSUPPORTED', { reason: 'legacy_client' });
      const wanted = Object.entries(requests);
      requireDeclared(Object.values(requests), clientCapabilitiesOf(message));
      const inputRequests = Object.fromEntries(wanted.map(([key, { method, params }]) => [key, { method, params }]));
      const kept = hasEffect || state !== undefined;
      const requestState = kept
        ? await reach(NOT_ASKED, () => states.seal(binding, Object.keys(requests), state, until))
        : undefined;
      return {
        resultType: 'input_required',
        ...(wanted.length === 0 ? {} : { inputRequests }),
        ...(requestState === undefined ? {} : { requestState }),
      };
    },
  };
}

/** A client is asked only for what it declared in this request (MCP 2026-07-28, multi round-trip requests). */
function requireDeclared(requests: readonly InputRequest[], declared: JsonObject): void {
  const refused = requests.filter((request) => !mayAsk(request, declared));
  if (refused.length === 0) return;
  const requiredCapabilities = Object.assign({}, ...refused.map(({ capability }) => capability)) as JsonObject;
  throw new GatewayError('MISSING_CAPABILITY', { reason: 'not_declared', data: { requiredCapabilities } });
}

function readAnswers(params: JsonObject): ReadonlyMap<string, JsonObject> {
  const sent = own(params, 'inputResponses');
  if (sent === undefined) return FIRST.answers;
  const entries = isObject(sent) ? Object.entries(sent) : undefined;
  if (!entries?.every((entry): entry is [string, JsonObject] => isObject(entry[1]))) {
    throw new GatewayError('INVALID_PARAMS', {
      reason: 'input_responses_malformed',
      hint: '`inputResponses` is an object with one object for each key of `inputRequests`.',
    });
  }
  return new Map(entries);
}

/** Fails closed: without the keys no state can be judged, and without the mark nothing may act. */
async function reach<T>(hint: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('STATE_UNAVAILABLE', { reason: 'state_store_failed', hint, cause });
  }
}

function badState(reason: string): GatewayError {
  const hint =
    reason === 'state_used'
      ? '`requestState` was used before; what it confirmed may have happened. Check, then start the call again.'
      : '`requestState` was changed, is older than ten minutes, or belongs to another call. Start the call again.';
  return new GatewayError('INVALID_PARAMS', { reason, hint });
}
