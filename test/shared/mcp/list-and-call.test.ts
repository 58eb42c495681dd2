import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { Account, Principal, Uid } from '../../../shared/core/principal.ts';
import { createDispatcher } from '../../../shared/mcp/dispatch.ts';
import type { Rounds } from '../../../shared/mcp/rounds.ts';
import { definePrompt } from '../../../shared/prompts/define-prompt.ts';
import { readMessage } from '../../../shared/protocol/read-message.ts';
import type { Registry } from '../../../shared/registry/index.ts';
import { defineResource } from '../../../shared/resources/define-resource.ts';
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

/** Never reached: what is tested here is decided before anything runs. */
const rounds = {} as Rounds;
const nothing = { tools: [], prompts: [], resources: [], backends: {} };

function toRegistry(
  definitions: ReadonlyArray<{ name: string; scopes: string[]; roles?: string[] | undefined }>,
): Registry {
  const common = definitions.map(({ name, scopes, roles }) => ({
    name,
    title: name,
    description: name,
    scopes,
    ...(roles === undefined ? {} : { roles }),
  }));
  const schemas = { input: z.object({}), output: z.object({}), annotations: {} };
  return {
    ...nothing,
    tools: common.map((each) => defineTool({ ...each, ...schemas, run: () => ({}) })),
    prompts: common.map((each) => definePrompt({ ...each, arguments: {}, get: () => [] })),
    resources: common.map((each) =>
      defineResource({ ...each, uri: `test://${each.name}`, mimeType: 'text/plain', read: () => '' }),
    ),
  };
}

const KINDS = [
  ['tools', 'tools/list', 'UNKNOWN_TOOL', (name: string) => legacy('tools/call', { name })],
  ['prompts', 'prompts/list', 'UNKNOWN_PROMPT', (name: string) => legacy('prompts/get', { name })],
  [
    'resources',
    'resources/list',
    'UNKNOWN_RESOURCE',
    (name: string) => legacy('resources/read', { uri: `test://${name}` }),
  ],
] as const;

test.each(KINDS)(
  'for every user and all %s: listed means allowed or step-up, hidden means unknown',
  (kind, list, code, call) => {
    fc.assert(
      fc.property(anyTools, anyUser, (definitions, user) => {
        fc.pre(definitions.length > 0);
        const registry = toRegistry(definitions);
        const dispatcher = createDispatcher({ config: testConfig(), registry, rounds });
        const principal = { scopes: user.scopes, roles: user.roles } as unknown as Principal;
        const account: Account = { uid: 'usr_x' as Uid, status: user.status, roles: user.accountRoles };
        const listing = dispatcher.target(readMessage(legacy(list), {}), principal, account);
        const listed = listing.kind === 'method' ? listing.visible[kind].map(({ name }) => name) : [];
        const called = definitions.map(({ name }) =>
          outcomeOf(() => dispatcher.target(readMessage(call(name), {}), principal, account)),
        );
        const expected = definitions.map(({ name, scopes }) => {
          if (!listed.includes(name)) return code;
          return scopes.every((scope) => user.scopes.includes(scope)) ? 'allow' : 'step-up';
        });
        expect(called).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  },
);

test.each(['tools', 'prompts', 'resources'] as const)('two %s of one name are refused at start', (kind) => {
  const [one] = toRegistry([{ name: 'twice', scopes: [] }])[kind];
  const registry = { ...nothing, [kind]: [one, one] };
  expect(() => createDispatcher({ config: testConfig(), registry, rounds })).toThrow(`two ${kind} have the same name`);
});
