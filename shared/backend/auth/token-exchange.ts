import { createHash } from 'node:crypto';
import { type ExchangePresetName, PRESET_ROWS } from './exchange-presets.ts';
import { type AuthMode, CredentialsUnavailable } from './mode.ts';
import { revealToken } from './subject-token.ts';
import type { TokenCache } from './token-cache.ts';
import type { ClientAuth, TokenEndpoint } from './token-endpoint.ts';

/** A token for this user and this backend, from the identity provider, in exchange for the user's own (RFC 8693). */
export interface TokenExchangeAuth {
  readonly mode: 'token-exchange';
  readonly preset: ExchangePresetName;
  readonly scope?: string;
  /** Instead of what the preset says. */
  readonly clientAuth?: ClientAuth;
}

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

export function tokenExchangeAuth(
  { preset, scope }: TokenExchangeAuth,
  audience: string,
  endpoint: TokenEndpoint,
  cache: TokenCache,
): AuthMode {
  const { grant, target } = PRESET_ROWS[preset];
  const common = {
    ...(scope === undefined ? {} : { scope }),
    ...(target === undefined ? {} : { [target]: audience }),
  };
  return {
    headers: ['authorization'],
    credentials: async (_request, caller) => {
      const subject = revealToken(caller.bearer);
      if (subject === undefined) throw new CredentialsUnavailable('token_not_for_backend');
      // The cache is this backend's own, so the target is part of every name. The token itself is no name to keep.
      const name = createHash('sha256').update(subject).digest('base64url');
      const form = { ...(grant === 'obo' ? onBehalfOf(subject) : exchange(subject)), ...common };
      const token = await cache.get(name, async () => {
        const issued = await endpoint.ask(form, caller);
        // Never longer than the sign-in that it stands for.
        return { ...issued, expiresAt: Math.min(issued.expiresAt, caller.principal.expiresAt * 1000) };
      });
      return { headers: { authorization: `Bearer ${token}` }, renew: async () => cache.forget(name, token) };
    },
  };
}

/** RFC 8693 section 2.1. */
function exchange(subject: string) {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subject,
    subject_token_type: ACCESS_TOKEN,
    requested_token_type: ACCESS_TOKEN,
  };
}

/** Entra, OAuth 2.0 On-Behalf-Of flow. */
function onBehalfOf(subject: string) {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    requested_token_use: 'on_behalf_of',
    assertion: subject,
  };
}
