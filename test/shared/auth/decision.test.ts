import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Decision, decide, type Requirement } from '../../../shared/auth/decision.ts';

interface Case {
  readonly scopes?: readonly string[];
  readonly tokenRoles?: readonly string[];
  readonly accountRoles?: readonly string[];
  readonly status?: 'active' | 'disabled';
  readonly needs: Requirement;
}

function decideOn({ scopes = [], tokenRoles = [], accountRoles = [], status = 'active', needs }: Case): Decision {
  return decide({ scopes, roles: tokenRoles }, { status, roles: accountRoles }, needs);
}

const ALLOW = { kind: 'allow' };
const stepUp = (...needed: string[]) => ({ kind: 'step-up', needed });
const deny = (reason: string) => ({ kind: 'deny', reason });

test.each<readonly [string, Case, object]>([
  ['no requirement admits any user', { needs: { scopes: [] } }, ALLOW],
  ['the scope admits', { scopes: ['a', 'b'], needs: { scopes: ['a'] } }, ALLOW],
  ['a missing scope can be stepped up to', { needs: { scopes: ['a'] } }, stepUp('a')],
  [
    'all that is needed is named, not the missing part',
    { scopes: ['a'], needs: { scopes: ['a', 'b'] } },
    stepUp('a', 'b'),
  ],
  ['a scope that starts like it is another', { scopes: ['a.b', 'A'], needs: { scopes: ['a'] } }, stepUp('a')],
  ['a role from the token admits', { tokenRoles: ['r'], needs: { scopes: [], roles: ['q', 'r'] } }, ALLOW],
  ['a role from the account admits', { accountRoles: ['r'], needs: { scopes: [], roles: ['r'] } }, ALLOW],
  ['a missing role is a denial', { needs: { scopes: [], roles: ['r'] } }, deny('role_missing')],
  [
    'a missing role hides that scopes are missing too',
    { needs: { scopes: ['a'], roles: ['r'] } },
    deny('role_missing'),
  ],
  [
    'an empty list of roles admits nobody',
    { tokenRoles: ['r'], needs: { scopes: [], roles: [] } },
    deny('role_missing'),
  ],
  ['a scope is no role', { scopes: ['r'], needs: { scopes: [], roles: ['r'] } }, deny('role_missing')],
  [
    'a disabled account is denied before all',
    { status: 'disabled', needs: { scopes: ['a'] } },
    deny('account_disabled'),
  ],
])('%s', (_name, input, expected) => {
  expect(decideOn(input)).toEqual(expected);
});

describe('for all users and requirements', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'));
  const input = fc.record(
    {
      scopes: names,
      tokenRoles: names,
      accountRoles: names,
      status: fc.constantFrom('active' as const, 'disabled' as const),
      needs: fc.record({ scopes: names, roles: names }, { requiredKeys: ['scopes'] }),
    },
    { requiredKeys: ['needs'] },
  );

  test('it is allowed exactly when active, with one of the roles and all of the scopes', () => {
    fc.assert(
      fc.property(input, ({ scopes = [], tokenRoles = [], accountRoles = [], status = 'active', needs }) => {
        const roles = new Set([...tokenRoles, ...accountRoles]);
        const may =
          status === 'active' &&
          (needs.roles === undefined || needs.roles.some((role) => roles.has(role))) &&
          needs.scopes.every((scope) => scopes.includes(scope));
        const made = decideOn({ scopes, tokenRoles, accountRoles, status, needs });
        expect(made.kind === 'allow').toBe(may);
      }),
    );
  });

  test('after getting what a step-up asks for, it is allowed', () => {
    fc.assert(
      fc.property(input, (given) => {
        const made = decideOn(given);
        if (made.kind === 'step-up') expect(decideOn({ ...given, scopes: made.needed })).toEqual(ALLOW);
      }),
    );
  });
});
