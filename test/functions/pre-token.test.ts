import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHandler } from '../../functions/pre-token/handler.ts';
import { captureLog } from '../support/log.ts';

const PREFIX = 'https://mcp.example.com/mcp/';
const ECHO = `${PREFIX}starter.echo`;
const WHOAMI = `${PREFIX}starter.whoami`;
const rules = {
  scopePrefix: PREFIX,
  groups: [
    { group: 'readers', scopes: ['starter.whoami'] },
    { group: 'writers', scopes: ['starter.whoami', 'starter.echo'] },
  ],
};

function setUp(given: unknown = rules) {
  const { log, lines } = captureLog();
  return { handler: createHandler({ PRE_TOKEN_RULES: JSON.stringify(given) }, log), lines };
}

/** As the Cognito developer guide shows it, of version 2 at managed login. */
function event(request: object, more: object = {}) {
  return {
    version: '2',
    triggerSource: 'TokenGeneration_HostedAuth',
    region: 'eu-central-1',
    userPoolId: 'eu-central-1_Ab12Cd34',
    userName: '9f1c2d3e',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '3n4b5c6d7e' },
    request: {
      userAttributes: { sub: '9f1c2d3e', email: 'eva@example.com', 'cognito:user_status': 'CONFIRMED' },
      groupConfiguration: { groupsToOverride: ['readers'], iamRolesToOverride: [], preferredRole: null },
      scopes: [ECHO, WHOAMI],
      ...request,
    },
    response: { claimsAndScopeOverrideDetails: null },
    ...more,
  };
}

const inGroups = (...groupsToOverride: readonly string[]) => ({
  groupConfiguration: { groupsToOverride, iamRolesToOverride: [], preferredRole: null },
});

async function answerTo(request: object, more: object = {}) {
  const { response, ...rest } = (await setUp().handler(event(request, more))) as ReturnType<typeof event>;
  return { response, rest };
}

async function suppressedOf(request: object, more: object = {}): Promise<readonly string[]> {
  const { response } = await answerTo(request, more);
  const details = response.claimsAndScopeOverrideDetails as unknown as {
    readonly accessTokenGeneration: { readonly scopesToSuppress: readonly string[] };
  };
  return details.accessTokenGeneration.scopesToSuppress;
}

describe('the pre-token trigger', () => {
  test('answers with the event, the scopes to take away, and the groups as they were', async () => {
    const { response, rest } = await answerTo({
      groupConfiguration: { groupsToOverride: ['readers', 'others'], iamRolesToOverride: ['r'], preferredRole: 'r' },
    });
    const { response: _response, ...sent } = event({
      groupConfiguration: { groupsToOverride: ['readers', 'others'], iamRolesToOverride: ['r'], preferredRole: 'r' },
    });
    expect({ response, rest }).toEqual({
      rest: sent,
      response: {
        claimsAndScopeOverrideDetails: {
          accessTokenGeneration: { scopesToSuppress: [ECHO] },
          groupOverrideDetails: {
            groupsToOverride: ['readers', 'others'],
            iamRolesToOverride: ['r'],
            preferredRole: 'r',
          },
        },
      },
    });
  });

  test.each<readonly [string, object, readonly string[]]>([
    ['a member of a group keeps what it may', inGroups('writers'), []],
    ['a member of two groups keeps what either may', inGroups('readers', 'writers'), []],
    ['a member of unknown groups only loses all', inGroups('admins', 'Readers', 'readers '), [ECHO, WHOAMI]],
    ['a member of none loses all', inGroups(), [ECHO, WHOAMI]],
    ['without any word on groups all is lost', { groupConfiguration: undefined }, [ECHO, WHOAMI]],
    ['with groups that are null all is lost', { groupConfiguration: { groupsToOverride: null } }, [ECHO, WHOAMI]],
    ['a group called like a member of Object gives nothing', inGroups('constructor', '__proto__'), [ECHO, WHOAMI]],
    ['what was not asked for is not given', { ...inGroups('writers'), scopes: [WHOAMI] }, []],
    ['a scope of ours that no group knows is lost', { ...inGroups('writers'), scopes: [`${PREFIX}x`] }, [`${PREFIX}x`]],
    ['scopes of others are left alone', { ...inGroups(), scopes: ['openid', WHOAMI] }, [WHOAMI]],
    ['a resource that begins like ours is another', { scopes: [WHOAMI, `${PREFIX.slice(0, -1)}2/starter.echo`] }, []],
  ])('%s', async (_name, request, suppressed) => {
    expect(await suppressedOf(request)).toEqual(suppressed);
  });

  test.each([
    'TokenGeneration_RefreshTokens',
    'TokenGeneration_Authentication',
    'TokenGeneration_NewPasswordChallenge',
  ])('narrows at %s as well', async (triggerSource) => {
    expect(await suppressedOf({}, { triggerSource })).toEqual([ECHO]);
  });

  test('an app without a user, by version 3, keeps nothing of ours', async () => {
    const more = { version: '3', triggerSource: 'TokenGeneration_ClientCredentials' };
    expect(await suppressedOf({ groupConfiguration: undefined }, more)).toEqual([ECHO, WHOAMI]);
  });

  test('an event of another client, without a scope of ours, comes back as it was', async () => {
    const sent = event({ scopes: ['openid', 'aws.cognito.signin.user.admin', 'https://other.example/x'] });
    expect(await setUp().handler(sent)).toBe(sent);
  });

  test('whatever is asked for, the answer adds nothing, and what is left is asked for and allowed', async () => {
    const groups = ['readers', 'writers', 'strangers', 'toString'];
    const scopes = [ECHO, WHOAMI, `${PREFIX}other`, 'openid', 'https://other.example/starter.echo'];
    const allowed = new Map<string, readonly string[]>([
      ['readers', [WHOAMI]],
      ['writers', [WHOAMI, ECHO]],
    ]);
    await fc.assert(
      fc.asyncProperty(fc.subarray(groups), fc.shuffledSubarray(scopes), async (memberOf, asked) => {
        const answer = (await setUp().handler(event({ ...inGroups(...memberOf), scopes: asked }))) as object;
        const suppressed = asked.some((scope) => scope.startsWith(PREFIX))
          ? await suppressedOf({ ...inGroups(...memberOf), scopes: asked })
          : [];
        const left = asked.filter((scope) => scope.startsWith(PREFIX) && !suppressed.includes(scope));
        expect(JSON.stringify(answer)).not.toMatch(/scopesToAdd|claimsToAddOrOverride/);
        expect(suppressed.filter((scope) => !asked.includes(scope) || !scope.startsWith(PREFIX))).toEqual([]);
        expect(left.filter((scope) => !memberOf.some((group) => allowed.get(group)?.includes(scope)))).toEqual([]);
      }),
    );
  });
});

describe('no token comes of', () => {
  test.each<readonly [string, unknown]>([
    ['an event of version 1, which tells no scopes', event({ scopes: undefined }, { version: '1' })],
    ['an event of a version to come', event({}, { version: '4' })],
    ['scopes that are text', event({ scopes: `${ECHO} ${WHOAMI}` })],
    ['scopes that are null', event({ scopes: null })],
    ['groups that are text', event({ groupConfiguration: { groupsToOverride: 'writers' } })],
    ['groups that are numbers', event({ groupConfiguration: { groupsToOverride: [1] } })],
    ['no request', { ...event({}), request: undefined }],
    ['nothing', undefined],
    ['null', null],
  ])('%s', async (_name, sent) => {
    await expect(setUp().handler(sent)).rejects.toThrow('The event is none of a pre-token trigger of version 2 or 3.');
  });

  test.each<readonly [string, string | undefined, RegExp]>([
    ['no rules', undefined, /PRE_TOKEN_RULES is not set/],
    ['rules that are no JSON', '{', /JSON/],
    ['rules without a prefix, by which every scope would be ours', JSON.stringify({ ...rules, scopePrefix: '' }), /./],
    ['rules without groups', JSON.stringify({ scopePrefix: PREFIX }), /groups/],
    ['rules with more than that', JSON.stringify({ ...rules, allow: true }), /allow/],
  ])('a function with %s: it does not start', (_name, text, message) => {
    expect(() => createHandler({ PRE_TOKEN_RULES: text }, captureLog().log)).toThrow(message);
  });
});

describe('the log', () => {
  test('counts, and names neither the user nor a scope', async () => {
    const { handler, lines } = setUp();
    await handler(event({}));
    expect(lines).toEqual([
      { level: 'info', event: 'pre-token', trigger: 'TokenGeneration_HostedAuth', granted: 1, suppressed: 1 },
    ]);
  });

  test('says where an event is wrong, not what it holds', async () => {
    const { handler, lines } = setUp();
    await expect(handler(event({ scopes: 'eva@example.com' }))).rejects.toThrow();
    expect(lines).toEqual([{ level: 'error', event: 'pre-token-event', where: 'request.scopes' }]);
  });
});
