import type { IdpConfig } from '../../shared/core/config.ts';

export interface TokenShape {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly header?: { readonly alg?: string; readonly typ?: string | undefined };
}

export interface Refused extends TokenShape {
  readonly what: string;
  readonly reason: string;
}

export interface IdpFixture {
  readonly idp: Partial<IdpConfig>;
  /** Laid over by the issuer and the times: an access token as the provider's documentation shows it. */
  readonly access: TokenShape;
  /** What the principal says beyond issuer and times. */
  readonly expected: object;
  /** Claims in which this provider puts scopes, with one of ours in its wire form. */
  readonly scopes: { readonly claim: string; readonly echo: string };
  /** The claim with the client. */
  readonly client: string;
  /** Whole tokens of the same issuer and keys that are no access tokens of a user. */
  readonly idTokens: readonly Refused[];
  readonly appOnly: Refused;
  /** An issuer of the same provider that is somebody else's. */
  readonly otherTenant: string;
  /** What synthesis must not take for an issuer of this provider. */
  readonly noIssuers: readonly string[];
}

export const OURS = 'starter.echo starter.whoami';
export const idToken = (
  claims: object,
  reason = 'id_token',
  header?: TokenShape['header'],
  what = 'an ID token',
): Refused => ({
  what,
  reason,
  claims: { sub: 'user-1', ...claims },
  ...(header === undefined ? {} : { header }),
});
export const appToken = (claims: object, reason = 'app_only', header?: TokenShape['header']): Refused =>
  idToken(claims, reason, header, 'a token of an app');
