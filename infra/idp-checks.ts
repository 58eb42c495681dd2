import type { IssuerEntry } from '../shared/core/issuer-entries.ts';
import type { Parameters } from '../shared/core/parameters.ts';
import type { Preset } from '../shared/idp/preset.ts';
import { PRESETS } from '../shared/idp/presets.ts';
import { type Problem, wrong } from './problem.ts';

const CLAIM_PARAMETERS = {
  subject: 'subjectClaim',
  scope: 'scopeClaim',
  clientId: 'clientIdClaim',
  roles: 'rolesClaim',
} as const;
type ClaimName = keyof typeof CLAIM_PARAMETERS;
const CLAIM_NAMES = Object.keys(CLAIM_PARAMETERS) as ClaimName[];

const SCOPE_PREFIX = /^[\x21\x23-\x2e\x30-\x5b\x5d-\x7e][\x21\x23-\x5b\x5d-\x7e]{0,254}\/$/;

type Field = Exclude<keyof IssuerEntry, 'claims'> | `claims.${ClaimName}`;
type Say = (field: Field, value: unknown, problem: string, example?: string) => Problem;

/** One issuer as it was given, the primary one or another, and how to name its parts. */
interface Given {
  readonly entry: IssuerEntry;
  readonly preset: Preset;
  readonly say: Say;
}

/** The stack makes the app client, in a pool of its own or in `userPoolId`: issuer, client and endpoints follow. */
export function makesAppClient({ idp, issuer }: Pick<Parameters, 'idp' | 'issuer'>): boolean {
  return idp === 'cognito' && issuer === undefined;
}

/** The parameters of the primary issuer in the form of an entry of `issuers`. */
export function primaryEntry(parameters: Parameters): IssuerEntry {
  const { idp, issuer, audience, upstreamClientId, scopePrefix, algorithms, requireAtJwt } = parameters;
  // The relay's tokens are those of its client.
  const own = upstreamClientId === undefined ? undefined : [upstreamClientId];
  const allowedClientIds = own
    ? [...new Set([...own, ...(parameters.allowedClientIds ?? [])])]
    : parameters.allowedClientIds;
  const named = CLAIM_NAMES.flatMap((name) => {
    const value = parameters[CLAIM_PARAMETERS[name]];
    return value === undefined ? [] : [[name, value]];
  });
  const claims = named.length === 0 ? undefined : Object.fromEntries(named);
  return { idp, issuer, audience, allowedClientIds, scopePrefix, algorithms, requireAtJwt, claims };
}

function givenBy(parameters: Parameters): readonly Given[] {
  const primary: Given = {
    entry: primaryEntry(parameters),
    preset: PRESETS[parameters.idp],
    say: (field, ...rest) => wrong(parameterOf(field), ...rest),
  };
  const others = (parameters.issuers ?? []).map((entry, at): Given => {
    const say: Say = (field, value, problem, example) => ({
      parameter: `issuers[${at}].${field}`,
      value,
      problem,
      example: `"${field.replace('claims.', '')}": ${JSON.stringify(example ?? exampleOf(field, entry))}`,
    });
    return { entry, preset: PRESETS[entry.idp], say };
  });
  return [primary, ...others];
}

function parameterOf(field: Field) {
  const claim = CLAIM_NAMES.find((name) => field === `claims.${name}`);
  return claim === undefined ? (field as Exclude<keyof IssuerEntry, 'claims'>) : CLAIM_PARAMETERS[claim];
}

function exampleOf(field: Field, { idp }: IssuerEntry): unknown {
  const preset = PRESETS[idp];
  if (field === 'issuer') return preset.issuerExample;
  if (field === 'audience') return [preset.otherAudience?.example ?? 'https://mcp.acme.com/mcp'];
  return field === 'allowedClientIds' ? ['3n4b5c6d7e', '8f9g0h'] : field === 'requireAtJwt' ? true : 'employee_id';
}

/** Issuers of a wrong shape, over plain http, or twice: what else would be said follows from these. */
export function checkIssuers(parameters: Parameters): Problem[] {
  const all = givenBy(parameters);
  const seen = new Set<string>();
  return all.flatMap((given, at) => {
    const { issuer } = given.entry;
    const twice = issuer !== undefined && seen.has(issuer);
    if (issuer !== undefined) seen.add(issuer);
    return [
      ...checkShape(given, at === 0 && makesAppClient(parameters)),
      ...checkHttps(given, parameters.environment),
      ...(twice ? [given.say('issuer', issuer, 'is given twice, and its tokens can have one set of rules')] : []),
    ];
  });
}

function checkShape({ entry, preset, say }: Given, isCreated: boolean): Problem[] {
  const { idp, issuer } = entry;
  if (issuer === undefined) {
    return isCreated ? [] : [say('issuer', issuer, `is needed with idp=${idp}`, preset.issuerExample)];
  }
  return preset.issuerPattern.test(issuer)
    ? []
    : [say('issuer', issuer, `is no issuer of ${idp}; a slash at the end is part of it`, preset.issuerExample)];
}

export const HTTPS_ONLY = 'must be https; plain http is for loopback addresses with environment=dev';

function checkHttps({ entry, preset, say }: Given, environment: Parameters['environment']): Problem[] {
  const { issuer } = entry;
  return issuer === undefined || isSafe(issuer, environment)
    ? []
    : [say('issuer', issuer, HTTPS_ONLY, preset.issuerExample)];
}

/** Tokens over plain http can be read on the way: it is for an issuer on this machine, while developing. */
export function isSafe(url: string, environment: Parameters['environment']): boolean {
  return !url.startsWith('http://') || (environment === 'dev' && isLoopback(url));
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}

/** Clients, audience, claims and algorithms of every issuer. */
export function checkRules(parameters: Parameters): Problem[] {
  return givenBy(parameters).flatMap((given) => [
    ...checkClients(given),
    ...checkAudience(given),
    ...checkOidcOnly(given),
    ...checkAlgorithms(given),
    ...checkScopePrefix(given),
  ]);
}

/** Where every client of the provider can get our audience, any app's token would be let in without a list. */
function checkClients({ entry: { issuer, allowedClientIds = [] }, preset, say }: Given): Problem[] {
  if (preset.needsClients === undefined || issuer === undefined || allowedClientIds.length > 0) return [];
  return [say('allowedClientIds', undefined, `is needed with ${preset.needsClients}`)];
}

function checkAudience({ entry: { idp, audience }, preset: { otherAudience }, say }: Given): Problem[] {
  if (audience?.length === 0) return [say('audience', '', 'must name at least one audience')];
  if (audience !== undefined || otherAudience === undefined) return [];
  return [say('audience', undefined, `is needed with idp=${idp}: ${otherAudience.what}`, otherAudience.example)];
}

function checkOidcOnly({ entry: { idp, requireAtJwt, claims = {} }, say }: Given): Problem[] {
  if (idp === 'oidc') return [];
  const given: ReadonlyArray<readonly [Field, unknown]> = [
    ['requireAtJwt', requireAtJwt],
    ...CLAIM_NAMES.map((name) => [`claims.${name}`, claims[name]] as const),
  ];
  return given
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => say(field, value, `is for idp=oidc; ${idp} has fixed claims`));
}

function checkAlgorithms({ entry: { idp, algorithms }, preset, say }: Given): Problem[] {
  const known = preset.algorithms;
  if (algorithms === undefined || (algorithms.length > 0 && algorithms.every((name) => known.includes(name)))) {
    return [];
  }
  return [say('algorithms', algorithms.join(','), `must be among those of ${idp}: ${known.join(', ')}`, known[0])];
}

/** The prefix is the identifier of the resource server: without one, scopes of others would be taken for ours. */
function checkScopePrefix({ entry: { idp, scopePrefix }, preset, say }: Given): Problem[] {
  if (preset.scopesOnWire !== 'prefixed' || scopePrefix === undefined || SCOPE_PREFIX.test(scopePrefix)) return [];
  return [
    say('scopePrefix', scopePrefix, `must be the identifier of a resource server and a slash with idp=${idp}`, 'mcp/'),
  ];
}
