import type { Auth, Backend, BackendTable } from '../backend/definition.ts';
import type { BackendSettings, BackendsSettings } from '../core/backend-settings.ts';

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

/** What each mode wants of the settings. */
const RULES: Readonly<Record<Auth['mode'], Rule>> = {
  assertion: () => [],
  none: () => [],
  'api-key': needs('secretArn'),
};

/** Everything that is wrong with rows and settings, seen together. What is not in the table is the caller's to say. */
export function backendProblems(table: BackendTable, settings: BackendsSettings): readonly BackendProblem[] {
  return Object.entries(table).flatMap(([backend, row]) => {
    const own = Object.hasOwn(settings, backend) ? settings[backend] : undefined;
    return [...rowProblems(row), ...settingProblems(row, own)].map((problem) => ({ backend, ...problem }));
  });
}

function rowProblems({ auth = { mode: 'assertion' }, identityHeaders }: Backend): ReturnType<Rule> {
  // Headers that anybody can write prove nothing: without an assertion beside them a backend would have to believe them.
  if (identityHeaders !== true || auth.mode === 'assertion') return [];
  return [{ setting: undefined, problem: 'identityHeaders go with the mode assertion only' }];
}

function settingProblems(
  { auth = { mode: 'assertion' }, optional = false }: Backend,
  settings: BackendSettings | undefined,
): ReturnType<Rule> {
  if (settings?.url === undefined) return optional ? [] : needs('url')(settings ?? {});
  return [...baseProblems(settings.url), ...RULES[auth.mode](settings)];
}

function baseProblems(url: string): ReturnType<Rule> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // As joinUrl compares it: nothing after the path, nobody before the host, and no other spelling.
  const isBase = parsed !== undefined && [url, `${url}/`].includes(`${parsed.origin}${parsed.pathname}`);
  return isBase ? [] : [{ setting: 'url', problem: 'must be a base URL without user, query and fragment' }];
}

/** @throws Error at start: a function whose backends cannot work must not answer */
export function requireUsable(table: BackendTable, settings: BackendsSettings): void {
  const [first] = backendProblems(table, settings);
  if (first === undefined) return;
  const { backend, setting, problem } = first;
  throw new Error(`backend ${backend}: ${setting === undefined ? '' : `${setting} `}${problem}`);
}

/** Whether a backend that has an address gets assertions: only then there are keys to sign them. */
export function usesAssertions(table: BackendTable, settings: BackendsSettings): boolean {
  return Object.entries(table).some(
    ([name, { auth = { mode: 'assertion' } }]) =>
      auth.mode === 'assertion' && Object.hasOwn(settings, name) && settings[name]?.url !== undefined,
  );
}
