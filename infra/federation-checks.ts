import type { ParameterName, Parameters } from '../shared/core/parameters.ts';
import { type Problem, wrong } from './problem.ts';

/** Names that Cognito gives a meaning of its own. */
const RESERVED = ['COGNITO', 'Google', 'Facebook', 'LoginWithAmazon', 'SignInWithApple'];

/** Each identity provider is all of these or none. */
const TOGETHER = [
  ['googleClientId', 'googleClientSecretArn'],
  ['federatedOidcIssuer', 'federatedOidcClientId', 'federatedOidcClientSecretArn'],
] as const satisfies ReadonlyArray<readonly ParameterName[]>;

export interface ProviderNames {
  readonly google: string | undefined;
  readonly oidc: string | undefined;
  readonly saml: string | undefined;
}

/** What is federated, by the name that it has in the pool. */
export function providerNames(parameters: Parameters): ProviderNames {
  const { googleClientId, federatedOidcIssuer, federatedSamlMetadataUrl } = parameters;
  return {
    google: googleClientId === undefined ? undefined : 'Google',
    oidc: federatedOidcIssuer === undefined ? undefined : (parameters.federatedOidcName ?? 'Oidc'),
    saml: federatedSamlMetadataUrl === undefined ? undefined : (parameters.federatedSamlName ?? 'Saml'),
  };
}

export function checkFederation(parameters: Parameters, region: string | undefined): Problem[] {
  return [
    ...TOGETHER.flatMap((names) => checkTogether(parameters, names)),
    ...checkNames(parameters),
    ...checkUrls(parameters),
    ...checkSecrets(parameters, region),
    ...checkOpenness(parameters),
    ...checkOffered(parameters),
  ];
}

function checkTogether(parameters: Parameters, names: readonly ParameterName[]): Problem[] {
  const given = names.find((name) => parameters[name] !== undefined);
  if (given === undefined) return [];
  return names
    .filter((name) => parameters[name] === undefined)
    .map((name) => wrong(name, undefined, `is needed with ${given}`));
}

function checkNames(parameters: Parameters): Problem[] {
  const { federatedOidcName, federatedSamlName } = parameters;
  const { oidc, saml } = providerNames(parameters);
  const pairs = [
    ['federatedOidcName', federatedOidcName, oidc, 'federatedOidcIssuer'],
    ['federatedSamlName', federatedSamlName, saml, 'federatedSamlMetadataUrl'],
  ] as const;
  const found = pairs.flatMap(([name, value, used, needed]) => {
    if (value === undefined) return [];
    if (used === undefined) return [wrong(needed, undefined, `is needed with ${name}`)];
    return RESERVED.includes(value) ? [wrong(name, value, 'is a name that Cognito keeps for itself')] : [];
  });
  const isTwice = oidc !== undefined && oidc === saml;
  return isTwice ? [...found, wrong('federatedSamlName', saml, 'is the name of the OpenID provider too')] : found;
}

/** Cognito fetches both: over plain http anybody on the way could say who signs in. */
function checkUrls(parameters: Parameters): Problem[] {
  return (['federatedOidcIssuer', 'federatedSamlMetadataUrl'] as const)
    .filter((name) => parameters[name]?.startsWith('http://') === true)
    .map((name) => wrong(name, parameters[name], 'must be https'));
}

/** CloudFormation follows references to secrets of its own region. */
function checkSecrets(parameters: Parameters, region: string | undefined): Problem[] {
  return (['googleClientSecretArn', 'federatedOidcClientSecretArn'] as const).flatMap((name) => {
    const home = parameters[name]?.split(':')[3];
    if (home === undefined || region === undefined || home === region) return [];
    return [wrong(name, parameters[name], `is in ${home}, and the stack goes to ${region}: put the secret there`)];
  });
}

/**
 * A pool is closed to sign-up, but whoever signs in at a federated provider gets a user in it. At Google that is
 * everybody, and where an OpenID provider lets people register, as well. Groups are given by an administrator.
 */
function checkOpenness(parameters: Parameters): Problem[] {
  const { google, oidc } = providerNames(parameters);
  if (parameters.groupScopes !== undefined || parameters.provisioning === 'deny') return [];
  if (google === undefined && oidc === undefined) return [];
  const everybody = `everybody with an account at ${google ?? oidc} could sign in and have every scope`;
  // A pool that the stack does not make has no trigger of ours for groups.
  return parameters.userPoolId === undefined
    ? [wrong('groupScopes', undefined, `or provisioning=deny is needed: ${everybody}`)]
    : [wrong('provisioning', parameters.provisioning, `must be deny: ${everybody}`)];
}

/** With an existing pool, its own providers may be named too; what is there shows when it is deployed. */
function checkOffered(parameters: Parameters): Problem[] {
  const { signInProviders, userPoolId } = parameters;
  if (signInProviders === undefined) return [];
  if (signInProviders.length === 0) return [wrong('signInProviders', '', 'must leave a way to sign in', 'COGNITO')];
  if (userPoolId !== undefined) return [];
  const made = Object.values(providerNames(parameters)).filter((name): name is string => name !== undefined);
  const known = ['COGNITO', ...made];
  return signInProviders
    .filter((name) => !known.includes(name))
    .map((name) => wrong('signInProviders', name, `must be among ${known.join(', ')}`, known.join(',')));
}
