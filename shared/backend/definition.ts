import type { ApiKeyAuth } from './auth/api-key.ts';
import type { AssertionAuth } from './auth/assertion.ts';
import type { AwsIamAuth } from './auth/aws-iam.ts';
import type { ClientCredentialsAuth } from './auth/client-credentials.ts';
import type { ForwardTokenAuth } from './auth/forward-token.ts';
import type { NoAuth } from './auth/none.ts';
import type { TokenExchangeAuth } from './auth/token-exchange.ts';

/** How a backend gets to know who is calling: one mode a file in `auth`. */
export type Auth =
  | AssertionAuth
  | TokenExchangeAuth
  | ClientCredentialsAuth
  | ApiKeyAuth
  | AwsIamAuth
  | ForwardTokenAuth
  | NoAuth;

/**
 * A service that tools call: what is the same wherever the gateway is deployed. Its address, and what else differs, is a
 * parameter (docs/add-a-backend.md).
 */
export interface Backend {
  /** What models and people read when it fails: "the CRM". */
  readonly title: string;
  /** How it gets to know who the user is. By a signed assertion when it does not say. */
  readonly auth?: Auth;
  /** `X-User-Id` and friends beside the assertion, for logs and for code that the assertion was checked before. */
  readonly identityHeaders?: boolean;
  /** It has addresses of a private network, and nothing else may have them. */
  readonly private?: boolean;
  readonly limits?: Partial<BackendLimits>;
  /** Its tools are offered where it has an address; without this, a gateway that has none for it does not start. */
  readonly optional?: boolean;
}

export interface BackendLimits {
  /** A call with all its attempts, from connecting to the end of the answer. The deadline of the tool holds beside it. */
  readonly timeoutMs: number;
  /** Of an answer. */
  readonly maxBytes: number;
  /** All in all, of a call that may be repeated. */
  readonly attempts: number;
  /** So many failures in a row, and nothing is tried for `restMs`. */
  readonly failures: number;
  readonly restMs: number;
}

export const BACKEND_LIMITS: BackendLimits = {
  timeoutMs: 10_000,
  maxBytes: 1_048_576,
  attempts: 2,
  failures: 5,
  restMs: 10_000,
};

/** Name → backend. */
export type BackendTable = Readonly<Record<string, Backend>>;
