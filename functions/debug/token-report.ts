import { type Headers, readBearer } from '../../shared/auth/bearer.ts';
import type { Verifier } from '../../shared/auth/verifier.ts';
import type { Identity } from '../../shared/identity/resolve.ts';
import type { HttpResponse } from '../middleware/chain.ts';
import { json } from '../middleware/http.ts';

/** What this gateway reads out of a token. Creates nobody: `uid` is null for a user it has not seen. */
export function createTokenReport(verifier: Verifier, identity: Identity) {
  return async (headers: Headers): Promise<HttpResponse> => {
    const principal = await verifier.verify(readBearer(headers));
    const account = await identity.find(principal);
    return json(200, {
      ok: true,
      issuer: principal.issuer,
      subject: principal.subject,
      audience: principal.audience,
      clientId: principal.clientId ?? null,
      scopes: principal.scopes,
      scopesInToken: principal.wireScopes,
      roles: principal.roles,
      issuedAt: new Date(principal.issuedAt * 1000).toISOString(),
      expiresAt: new Date(principal.expiresAt * 1000).toISOString(),
      uid: account?.uid ?? null,
      account: account?.status ?? null,
    });
  };
}
