import { regionOf } from '../backend/auth/aws-iam.ts';
import { PRESET_ROWS } from '../backend/auth/exchange-presets.ts';
import type { Auth, Backend, BackendTable } from '../backend/definition.ts';
import { FUNCTION_ARN } from '../backend/lambda-target.ts';
import { type BackendSettings, type BackendsSettings, hasAddress } from '../core/backend-settings.ts';

export interface BackendProblem {
  readonly backend: string;
  /** Of the settings; undefined when it is about the row in the table. */
  readonly setting: keyof BackendSettings | undefined;
  readonly problem: string;
}

type Rule = (settings: BackendSettings) => ReadonlyArray<Omit<BackendProblem, 'backend'>>;

const needs =
  (...names: ReadonlyArray<keyof BackendSettings>): Rule =>
  (settings) =>
    names
      .filter((name) => settings[name] === undefined)
      .map((setting) => ({ setting, problem: 'is needed by the mode of this backend' }));

const NEEDS: Readonly<Record<Auth['mode'], ReadonlyArray<keyof BackendSettings>>> = {
  assertion: [],
  'token-exchange': ['tokenUrl', 'secretArn', 'audience'],
  'client-credentials': ['tokenUrl', 'secretArn'],
  'api-key': ['secretArn'],
  'aws-iam': ['resources'],
  'forward-token': ['audience', 'forwardToken'],
  none: [],
};

/** What each mode wants of the settings. `ours`: the audiences that this gateway accepts, where they are known. */
function modeProblems(auth: Auth, settings: BackendSettings, ours: readonly string[] | undefined): ReturnType<Rule> {
  const { url = '', tokenUrl, audience, region } = settings;
  const missing = needs(...NEEDS[auth.mode])(settings);
  const wrong = (setting: keyof BackendSettings, problem: string) => [{ setting, problem }];
  if (missing.length > 0) return missing;
  if (tokenUrl !== undefined && !(URL.canParse(tokenUrl) && new URL(tokenUrl).href === tokenUrl)) {
    return wrong('tokenUrl', 'must be a URL as browsers write it');
  }
  if (auth.mode === 'aws-iam' && region === undefined && regionOf(new URL(url).host) === undefined) {
    return wrong('region', 'is needed: it does not follow from the host');
  }
  if (auth.mode === 'forward-token' && ours !== undefined && !ours.includes(audience ?? '')) {
    return wrong('audience', 'must be an audience of this gateway: a token is forwarded only to whom it is meant for');
  }
  return [];
}

/** Everything that is wrong with rows and settings, seen together. What is not in the table is the caller's to say. */
export function backendProblems(
  table: BackendTable,
  settings: BackendsSettings,
  ours?: readonly string[],
): readonly BackendProblem[] {
  return Object.entries(table).flatMap(([backend, row]) => {
    const own = Object.hasOwn(settings, backend) ? settings[backend] : undefined;
    return [...rowProblems(row), ...settingProblems(row, own, ours)].map((problem) => ({ backend, ...problem }));
  });
}

function rowProblems({ auth = { mode: 'assertion' }, identityHeaders }: Backend): ReturnType<Rule> {
  const problems: string[] = [];
  // Headers that anybody can write prove nothing: without an assertion beside them a backend would have to believe them.
  if (identityHeaders === true && auth.mode !== 'assertion')
    problems.push('identityHeaders go with the mode assertion only');
  if (auth.mode === 'token-exchange' && PRESET_ROWS[auth.preset].needsScope && auth.scope === undefined) {
    problems.push(`token-exchange with ${auth.preset} needs a scope`);
  }
  return problems.map((problem) => ({ setting: undefined, problem }));
}

function settingProblems(
  { auth = { mode: 'assertion' }, optional = false }: Backend,
  settings: BackendSettings | undefined,
  ours: readonly string[] | undefined,
): ReturnType<Rule> {
  if (settings?.functionArn !== undefined) return functionProblems(auth, settings.functionArn);
  if (settings?.url === undefined) return optional ? [] : needs('url')(settings ?? {});
  const base = baseProblems(settings.url);
  // What else would be said follows from a wrong address.
  return base.length > 0 ? base : modeProblems(auth, settings, ours);
}

function functionProblems(auth: Auth, arn: string): ReturnType<Rule> {
  if (!FUNCTION_ARN.test(arn)) return [{ setting: 'functionArn', problem: 'must be the ARN of a function' }];
  if (auth.mode === 'assertion' || auth.mode === 'none') return [];
  return [
    { setting: 'functionArn', problem: 'is for the modes assertion and none: a function is invoked by its role' },
  ];
}

function baseProblems(url: string): ReturnType<Rule> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // As joinUrl compares it: nothing after the path, nobody before the host, and no other spelling.
  const isBase = parsed !== undefined && [url, `${url}/`].includes(`${parsed.origin}${parsed.pathname}`);
  return isBase ? [] : [{ setting: 'url', problem: 'must be a base URL without user, query and fragment' }];
}

/** @throws Error at start: a function whose backends cannot work must not answer */
export function requireUsable(table: BackendTable, settings: BackendsSettings, ours: readonly string[]): void {
  const [first] = backendProblems(table, settings, ours);
  if (first === undefined) return;
  const { backend, setting, problem } = first;
  throw new Error(`backend ${backend}: ${setting === undefined ? '' : `${setting} `}${problem}`);
}

/** Whether a backend that has an address gets assertions: only then there are keys to sign them. */
export function usesAssertions(table: BackendTable, settings: BackendsSettings): boolean {
  return modesInUse(table, settings).has('assertion');
}

/** Whether a backend gets the tokens of users, or others in exchange for them: only then a call keeps its own. */
export function usesTokens(table: BackendTable, settings: BackendsSettings): boolean {
  const modes = modesInUse(table, settings);
  return modes.has('forward-token') || modes.has('token-exchange');
}

/** Whether a request is signed for AWS by the role of the function: to a backend, or to Lambda in its place. */
export function usesSignedRequests(table: BackendTable, settings: BackendsSettings): boolean {
  const addressed = Object.keys(table).map((name) => (Object.hasOwn(settings, name) ? settings[name] : undefined));
  return modesInUse(table, settings).has('aws-iam') || addressed.some((own) => own?.functionArn !== undefined);
}

function modesInUse(table: BackendTable, settings: BackendsSettings): ReadonlySet<Auth['mode']> {
  const addressed = Object.entries<Backend>(table).filter(([name]) => hasAddress(settings, name));
  return new Set(addressed.map(([, { auth }]) => auth?.mode ?? 'assertion'));
}
