import type { Account, Principal } from '../core/principal.ts';

/**
 * May this user use this target? `step-up`: only scopes are missing, so it is listed and signing in again can help.
 * `deny`: hidden, and answered like something that does not exist.
 */
export type Decision =
  | { readonly kind: 'allow' }
  | { readonly kind: 'step-up'; readonly needed: readonly string[] }
  | { readonly kind: 'deny'; readonly reason: string };

export interface Requirement {
  /** Logical scopes, all needed. Empty: any authenticated user, and has to be written out. */
  readonly scopes: readonly string[];
  /** Any one of these roles, from the token or the account. Absent: no role needed. */
  readonly roles?: readonly string[];
}

/** The one decision, used by the list and by the call alike. */
export function decide(
  principal: Pick<Principal, 'scopes' | 'roles'>,
  account: Pick<Account, 'status' | 'roles'>,
  { scopes, roles }: Requirement,
): Decision {
  if (account.status !== 'active') return { kind: 'deny', reason: 'account_disabled' };
  if (roles && !roles.some((role) => account.roles.includes(role) || principal.roles.includes(role))) {
    return { kind: 'deny', reason: 'role_missing' };
  }
  const missing = scopes.filter((scope) => !principal.scopes.includes(scope));
  return missing.length === 0 ? { kind: 'allow' } : { kind: 'step-up', needed: scopes };
}
