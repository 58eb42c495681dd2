import { type AuthMode, CredentialsUnavailable } from './mode.ts';
import { revealToken } from './subject-token.ts';

/**
 * The caller's own token, as it came. Against the rule of MCP (no token passthrough), which this cannot make safe: the
 * backend can act as the user wherever that token is accepted, at this gateway too. Only for a backend that shares the
 * gateway's audience, and that the operator named in `forwardTokenTo`.
 */
export interface ForwardTokenAuth {
  readonly mode: 'forward-token';
}

export function forwardTokenAuth(audience: string): AuthMode {
  return {
    headers: ['authorization'],
    credentials: async (_request, { bearer, principal }) => {
      const token = revealToken(bearer);
      // A gateway may accept several audiences, and this token has another one than the backend.
      if (token === undefined || !principal.audience.includes(audience)) {
        throw new CredentialsUnavailable('token_not_for_backend');
      }
      return { headers: { authorization: `Bearer ${token}` } };
    },
  };
}
