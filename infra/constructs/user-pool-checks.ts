import { CfnDeletionPolicy, type Stack } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { IConstruct } from 'constructs';
import { callbackProblem } from '../callback-url.ts';

const ADMIN_SCOPE = 'aws.cognito.signin.user.admin';
const SERVER_NAME = /^[\w\s+=,.@-]{1,256}$/;

/**
 * What the CDK accepts and a gateway must not have, looked for in every Cognito resource of the stack when it is
 * synthesised: also in a client that somebody adds to the code later, with the defaults of the construct.
 */
export function userPoolProblems(stack: Stack, isProtected: boolean): string[] {
  const all = stack.node.findAll();
  const brandings = all.filter(isBranding).map(({ clientId }) => textOf(stack, clientId));
  return [
    ...all.filter(isClient).flatMap((client) => clientProblems(stack, client, brandings)),
    ...all.filter(isServer).flatMap(({ node, name }) => serverProblems(node.path, name)),
    ...all.filter(isPool).flatMap((pool) => poolProblems(stack, pool, all.filter(isDomain), isProtected)),
  ];
}

const isClient = (node: IConstruct) => node instanceof cognito.CfnUserPoolClient;
const isServer = (node: IConstruct) => node instanceof cognito.CfnUserPoolResourceServer;
const isPool = (node: IConstruct) => node instanceof cognito.CfnUserPool;
const isDomain = (node: IConstruct) => node instanceof cognito.CfnUserPoolDomain;
const isBranding = (node: IConstruct) => node instanceof cognito.CfnManagedLoginBranding;

function clientProblems(stack: Stack, client: cognito.CfnUserPoolClient, brandings: readonly string[]): string[] {
  const list = (value: unknown): readonly unknown[] => stack.resolve(value) ?? [];
  const flows = list(client.allowedOAuthFlows);
  const callbacks = list(client.callbackUrLs).filter((value) => typeof value === 'string');
  const { path } = client.node;
  return [
    ...(flows.some((flow) => flow !== 'code') ? [`${path} allows a flow other than code: ${flows.join(', ')}`] : []),
    ...(list(client.allowedOAuthScopes).includes(ADMIN_SCOPE)
      ? [`${path} allows ${ADMIN_SCOPE}: such a token can change the profile of its user`]
      : []),
    // Left out, Cognito turns on sign-in by password.
    ...(list(client.explicitAuthFlows).length === 0 ? [`${path} does not name its sign-in flows`] : []),
    ...callbacks.flatMap((url) => {
      const problem = callbackProblem(url);
      return problem === undefined ? [] : [`${path} has the callback ${url}, which ${problem}`];
    }),
    ...(brandings.includes(textOf(stack, client.ref)) ? [] : [`${path} has no branding: its login page shows nothing`]),
  ];
}

function serverProblems(path: string, name: string): string[] {
  return SERVER_NAME.test(name) ? [] : [`${path} has the name ${name}, which does not fit the pattern of names`];
}

function poolProblems(
  stack: Stack,
  pool: cognito.CfnUserPool,
  domains: readonly cognito.CfnUserPoolDomain[],
  isProtected: boolean,
): string[] {
  const { path } = pool.node;
  const { deletionPolicy, updateReplacePolicy } = pool.cfnOptions;
  const kept = [deletionPolicy, updateReplacePolicy].every((policy) => policy === CfnDeletionPolicy.RETAIN);
  const needs = [
    ...(hasVersion2(stack.resolve(pool.lambdaConfig)) ? ['a trigger of version 2'] : []),
    ...(domains.some((domain) => domain.managedLoginVersion === 2) ? ['managed login of version 2'] : []),
  ];
  const isSmall = pool.userPoolTier !== 'ESSENTIALS' && pool.userPoolTier !== 'PLUS';
  return [
    ...(isSmall ? [`${path} has no plan that binds aud: set ESSENTIALS or PLUS`] : []),
    ...(isSmall ? needs.map((need) => `${path} has ${need}, which its plan lacks`) : []),
    ...(isProtected && !kept ? [`${path} would be deleted with the stack or on a replacement: set RETAIN`] : []),
  ];
}

function hasVersion2(lambdaConfig: cognito.CfnUserPool.LambdaConfigProperty | undefined): boolean {
  return lambdaConfig?.preTokenGenerationConfig !== undefined;
}

function textOf(stack: Stack, value: unknown): string {
  return JSON.stringify(stack.resolve(value));
}
