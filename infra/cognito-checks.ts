import type { ParameterName, Parameters } from '../shared/core/parameters.ts';
import { scopesOf } from '../shared/registry/index.ts';
import { offeredBy } from './backends.ts';
import { callbackProblem } from './callback-url.ts';
import { checkFederation } from './federation-checks.ts';
import { type Problem, wrong } from './problem.ts';

/** Of the pool itself: they cannot be changed from outside of the stack that made it. */
const OF_POOL = ['userPoolPlan', 'mfa', 'groupScopes'] as const satisfies readonly ParameterName[];

/** Only where the stack makes the app client. */
const OF_CLIENT = [
  ...OF_POOL,
  'userPoolId',
  'loginDomain',
  'signInProviders',
  'googleClientId',
  'googleClientSecretArn',
  'federatedOidcIssuer',
  'federatedOidcClientId',
  'federatedOidcClientSecretArn',
  'federatedOidcName',
  'federatedSamlMetadataUrl',
  'federatedSamlName',
] as const satisfies readonly ParameterName[];

/** An app client takes 100, and some are ours. */
const MAX_CALLBACKS = 90;

/** User pool, app client, groups and federation: wrong combinations. */
export function checkCognito(parameters: Parameters, region: string | undefined): Problem[] {
  const { idp, issuer } = parameters;
  if (idp !== 'cognito') return refuseAll(parameters, OF_CLIENT, `is for idp=cognito, not for idp=${idp}`);
  if (issuer !== undefined) {
    const why = 'has no effect with issuer, where nothing is made in the pool: leave out issuer, or this';
    return refuseAll(parameters, OF_CLIENT, why);
  }
  return [
    ...checkCallbacks(parameters),
    ...checkPlan(parameters),
    ...checkImport(parameters, region),
    ...checkGroups(parameters),
    ...checkFederation(parameters, region),
  ];
}

function refuseAll(parameters: Parameters, names: readonly ParameterName[], problem: string): Problem[] {
  return names.filter((name) => parameters[name] !== undefined).map((name) => wrong(name, parameters[name], problem));
}

function checkCallbacks({ callbackUrls = [] }: Parameters): Problem[] {
  const found = callbackUrls.flatMap((url) => {
    const problem = callbackProblem(url);
    return problem === undefined ? [] : [wrong('callbackUrls', url, problem)];
  });
  if (callbackUrls.length <= MAX_CALLBACKS) return found;
  const problem = `are too many: an app client takes ${MAX_CALLBACKS} beside those of Claude and ChatGPT`;
  return [...found, wrong('callbackUrls', callbackUrls.length, problem)];
}

function checkPlan({ userPoolPlan }: Parameters): Problem[] {
  if (userPoolPlan !== 'lite') return [];
  const problem = 'binds no aud to the resource, and has neither managed login nor triggers of version 2';
  return [wrong('userPoolPlan', userPoolPlan, problem, 'essentials')];
}

function checkImport(parameters: Parameters, region: string | undefined): Problem[] {
  const { userPoolId, loginDomain, loginDomainPrefix } = parameters;
  if (userPoolId === undefined) {
    if (loginDomain === undefined) return [];
    return [wrong('loginDomain', loginDomain, 'is for userPoolId; for a new pool give loginDomainPrefix')];
  }
  const [home] = userPoolId.split('_');
  return [
    ...refuseAll(parameters, OF_POOL, 'is a setting of the pool, which this stack does not make: set it there'),
    ...(region === undefined || home === region
      ? []
      : [wrong('userPoolId', userPoolId, `is in another region than the stack, ${region}`, `${region}_Ab12Cd34`)]),
    ...(loginDomain === undefined && loginDomainPrefix === undefined
      ? [wrong('loginDomain', undefined, 'or loginDomainPrefix is needed with userPoolId: where users sign in')]
      : []),
    ...(loginDomain !== undefined && loginDomainPrefix !== undefined
      ? [
          wrong(
            'loginDomainPrefix',
            loginDomainPrefix,
            'makes a login page, and loginDomain names one: give one of them',
          ),
        ]
      : []),
  ];
}

/** A scope that no tool needs would be a group that may less than somebody thinks. */
function checkGroups(parameters: Parameters): Problem[] {
  const { groupScopes = [] } = parameters;
  const known = scopesOf(offeredBy(parameters));
  const unknown = [...new Set(groupScopes.flatMap(({ scopes }) => scopes))].filter((scope) => !known.includes(scope));
  if (unknown.length === 0) return [];
  const problem = `must name scopes of the tools: ${known.join(', ')}`;
  return unknown.map((scope) => wrong('groupScopes', scope, problem, `writers:${known.join('+')}`));
}
