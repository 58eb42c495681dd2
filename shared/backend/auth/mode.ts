import type { Log } from '../../core/logger.ts';
import type { Principal, SubjectToken, Uid } from '../../core/principal.ts';
import type { SentRequest } from '../request-hash.ts';

/** On whose behalf a request is sent, and until when. */
export interface Caller {
  readonly uid: Uid;
  readonly principal: Pick<Principal, 'issuer' | 'subject' | 'clientId' | 'audience' | 'expiresAt'>;
  /** Only where a backend of this gateway gets it, or one in exchange for it. */
  readonly bearer: SubjectToken | undefined;
  /** The tool, prompt or resource that calls. */
  readonly feature: string;
  /** Logical names of the scopes that it demands; the user has them all. */
  readonly scopes: readonly string[];
  readonly requestId: string;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** What goes with one request. */
export interface Credentials {
  /** Names in lower case, those of the mode. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The backend answered 401, so it did nothing. True when there are other credentials now and one more attempt makes
   * sense: secrets are rotated without a deploy.
   */
  readonly renew?: () => Promise<boolean>;
}

export interface AuthMode {
  /** Every header that it may set, in lower case. */
  readonly headers: readonly string[];
  /**
   * Asked for each attempt anew: an assertion is for one request.
   *
   * @throws CredentialsUnavailable
   */
  credentials(request: SentRequest, caller: Caller): Promise<Credentials>;
}

/**
 * Why there are no credentials. `signing_failed`: no key. `secret_unavailable`: Secrets Manager, or what is in it.
 * `token_endpoint_*`: it said no, or could not be asked. `interaction_required`: the user has to sign in or consent
 * elsewhere first. `token_not_for_backend`: the user's own token names another audience.
 */
export type CredentialsReason =
  | 'signing_failed'
  | 'secret_unavailable'
  | 'token_endpoint_refused'
  | 'token_endpoint_unavailable'
  | 'token_endpoint_timed_out'
  | 'interaction_required'
  | 'token_not_for_backend';

/** Nothing was sent. Says nothing of what a token endpoint or a secret contains. */
export class CredentialsUnavailable extends Error {
  override readonly name = 'CredentialsUnavailable';
  readonly reason: CredentialsReason;

  constructor(reason: CredentialsReason) {
    super(reason);
    this.reason = reason;
  }
}
