import type { z } from 'zod';
import type { BackendTable } from '../shared/backend/definition.ts';
import { PARAMETERS, type ParameterName, type Parameters } from '../shared/core/parameters.ts';
import { REFUSED } from '../shared/idp/refused.ts';
import { checkAudit } from './audit-checks.ts';
import { checkBackends } from './backend-checks.ts';
import { checkCognito } from './cognito-checks.ts';
import { checkFrontDoor, EDGE_REGION, mustBeInEdgeRegion } from './front-door-checks.ts';
import { checkIssuers, checkRules, HTTPS_ONLY, isSafe, makesAppClient } from './idp-checks.ts';
import { checkMode } from './mode-checks.ts';
import { ConfigError, type Problem, wrong } from './problem.ts';
import { checkRelay } from './relay-checks.ts';

export { ConfigError } from './problem.ts';

const NAMES = Object.keys(PARAMETERS) as ParameterName[];

/**
 * Context parameters → typed values with their defaults. `region` is where the stack goes, where that is known;
 * `backends` those that have to work, by default every one.
 *
 * @throws ConfigError
 */
export function readParameters(
  context: Readonly<Record<string, unknown>>,
  region?: string,
  backends?: BackendTable,
): Parameters {
  const problems: Problem[] = unknownNames(context);
  const values: Record<string, unknown> = {};
  for (const name of NAMES) {
    const raw = Object.hasOwn(context, name) ? context[name] : undefined;
    const parsed = PARAMETERS[name].schema.safeParse(raw, { reportInput: true });
    if (parsed.success) values[name] = parsed.data;
    else problems.push(...problemsOf(name, raw, parsed.error.issues));
  }
  if (problems.length > 0) throw refusal(problems);
  const parameters = values as unknown as Parameters;
  const contradictions = crossCheck(parameters, region, backends);
  if (contradictions.length > 0) throw refusal(contradictions);
  return parameters;
}

const WITH_PARTS: readonly ParameterName[] = ['issuers', 'relayClients', 'backends'];

/** A value with a form of its own says which part of it is wrong; every other one is one thing. */
function problemsOf(name: ParameterName, raw: unknown, issues: readonly z.core.$ZodIssue[]): Problem[] {
  if (!WITH_PARTS.includes(name))
    return [refusedProvider(name, raw) ?? wrong(name, raw, issues[0]?.message ?? 'is not valid')];
  return issues.map(({ path, input, message }) => {
    const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
    const known = path.at(-1) === 'idp' ? refusedProvider('idp', input) : undefined;
    return { ...(known ?? wrong(name, input, message)), parameter: `${name}${place}` };
  });
}

function refusedProvider(name: ParameterName, value: unknown): Problem | undefined {
  const refused = name === 'idp' && typeof value === 'string' ? REFUSED.get(value) : undefined;
  return refused && wrong(name, value, refused.why, refused.instead);
}

function crossCheck(parameters: Parameters, region: string | undefined, backends?: BackendTable): Problem[] {
  const issuer = [...checkIssuers(parameters), ...checkPlainHttp(parameters)];
  // What else would be said follows from a wrong issuer.
  if (issuer.length > 0) return issuer;
  return [
    ...checkRules(parameters),
    ...checkMode(parameters),
    ...checkAlarms(parameters, region),
    ...checkLoginDomain(parameters),
    ...checkFrontDoor(parameters, region),
    ...checkCognito(parameters, region),
    ...checkBackends(parameters, backends),
    ...checkAudit(parameters),
    ...checkRelay(parameters, region),
  ];
}

function checkPlainHttp(parameters: Parameters): Problem[] {
  const names = ['publicUrl', 'authorizationEndpoint', 'tokenEndpoint', 'revocationEndpoint', 'jwksEndpoint'] as const;
  return names
    .filter((name) => !isSafe(parameters[name] ?? '', parameters.environment))
    .map((name) => wrong(name, parameters[name], HTTPS_ONLY));
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
  const isSettings = parameter.startsWith('backends.') && typeof value === 'object';
  return isSettings || /secret/i.test(parameter) ? 'a value that is not shown' : JSON.stringify(value);
}
