import { expect, test } from '@jest/globals';
import { App, RemovalPolicy } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { readParameters } from '../../infra/config.ts';
import { GatewayStack } from '../../infra/gateway-stack.ts';

/** What synthesis says about the stack when somebody has added this to its code. */
function complaints(add: (stack: GatewayStack) => unknown): readonly string[] {
  const app = new App({ analyticsReporting: false });
  const stack = new GatewayStack(app, { parameters: readParameters({}), bundling: false });
  add(stack);
  try {
    app.synth();
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').flatMap((line) => /\] (.*)$/.exec(line.trim())?.[1] ?? []);
  }
}

const find = <T>(stack: GatewayStack, kind: abstract new (...args: never[]) => T): T => {
  const found = stack.node.findAll().find((node): node is typeof node & T => node instanceof kind);
  if (found === undefined) throw new Error('not in the stack');
  return found;
};
const edit =
  <T>(kind: abstract new (...args: never[]) => T, change: (resource: T) => void) =>
  (stack: GatewayStack) =>
    change(find(stack, kind));
const onClient = (change: (client: cognito.CfnUserPoolClient) => void) => edit(cognito.CfnUserPoolClient, change);

const CLIENT = 'Gatehouse/Users/Pool/McpClient/Resource';
const POOL = 'Gatehouse/Users/Pool/Resource';

test('the stack as it is has nothing to complain about', () => {
  expect(complaints(() => undefined)).toEqual([]);
});

test.each<readonly [string, (stack: GatewayStack) => unknown, readonly string[]]>([
  [
    'the implicit flow',
    onClient((client) => {
      client.allowedOAuthFlows = ['code', 'implicit'];
    }),
    [`${CLIENT} allows a flow other than code: code, implicit`],
  ],
  [
    'the scope that changes profiles',
    onClient((client) => {
      client.allowedOAuthScopes = ['openid', 'aws.cognito.signin.user.admin'];
    }),
    [`${CLIENT} allows aws.cognito.signin.user.admin: such a token can change the profile of its user`],
  ],
  [
    'no word on sign-in flows',
    onClient((client) => {
      client.explicitAuthFlows = undefined;
    }),
    [`${CLIENT} does not name its sign-in flows`],
  ],
  [
    'callbacks over plain http, of another scheme, or none',
    onClient((client) => {
      client.callbackUrLs = ['http://evil.example/cb', 'cursor://x/cb', 'nowhere', 'http://localhost:1/cb'];
    }),
    [
      `${CLIENT} has the callback http://evil.example/cb, which must be https, or http to a loopback address`,
      `${CLIENT} has the callback cursor://x/cb, which must be https, or http to a loopback address`,
      `${CLIENT} has the callback nowhere, which is no URL`,
    ],
  ],
  [
    'a resource server named by its URL',
    edit(cognito.CfnUserPoolResourceServer, (server) => {
      server.name = 'https://mcp.acme.com/mcp';
    }),
    [
      'Gatehouse/Users/Pool/Tools/Resource has the name https://mcp.acme.com/mcp, which does not fit the pattern of names',
    ],
  ],
  [
    'a plan too small for what the pool has',
    edit(cognito.CfnUserPool, (pool) => {
      pool.userPoolTier = 'LITE';
      pool.lambdaConfig = { preTokenGenerationConfig: { lambdaArn: 'a', lambdaVersion: 'V2_0' } };
    }),
    [
      `${POOL} has no plan that binds aud: set ESSENTIALS or PLUS`,
      `${POOL} has a trigger of version 2, which its plan lacks`,
      `${POOL} has managed login of version 2, which its plan lacks`,
    ],
  ],
  [
    'a pool that goes with the stack',
    edit(cognito.CfnUserPool, (pool) => {
      pool.applyRemovalPolicy(RemovalPolicy.DESTROY);
    }),
    [`${POOL} would be deleted with the stack or on a replacement: set RETAIN`],
  ],
])('%s stops synthesis', (_name, add, expected) => {
  expect(complaints(add)).toEqual(expected);
});

test('a client added with the defaults of the CDK is told everything at once', () => {
  const path = 'Gatehouse/Users/Pool/Second/Resource';
  expect(complaints((stack) => find(stack, cognito.UserPool).addClient('Second'))).toEqual([
    `${path} allows a flow other than code: implicit, code`,
    `${path} allows aws.cognito.signin.user.admin: such a token can change the profile of its user`,
    `${path} does not name its sign-in flows`,
    `${path} has no branding: its login page shows nothing`,
  ]);
});
