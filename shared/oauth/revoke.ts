import { OAuthError } from './errors.ts';
import type { Parameters } from './form.ts';
import type { Relay, RelayCall } from './relay.ts';
import { findClient, required } from './token.ts';

/**
 * RFC 7009. Refresh tokens only: access tokens are checked without asking anybody, so revoking one would change nothing.
 * What is no token of ours counts as revoked already (section 2.2).
 */
export function createRevoke(relay: Relay): (form: Parameters, call: RelayCall) => Promise<void> {
  return async (form, call) => {
    const client = await findClient(relay, form, call);
    const text = required(form, 'token');
    const rt = await relay.seals.open('rt', text);
    if (rt === undefined) {
      if (form.get('token_type_hint') !== 'access_token') return;
      throw new OAuthError('unsupported_token_type', 'only refresh tokens can be revoked');
    }
    if (rt.cid !== client.id) {
      throw new OAuthError('invalid_grant', 'the token was issued to another client', {
        reason: 'token_of_another_client',
      });
    }
    await relay.upstream.revoke(rt.t, call.log);
  };
}
