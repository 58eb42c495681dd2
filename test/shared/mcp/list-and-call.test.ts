import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { Account, Principal, Uid } from '../../../shared/core/principal.ts';
import { createDispatcher } from '../../../shared/mcp/dispatch.ts';
import { readMessage } from '../../../shared/protocol/read-message.ts';
import { defineTool } from '../../../shared/tools/define-tool.ts';
import { testConfig } from '../../support/config.ts';
import { legacy } from '../../support/messages.ts';

const SCOPES = ['a.read', 'a.write', 'b.read'];
const ROLES = ['admin', 'auditor'];
const anyTools = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('one', 'two', 'three', 'four', 'toString', 'constructor'),
    scopes: fc.subarray(SCOPES),
    roles: fc.option(fc.subarray(ROLES, { minLength: 1 }), { nil: undefined }),
  }),
  { selector: ({ name }) => name },
);
const anyUser = fc.record({
  scopes: fc.subarray([...SCOPES, 'foreign']),
  roles: fc.subarray(ROLES),
  accountRoles: fc.subarray(ROLES),
  status: fc.constantFrom('active' as const, 'disabled' as const),
});

/** What happens when this user names this tool in tools/call. */
function outcomeOf(attempt: () => { kind: string; decision?: { kind: string } }): string {
  try {
    return attempt().decision?.kind ?? 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('for every user and tool: listed means allowed or step-up, hidden means unknown', () => {
  fc.assert(
    fc.property(anyTools, anyUser, (definitions, user) => {
      const tools = definitions.map(({ name, scopes, roles }) =>
        defineTool({
          name,
          title: name,
          description: name,
          scopes,
          ...(roles === undefined ? {} : { roles }),
          input: z.object({}),
          output: z.object({}),
          annotations: {},
          run: () => ({}),
        }),
      );
      const dispatcher = createDispatcher({ config: testConfig(), tools });
      const principal = { scopes: user.scopes, roles: user.roles } as unknown as Principal;
      const account: Account = { uid: 'usr_x' as Uid, status: user.status, roles: user.accountRoles };
      const listing = dispatcher.target(readMessage(legacy('tools/list'), {}), principal, account);
      const listed = listing.kind === 'method' ? listing.listed.map(({ name }) => name) : [];
      const called = tools.map(({ name }) =>
        outcomeOf(() => dispatcher.target(readMessage(legacy('tools/call', { name }), {}), principal, account)),
      );
      const expected = tools.map(({ name, scopes }) => {
        if (!listed.includes(name)) return 'UNKNOWN_TOOL';
        return scopes.every((scope) => user.scopes.includes(scope)) ? 'allow' : 'step-up';
      });
      expect(called).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('two tools of one name are refused at start', () => {
  const tool = defineTool({
    name: 'twice',
    title: 't',
    description: 'd',
    scopes: [],
    input: z.object({}),
    output: z.object({}),
    annotations: {},
    run: () => ({}),
  });
  expect(() => createDispatcher({ config: testConfig(), tools: [tool, tool] })).toThrow('two tools have the same name');
});
