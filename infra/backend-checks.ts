import { backendProblems } from '../shared/backends/check.ts';
import type { Parameters } from '../shared/core/parameters.ts';
import { deployed } from '../shared/registry/index.ts';
import { settingsOf } from './backends.ts';
import { HTTPS_ONLY, isSafe } from './idp-checks.ts';
import type { Problem } from './problem.ts';

const EXAMPLES: Readonly<Record<string, string>> = {
  url: 'https://crm.acme.com/api',
  secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm-key-a1B2c3',
};

/** Backends without what their mode needs, with addresses that cannot be meant, and names that no table has. */
export function checkBackends(parameters: Parameters): Problem[] {
  const settings = settingsOf(parameters);
  const known = Object.keys(deployed.backends);
  const strangers = Object.keys(settings).filter((name) => !known.includes(name));
  const plain = Object.entries(settings).filter(([, { url = '' }]) => !isSafe(url, parameters.environment));
  return [
    ...strangers.map((name) =>
      say(name, undefined, settings[name], `is no backend of shared/backends: ${known.join(', ')}`),
    ),
    ...plain.map(([name, { url }]) => say(name, 'url', url, HTTPS_ONLY)),
    ...backendProblems(deployed.backends, settings).map(({ backend, setting, problem }) =>
      say(backend, setting, setting && settings[backend]?.[setting], problem),
    ),
  ];
}

function say(backend: string, setting: string | undefined, value: unknown, problem: string): Problem {
  const field = setting ?? 'url';
  const example = `-c backends=${JSON.stringify({ [backend]: { [field]: EXAMPLES[field] ?? '…' } })}`;
  const parameter = `backends.${backend}${setting === undefined ? '' : `.${setting}`}`;
  return { parameter, value, problem, example };
}
