import { PARAMETERS, type ParameterName, type Parameters } from '../shared/core/parameters.ts';
import { PRESETS } from '../shared/idp/presets.ts';
import { checkCognito } from './cognito-checks.ts';
import { checkFrontDoor, EDGE_REGION, mustBeInEdgeRegion } from './front-door-checks.ts';
import { ConfigError, type Problem, wrong } from './problem.ts';

export { ConfigError } from './problem.ts';

const NAMES = Object.keys(PARAMETERS) as ParameterName[];

/**
 * Context parameters → typed values with their defaults. `region` is where the stack goes, where that is known.
 *
 * @throws ConfigError
 */
export function readParameters(context: Readonly<Record<string, unknown>>, region?: string): Parameters {
  const problems: Problem[] = unknownNames(context);
  const values: Record<string, unknown> = {};
  for (const name of NAMES) {
    const raw = Object.hasOwn(context, name) ? context[name] : undefined;
    const parsed = PARAMETERS[name].schema.safeParse(raw);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(wrong(name, raw, parsed.error.issues[0]?.message ?? 'is not valid'));
  }
  if (problems.length > 0) throw refusal(problems);
  const parameters = values as unknown as Parameters;
  const contradictions = crossCheck(parameters, region);
  if (contradictions.length > 0) throw refusal(contradictions);
  return parameters;
}

function crossCheck(parameters: Parameters, region: string | undefined): Problem[] {
  const issuer = [...checkIssuer(parameters), ...checkPlainHttp(parameters)];
  // What else would be said follows from a wrong issuer.
  if (issuer.length > 0) return issuer;
  return [
    ...checkClients(parameters),
    ...checkAudience(parameters),
    ...checkEndpoints(parameters),
    ...checkOidcOnly(parameters),
    ...checkAlgorithms(parameters),
    ...checkAlarms(parameters, region),
    ...checkLoginDomain(parameters),
    ...checkFrontDoor(parameters, region),
    ...checkCognito(parameters, region),
  ];
}

/** The stack makes the app client, in a pool of its own or in `userPoolId`: issuer, client and endpoints follow. */
export function makesAppClient({ idp, issuer }: Pick<Parameters, 'idp' | 'issuer'>): boolean {
  return idp === 'cognito' && issuer === undefined;
}

export function authorizationServerOf({ idp, authorizationServer }: Parameters): 'direct' | 'metadata' {
  return authorizationServer ?? PRESETS[idp].defaultAuthorizationServer;
}

function checkIssuer(parameters: Parameters): Problem[] {
  const { idp, issuer } = parameters;
  const { issuerPattern, issuerExample } = PRESETS[idp];
  if (issuer === undefined) {
    return makesAppClient(parameters) ? [] : [wrong('issuer', issuer, `is needed with idp=${idp}`, issuerExample)];
  }
  return issuerPattern.test(issuer)
    ? []
    : [wrong('issuer', issuer, `is no issuer of ${idp}; a slash at the end is part of it`, issuerExample)];
}

/** Every app client of a Cognito pool can ask for our audience: without a list, any app's token would be let in. */
function checkClients({ idp, issuer, allowedClientIds = [] }: Parameters): Problem[] {
  if (idp !== 'cognito' || issuer === undefined || allowedClientIds.length > 0) return [];
  return [wrong('allowedClientIds', undefined, 'is needed with an existing Cognito pool: the app clients to accept')];
}

function checkAudience({ idp, audience }: Parameters): Problem[] {
  if (audience?.length === 0) return [wrong('audience', '', 'must name at least one audience')];
  if (audience === undefined && !PRESETS[idp].audienceIsUrl) {
    const example = '6e74172b-be56-4843-9ff4-e66a39bb12e3';
    return [wrong('audience', undefined, `is needed with idp=${idp}: the client id of the API registration`, example)];
  }
  return [];
}

function checkEndpoints(parameters: Parameters): Problem[] {
  const { idp } = parameters;
  if (authorizationServerOf(parameters) !== 'metadata' || makesAppClient(parameters) || PRESETS[idp].endpoints) {
    return [];
  }
  const needed = ['authorizationEndpoint', 'tokenEndpoint', 'jwksEndpoint'] as const;
  return needed
    .filter((name) => parameters[name] === undefined)
    .map((name) => wrong(name, undefined, `is needed with authorizationServer=metadata and idp=${idp}`));
}

function checkOidcOnly(parameters: Parameters): Problem[] {
  const names = ['requireAtJwt', 'subjectClaim', 'scopeClaim', 'clientIdClaim', 'rolesClaim'] as const;
  if (parameters.idp === 'oidc') return [];
  return names
    .filter((name) => parameters[name] !== undefined)
    .map((name) => wrong(name, parameters[name], `is for idp=oidc; ${parameters.idp} has fixed claims`));
}

/** Tokens over plain http can be read on the way: it is for an issuer on this machine, while developing. */
function checkPlainHttp(parameters: Parameters): Problem[] {
  const names = [
    'issuer',
    'publicUrl',
    'authorizationEndpoint',
    'tokenEndpoint',
    'revocationEndpoint',
    'jwksEndpoint',
  ] as const;
  return names
    .filter((name) => parameters[name]?.startsWith('http://') === true)
    .filter((name) => parameters.environment !== 'dev' || !isLoopback(parameters[name] ?? ''))
    .map((name) =>
      wrong(
        name,
        parameters[name],
        'must be https; plain http is for loopback addresses with environment=dev',
        name === 'issuer' ? PRESETS[parameters.idp].issuerExample : undefined,
      ),
    );
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}

function checkAlgorithms({ idp, algorithms }: Parameters): Problem[] {
  const known = PRESETS[idp].algorithms;
  if (algorithms === undefined || (algorithms.length > 0 && algorithms.every((name) => known.includes(name)))) {
    return [];
  }
  return [wrong('algorithms', algorithms.join(','), `must be among those of ${idp}: ${known.join(', ')}`, known[0])];
}

function checkAlarms(parameters: Parameters, region: string | undefined): Problem[] {
  const { alarmEmail, alarmTopicArn } = parameters;
  if (alarmTopicArn === undefined) return [];
  if (alarmEmail !== undefined) {
    return [
      wrong('alarmEmail', alarmEmail, 'and alarmTopicArn exclude each other: subscribe the address to that topic'),
    ];
  }
  const needed = mustBeInEdgeRegion(parameters) ? EDGE_REGION : region;
  const actual = alarmTopicArn.split(':')[3];
  if (needed === undefined || actual === needed) return [];
  const example = alarmTopicArn.split(':').with(3, needed).join(':');
  return [
    wrong(
      'alarmTopicArn',
      alarmTopicArn,
      `is in ${actual}; alarms tell topics of their own region, ${needed}`,
      example,
    ),
  ];
}

/** Cognito would refuse the name in the middle of a deploy. */
function checkLoginDomain(parameters: Parameters): Problem[] {
  const { stackName, loginDomainPrefix, userPoolId } = parameters;
  if (!makesAppClient(parameters) || loginDomainPrefix !== undefined || userPoolId !== undefined) return [];
  const derived = `${stackName.toLowerCase()}-123456789012`;
  if (PARAMETERS.loginDomainPrefix.schema.safeParse(derived).success) return [];
  return [
    wrong(
      'loginDomainPrefix',
      undefined,
      `is needed with stackName=${stackName}: Cognito takes no login page ${derived}`,
    ),
  ];
}

/** Names with `:`, `/` or `@` are the CDK's own. */
function unknownNames(context: Readonly<Record<string, unknown>>): Problem[] {
  return Object.keys(context)
    .filter((name) => !/[:/@]/.test(name) && !Object.hasOwn(PARAMETERS, name))
    .map((name) => {
      const near = nearest(name);
      return {
        parameter: name,
        value: context[name],
        problem: `is no parameter${near ? `; did you mean ${near}?` : ''}`,
        example: near ? `-c ${near}=${PARAMETERS[near].example}` : 'docs/parameters.md lists them all',
      };
    });
}

function nearest(name: string): ParameterName | undefined {
  const ranked = NAMES.map((known) => ({ known, distance: editDistance(name.toLowerCase(), known.toLowerCase()) }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  return best && best.distance <= Math.max(2, name.length / 3) ? best.known : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function refusal(problems: readonly Problem[]): ConfigError {
  return new ConfigError(problems.map(printProblem).join('\n'));
}

function printProblem({ parameter, value, problem, example }: Problem): string {
  const given = value === undefined ? 'not given' : shown(parameter, value);
  return `${parameter} (${given}) ${problem}. Example: ${example}`;
}

/** Somebody who gives the secret itself instead of its ARN shall not find it in the log of a build. */
function shown(parameter: string, value: unknown): string {
  return /secret/i.test(parameter) ? 'a value that is not shown' : JSON.stringify(value);
}
