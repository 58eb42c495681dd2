import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { Json } from '../aws-api.ts';
import type { Outputs } from '../cdk.ts';
import { dropBranding, joinProviderUrl } from '../edits.ts';
import { REGION } from '../environment.ts';
import type { Step } from '../story.ts';
import type { World } from '../world.ts';

const CALLBACK = 'https://claude.ai/api/mcp/auth_callback';
const PASSWORD = 'Correct-Horse-1';
const GROUPS = 'readers:starter.whoami,writers:starter.whoami+starter.echo';

type Cognito = (action: string, input: object) => Promise<Json>;

/** The pool of the prod stack gets groups and loses its second factor, in place; people sign in on its login page. */
export async function groupsChapter(world: World, outputs: Outputs, step: Step): Promise<void> {
  const { api, cdk } = world;
  const UserPoolId = poolOf(outputs);
  const cognito: Cognito = (action, input) =>
    api.json('cognito-idp', `AWSCognitoIdentityProviderService.${action}`, { UserPoolId, ...input });
  await step('a deploy with groups changes the pool in place and hands it the trigger', async () => {
    const changed = await cdk.deploy({ groupScopes: GROUPS, mfa: 'off' }, [joinProviderUrl, dropBranding]);
    assert.deepEqual([changed['Issuer'], changed['ClientId']], [outputs['Issuer'], outputs['ClientId']]);
    const { UserPool } = (await cognito('DescribeUserPool', {})) as { readonly UserPool: Json };
    const { PreTokenGenerationConfig } = UserPool['LambdaConfig'] as Readonly<Record<string, Json>>;
    const { Groups } = (await cognito('ListGroups', {})) as { readonly Groups: ReadonlyArray<{ GroupName: string }> };
    assert.deepEqual([UserPool['MfaConfiguration'], PreTokenGenerationConfig?.['LambdaVersion']], ['OFF', 'V2_0']);
    assert.match(String(PreTokenGenerationConfig?.['LambdaArn']), /PreToken/);
    assert.deepEqual(Groups.map(({ GroupName }) => GroupName).sort(), ['readers', 'writers']);
  });
  const prefix = `${outputs['McpUrl']}/`;
  for (const [groups, left] of [
    [['writers'], [`${prefix}starter.echo`, `${prefix}starter.whoami`]],
    [['readers'], [`${prefix}starter.whoami`]],
    [[], []],
  ] as const) {
    const who = groups.length === 0 ? 'somebody in no group' : `a member of ${groups.join()}`;
    await step(`${who} asks for both scopes and gets ${left.length}, by the deployed trigger`, async () => {
      const email = await createUser(cognito, groups);
      const { scope, client_id } = claimsOf(await signIn(world, outputs, email));
      assert.equal(client_id, outputs['ClientId']);
      assert.deepEqual(String(scope).split(' ').filter(Boolean).sort(), left);
    });
  }
}

/** A second stack makes its client in the pool of the first, and leaves the pool when it goes. */
export async function importChapter({ api, cdk }: World, outputs: Outputs, step: Step): Promise<void> {
  const UserPoolId = poolOf(outputs);
  const context = {
    stackName: 'Imported',
    environment: 'dev',
    userPoolId: UserPoolId,
    loginDomain: `acme.auth.${REGION}.amazoncognito.com`,
  };
  const list = async (action: string, what: string, name: string) => {
    const input = { UserPoolId, MaxResults: 50 };
    const answer = await api.json('cognito-idp', `AWSCognitoIdentityProviderService.${action}`, input);
    return (answer[what] as readonly Json[]).map((one) => one[name]).sort();
  };
  const clients = () => list('ListUserPoolClients', 'UserPoolClients', 'ClientId');
  const servers = () => list('ListResourceServers', 'ResourceServers', 'Identifier');
  await step('another stack makes its client and its scopes in that pool, and takes both with it', async () => {
    const made = await cdk.deploy(context, [dropBranding]);
    assert.equal(made['Issuer'], outputs['Issuer']);
    assert.deepEqual(await clients(), [outputs['ClientId'], made['ClientId']].sort());
    assert.deepEqual(await servers(), [outputs['McpUrl'], made['McpUrl']].sort());
    await cdk.destroy(context);
    assert.deepEqual([await clients(), await servers()], [[outputs['ClientId']], [outputs['McpUrl']]]);
  });
}

function poolOf(outputs: Outputs): string {
  return outputs['Issuer']?.split('/').at(-1) ?? '';
}

async function createUser(cognito: Cognito, groups: readonly string[]): Promise<string> {
  const Username = `${groups.join('-') || 'nobody'}@example.com`;
  await cognito('AdminCreateUser', { Username, UserAttributes: [{ Name: 'email', Value: Username }] });
  await cognito('AdminSetUserPassword', { Username, Password: PASSWORD, Permanent: true });
  for (const GroupName of groups) await cognito('AdminAddUserToGroup', { Username, GroupName });
  return Username;
}

/** Login page, code, token, with PKCE. */
async function signIn({ ministack }: World, outputs: Outputs, username: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const client_id = outputs['ClientId'] ?? '';
  const scope = ['starter.echo', 'starter.whoami'].map((name) => `${outputs['McpUrl']}/${name}`).join(' ');
  const page = await send(`${ministack.endpoint}/login`, {
    client_id,
    redirect_uri: CALLBACK,
    scope,
    state: 's',
    response_type: 'code',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    username,
    password: PASSWORD,
  });
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const answer = await send(`${ministack.endpoint}/oauth2/token`, {
    grant_type: 'authorization_code',
    client_id,
    code,
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  });
  const { access_token } = (await answer.json()) as { readonly access_token: string };
  return access_token;
}

function send(url: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

function claimsOf(token: string): Json {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Json;
}
