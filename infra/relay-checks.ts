import type { ParameterName, Parameters } from '../shared/core/parameters.ts';
import { RELAY_PARAMETERS } from '../shared/core/relay-parameters.ts';
import { PRESETS } from '../shared/idp/presets.ts';
import { makesAppClient } from './idp-checks.ts';
import { type Problem, wrong } from './problem.ts';

const NAMES = Object.keys(RELAY_PARAMETERS) as Array<keyof typeof RELAY_PARAMETERS>;
const OF_UPSTREAM = ['upstreamClientId', 'upstreamClientSecretArn'] as const satisfies readonly ParameterName[];
const ENDPOINTS = [
  'authorizationEndpoint',
  'tokenEndpoint',
  'jwksEndpoint',
] as const satisfies readonly ParameterName[];

/** The relay and its client at the identity provider: wrong combinations. */
export function checkRelay(parameters: Parameters, region: string | undefined): Problem[] {
  if (parameters.authorizationServer !== 'relay') {
    return NAMES.filter((name) => parameters[name] !== undefined).map((name) =>
      wrong(name, parameters[name], 'is for authorizationServer=relay'),
    );
  }
  return [
    ...checkUpstream(parameters),
    ...checkSecretRegion(parameters, region),
    ...checkEndpoints(parameters),
    ...checkCallbacks(parameters),
  ];
}

function checkUpstream(parameters: Parameters): Problem[] {
  if (!makesAppClient(parameters)) {
    return OF_UPSTREAM.filter((name) => parameters[name] === undefined).map((name) =>
      wrong(name, undefined, `is needed with authorizationServer=relay and idp=${parameters.idp}`),
    );
  }
  const problem = 'has no effect where the stack makes the client: leave it out, or give issuer';
  return OF_UPSTREAM.filter((name) => parameters[name] !== undefined).map((name) =>
    wrong(name, parameters[name], problem),
  );
}

/** The function reads it from its own region. */
function checkSecretRegion({ upstreamClientSecretArn }: Parameters, region: string | undefined): Problem[] {
  const home = upstreamClientSecretArn?.split(':')[3];
  if (home === undefined || region === undefined || home === region) return [];
  const problem = `is in ${home}, and the stack goes to ${region}: put the secret there`;
  return [wrong('upstreamClientSecretArn', upstreamClientSecretArn, problem)];
}

/** All of them, or none: then they are looked up in the provider's own document. */
function checkEndpoints(parameters: Parameters): Problem[] {
  if (makesAppClient(parameters) || PRESETS[parameters.idp].endpoints !== undefined) return [];
  const given = ([...ENDPOINTS, 'revocationEndpoint'] as const).find((name) => parameters[name] !== undefined);
  if (given === undefined) return [];
  return ENDPOINTS.filter((name) => parameters[name] === undefined).map((name) =>
    wrong(name, undefined, `is needed with ${given}; without any, the document of the provider names them`),
  );
}

/** Codes go to the relay, which knows where each client may get its own. */
function checkCallbacks({ callbackUrls }: Parameters): Problem[] {
  if (callbackUrls === undefined) return [];
  const problem = 'has no effect with authorizationServer=relay: name the client and its redirect URIs in relayClients';
  return [wrong('callbackUrls', callbackUrls, problem)];
}
