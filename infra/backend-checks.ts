import type { Backend, BackendTable } from '../shared/backend/definition.ts';
import { backendProblems } from '../shared/backends/check.ts';
import { resourceUrl } from '../shared/core/config.ts';
import type { Parameters } from '../shared/core/parameters.ts';
import { deployed } from '../shared/registry/index.ts';
import { settingsOf } from './backends.ts';
import { HTTPS_ONLY, isSafe } from './idp-checks.ts';
import { contextOption, type Problem, wrong } from './problem.ts';

const EXAMPLES: Readonly<Record<string, string>> = {
  url: 'https://crm.acme.com/api',
  tokenUrl: 'https://login.acme.com/oauth2/token',
  audience: 'https://crm.acme.com',
  region: 'eu-central-1',
  secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm-key-a1B2c3',
};

/** Backends without what their mode needs, with addresses that cannot be meant, and names that no table has. */
export function checkBackends(parameters: Parameters, table: BackendTable = deployed.backends): Problem[] {
  const settings = settingsOf(parameters);
  const known = Object.keys(deployed.backends);
  const strangers = Object.keys(settings).filter((name) => !known.includes(name));
  const plain = Object.entries(settings).flatMap(([name, own]) =>
    (['url', 'tokenUrl'] as const)
      .filter((setting) => !isSafe(own[setting] ?? '', parameters.environment))
      .map((setting) => say(name, setting, own[setting], HTTPS_ONLY)),
  );
  return [
    ...strangers.map((name) =>
      say(name, undefined, settings[name], `is no backend of shared/backends: ${known.join(', ')}`),
    ),
    ...plain,
    ...(parameters.forwardTokenTo ?? []).filter(mayNotForward).map(notForwarded),
    ...backendProblems(table, settings, audiencesOf(parameters)).map(({ backend, setting, problem }) =>
      say(backend, setting, setting && settings[backend]?.[setting], problem),
    ),
  ];
}

/** Named without effect is a misunderstanding about who gets tokens. */
function mayNotForward(name: string): boolean {
  const row = Object.entries<Backend>(deployed.backends).find(([known]) => known === name)?.[1];
  return row?.auth?.mode !== 'forward-token';
}

function notForwarded(name: string): Problem {
  return wrong('forwardTokenTo', name, 'is no backend of the mode forward-token');
}

function say(backend: string, setting: string | undefined, value: unknown, problem: string): Problem {
  const field = setting ?? 'url';
  const example = contextOption('backends', JSON.stringify({ [backend]: { [field]: EXAMPLES[field] ?? '…' } }));
  const parameter = `backends.${backend}${setting === undefined ? '' : `.${setting}`}`;
  return { parameter, value, problem, example };
}

/** Undefined where the address of the gateway is known only when it is deployed: then the functions check it. */
function audiencesOf({ audience, publicUrl, domainName }: Parameters): readonly string[] | undefined {
  const origin = publicUrl ?? (domainName === undefined ? undefined : `https://${domainName}`);
  return audience ?? (origin === undefined ? undefined : [resourceUrl({ publicUrl: origin })]);
}
