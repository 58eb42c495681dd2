import type { AssertionSigner } from '../assertion.ts';
import { SigningUnavailable } from '../signing-key.ts';
import { type AuthMode, CredentialsUnavailable } from './mode.ts';

/**
 * A JWT that this gateway signs for each request: who the user is, for whom, and for exactly which request
 * (docs/verify-in-your-backend.md). The backend trusts the gateway's published keys and nothing else.
 */
export interface AssertionAuth {
  readonly mode: 'assertion';
}

export function assertionAuth(signer: AssertionSigner, audience: string): AuthMode {
  return {
    headers: ['authorization'],
    credentials: async (request, { uid, principal, feature, scopes, requestId, deadline }) => {
      try {
        const claims = { audience, uid, principal, tool: feature, scopes, requestId, request };
        // No `renew`: a backend that refuses an assertion would refuse the next one too.
        return { headers: { authorization: `Bearer ${await signer.sign(claims, deadline)}` } };
      } catch (error) {
        if (error instanceof SigningUnavailable) throw new CredentialsUnavailable('signing_failed');
        throw error;
      }
    },
  };
}
