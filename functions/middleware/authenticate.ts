import { readBearer } from '../../shared/auth/bearer.ts';
import type { Verifier } from '../../shared/auth/verifier.ts';
import { hideToken } from '../../shared/backend/auth/subject-token.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import type { Account, Principal, SubjectToken } from '../../shared/core/principal.ts';
import type { Identity } from '../../shared/identity/resolve.ts';
import type { Invocation, Step } from './chain.ts';
import type { RequestContext } from './request-context.ts';

export interface Verified {
  readonly principal: Principal;
  /** Stands for the token, which only two modes of calling a backend can get at. Undefined where none of them is used. */
  readonly bearer: SubjectToken | undefined;
}

/**
 * Bearer token → Principal. The token itself stays in this function: no later step, log or tool can see it. Of its
 * scopes only those of our catalogue go on: any other is text of somebody else, and would end up in records.
 */
export function verifyJwt(
  verifier: Verifier,
  catalogue: readonly string[],
  keepsToken = false,
): Step<Invocation & RequestContext, Verified> {
  return {
    name: 'verifyJwt',
    before: async ({ http }) => {
      const token = readBearer(http.headers);
      const principal = await verifier.verify(token);
      return {
        principal: { ...principal, scopes: principal.scopes.filter((scope) => catalogue.includes(scope)) },
        bearer: keepsToken ? hideToken(token) : undefined,
      };
    },
  };
}

/** Principal → uid and account state. The table's row, never a claim, says who this is to us. */
export function resolveUid(
  identity: Identity,
): Step<Invocation & RequestContext & { readonly principal: Principal }, { readonly account: Account }> {
  return {
    name: 'resolveUid',
    before: async ({ principal, deadline }) => ({ account: await identity.resolve(principal, deadline) }),
  };
}

/** A step of its own, so that the refusal of a disabled user is recorded under the uid that resolveUid found. */
export const requireActiveAccount: Step<Invocation & { readonly account: Account }, object> = {
  name: 'requireActiveAccount',
  before: ({ account }) => {
    if (account.status !== 'active') throw new GatewayError('ACCOUNT_DISABLED', { reason: 'account_disabled' });
    return {};
  },
};
