import type { AuthMode } from './mode.ts';
import type { TokenCache } from './token-cache.ts';
import type { ClientAuth, TokenEndpoint } from './token-endpoint.ts';

/**
 * The gateway's own token (RFC 6749 section 4.4). The backend learns that it is the gateway, and nothing that it could
 * check of the user.
 */
export interface ClientCredentialsAuth {
  readonly mode: 'client-credentials';
  readonly scope?: string;
  /** The parameter that names the backend: `audience` at Auth0, `resource` by RFC 8707. Without it none is sent. */
  readonly target?: 'audience' | 'resource';
  /** `basic` when it is not said. */
  readonly clientAuth?: ClientAuth;
}

export function clientCredentialsAuth(
  { scope, target }: ClientCredentialsAuth,
  audience: string,
  endpoint: TokenEndpoint,
  cache: TokenCache,
): AuthMode {
  const form = {
    grant_type: 'client_credentials',
    ...(scope === undefined ? {} : { scope }),
    ...(target === undefined ? {} : { [target]: audience }),
  };
  return {
    headers: ['authorization'],
    credentials: async (_request, caller) => {
      const token = await cache.get('', () => endpoint.ask(form, caller));
      return { headers: { authorization: `Bearer ${token}` }, renew: async () => cache.forget('', token) };
    },
  };
}
