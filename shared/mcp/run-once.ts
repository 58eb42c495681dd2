import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import { GatewayError } from '../core/errors.ts';
import type { JsonObject } from '../core/json-object.ts';
import { type Feature, type IdempotencyRule, type Outcome, WINDOW_SECONDS } from '../features/feature.ts';
import type { Begun, Ending } from '../store/idempotency.ts';
import type { Services } from './run-feature.ts';

/** Member of a result's `_meta`: the request whose result this is. Nothing was run for this one. */
export const META_REPLAY = 'gatehouse/replayOf';

/** How long a call may go on after its deadline: until Lambda ends its process. */
const AFTER_DEADLINE_MS = 5000;
const END_MS = 800;
const NOT_CHECKED = 'Whether this call was made before cannot be checked now. Nothing was run. Try again.';

export interface GivenCall {
  readonly input: JsonObject;
  /** To questions of an earlier round. */
  readonly answers: ReadonlyMap<string, JsonObject>;
  /** What the client named the call by. */
  readonly key: string | undefined;
}

/**
 * Runs a call of a feature that declares idempotency, or answers with what an earlier one with the same key or arguments
 * came to. Fails closed: what cannot be reserved is not run.
 *
 * @throws GatewayError STATE_UNAVAILABLE
 */
export async function runOnce(
  feature: Feature,
  rule: IdempotencyRule,
  { input, answers, key }: GivenCall,
  services: Services,
  run: (idempotencyKey: string | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  if (key === undefined && rule.by === 'key') return run(undefined);
  const { account, requestId, deadline, idempotency, clock, log } = services;
  // With what the user answered: "no" must not be the answer to the same call for a day.
  const digest = digestOf(canonicalJson(answers.size === 0 ? input : [input, Object.fromEntries(answers)]));
  const { windowSeconds = WINDOW_SECONDS } = rule;
  const named = { uid: account.uid, feature: feature.name, key, digest };
  const call = { ...named, requestId, windowMs: windowSeconds * 1000, endsAt: deadline + AFTER_DEADLINE_MS };
  const begun = await idempotency.begin(call, deadline).catch((cause: unknown) => {
    throw new GatewayError('STATE_UNAVAILABLE', { reason: 'reservation_failed', hint: NOT_CHECKED, cause });
  });
  if (begun.kind !== 'started') return replay(begun);
  // Ours and not the client's: users may choose the same one.
  const outcome = await run(digestOf(canonicalJson([account.uid, feature.name, key ?? digest])));
  try {
    await begun.finish(endingOf(outcome), clock() + END_MS);
  } catch {
    // It stays reserved, and is unknown when its time is over: that is as safe, and less helpful.
    log.warn('idempotency.not_ended', { tool: feature.name });
  }
  return outcome;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A question is no effect: the call begins anew with its answer. */
function endingOf(outcome: Outcome): Ending {
  if (outcome.kind === 'done') return { kind: 'completed', result: outcome.result };
  const hadNoEffect = outcome.kind === 'ask' || outcome.hadNoEffect === true;
  return { kind: hadNoEffect ? 'nothing' : 'unknown' };
}

function replay(begun: Exclude<Begun, { kind: 'started' }>): Outcome {
  switch (begun.kind) {
    case 'completed':
      return replayed(begun);
    case 'running':
      return failed('CALL_IN_PROGRESS', 'The same call is running now. Wait a moment, then call again for its result.');
    case 'other':
      return failed('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used with other arguments. Take another key.');
    case 'unknown': {
      const before = `The same call was made before (request ${begun.requestId}), and it is not known whether it had its effect.`;
      return failed(
        'OUTCOME_UNKNOWN',
        `${before} It was not run again. Check its effect before you call with another key.`,
      );
    }
  }
}

function replayed({ result, requestId }: Extract<Begun, { kind: 'completed' }>): Outcome {
  if (result === undefined) {
    return failed(
      'CALL_COMPLETED',
      `The same call has succeeded before (request ${requestId}); its result was not kept.`,
    );
  }
  return { kind: 'done', result: { ...result, _meta: { [META_REPLAY]: requestId } } };
}

function failed(code: Extract<Outcome, { kind: 'failed' }>['code'], message: string): Outcome {
  return { kind: 'failed', code, message };
}
