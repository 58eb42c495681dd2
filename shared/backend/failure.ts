import { NetError, type NetReason } from '../net/net-error.ts';
import { type CredentialsReason, CredentialsUnavailable } from './auth/mode.ts';
import type { Effect } from './request.ts';

/** Rows of shared/core/errors.ts. */
export type BackendFailureCode = 'BACKEND_REFUSED' | 'BACKEND_UNAVAILABLE' | 'BACKEND_ERROR' | 'OUTCOME_UNKNOWN';

/** What a backend answered when it did not do what it was asked. */
export interface Refusal {
  readonly status: number;
  /** Parsed JSON; undefined when it was none. For the author of a tool to pick from, never to be handed on whole. */
  readonly body: unknown;
}

interface Facts {
  /** For the log: short and fixed. */
  readonly reason: string;
  /** Whether the other side is certain to have done nothing. */
  readonly hadNoEffect: boolean;
  readonly refusal?: Refusal;
}

/**
 * A call that did not work. The message is for the model: our own words, a status and the title of the backend. Whatever
 * the backend wrote stays in `refusal`, which no log and no answer contains.
 */
export class BackendFailure extends Error {
  override readonly name = 'BackendFailure';
  readonly code: BackendFailureCode;
  readonly reason: string;
  readonly hadNoEffect: boolean;
  /** Only of a 4xx. */
  readonly refusal: Refusal | undefined;

  constructor(code: BackendFailureCode, message: string, { reason, hadNoEffect, refusal }: Facts) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.hadNoEffect = hadNoEffect;
    this.refusal = refusal;
  }
}

const CHANGE = 'did not accept the arguments. Change them before you call again.';
const STATE = 'is in a state that does not allow this. Read it anew before you call again.';
/** What follows the title of the backend. */
const REFUSED: ReadonlyMap<number, string> = new Map([
  [400, CHANGE],
  [401, 'does not accept the credentials of the gateway, so nothing was done. Tell your administrator.'],
  [403, 'does not allow this for the signed-in user.'],
  [404, 'has nothing that the arguments name. Check names and ids.'],
  [409, STATE],
  [410, 'does not have any more what the arguments name.'],
  [412, STATE],
  [413, 'does not accept so much at once. Send less.'],
  [422, CHANGE],
  [429, 'takes no more requests now. Wait before you call again.'],
]);
const CHECK = 'Check before you call again.';

/** A 4xx: it said that it did nothing. 401 is not about the user but about us, and a defect or an outage. */
export function refused(title: string, refusal: Refusal, retryAfter: string | undefined): BackendFailure {
  const { status } = refusal;
  const said = REFUSED.get(status) ?? `refused the call (HTTP ${status}).`;
  const seconds = /^\d{1,5}$/.exec(retryAfter ?? '')?.[0];
  const pause = seconds === undefined ? '' : ` It asks for a pause of ${seconds} seconds.`;
  const code = status === 401 ? 'BACKEND_ERROR' : 'BACKEND_REFUSED';
  const message = `${atStart(title)} ${said}${pause}`;
  return new BackendFailure(code, message, { reason: `http_${status}`, hadNoEffect: true, refusal });
}

/** A 5xx, or a redirect: that is not followed, since it could lead into the network. */
export function broke(title: string, status: number, effect: Effect): BackendFailure {
  return lost(`${atStart(title)} failed (HTTP ${status}).`, `http_${status}`, effect);
}

/** It answered well, but with nothing that a gateway can read. */
export function unreadable(title: string, reason: string, effect: Effect): BackendFailure {
  const what = reason === 'too_large' ? 'more than the gateway takes' : 'something that is no JSON';
  return lost(`${atStart(title)} answered with ${what}.`, reason, effect);
}

/** The request was there, and what became of it was not told. */
function lost(what: string, reason: string, effect: Effect): BackendFailure {
  if (effect === 'none') return new BackendFailure('BACKEND_ERROR', what, { reason, hadNoEffect: true });
  const open =
    effect === 'once' ? `It is not known whether the call had its effect. ${CHECK}` : 'Call again to be sure.';
  const code = effect === 'once' ? 'OUTCOME_UNKNOWN' : 'BACKEND_ERROR';
  return new BackendFailure(code, `${what} ${open}`, { reason, hadNoEffect: false });
}

/** Mistakes of ours: neither the user nor the backend can mend them. */
const OURS: ReadonlySet<NetReason> = new Set<NetReason>(['url_refused', 'host_not_allowed', 'request_refused']);
const UNREADABLE: ReadonlySet<NetReason> = new Set<NetReason>(['too_large', 'encoded', 'malformed']);

/** What the network, or what stands between us and it, made impossible. Any other error is thrown on. */
export function fromError(title: string, error: unknown, effect: Effect): BackendFailure {
  if (error instanceof CredentialsUnavailable) return withoutCredentials(title, error.reason);
  if (!(error instanceof NetError)) throw error;
  const { reason, sent } = error;
  const nothing = { reason, hadNoEffect: true };
  if (OURS.has(reason)) {
    return new BackendFailure(
      'BACKEND_ERROR',
      `The gateway may not send this to ${title}. Tell your administrator.`,
      nothing,
    );
  }
  if (UNREADABLE.has(reason)) return unreadable(title, reason, effect);
  if (sent) return lost(`The answer of ${title} did not come, or not whole.`, reason, effect);
  const message = `${atStart(title)} cannot be reached now, so nothing was done. Try again later.`;
  return new BackendFailure('BACKEND_UNAVAILABLE', message, nothing);
}

function withoutCredentials(title: string, reason: CredentialsReason): BackendFailure {
  const facts = { reason, hadNoEffect: true };
  const refusal = NO_TOKEN.get(reason);
  if (refusal !== undefined)
    return new BackendFailure(
      'BACKEND_REFUSED',
      refusal.replace('%', () => title),
      facts,
    );
  const message = `The gateway cannot prove to ${title} now who is calling, so nothing was done. Try again later.`;
  return new BackendFailure('BACKEND_UNAVAILABLE', message, facts);
}

const NO_TOKEN: ReadonlyMap<CredentialsReason, string> = new Map([
  [
    'interaction_required',
    'The identity provider wants the user to sign in or to consent before % can be used on their behalf. Nothing was done.',
  ],
  [
    'token_endpoint_refused',
    'The identity provider gives no token for % on behalf of this user. Nothing was done. Tell your administrator.',
  ],
  ['token_not_for_backend', 'The token of this user is not meant for %. Nothing was done. Tell your administrator.'],
]);

function atStart(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}
