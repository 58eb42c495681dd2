import { PARAMETERS, type ParameterName } from '../shared/core/parameters.ts';

export interface Problem {
  readonly parameter: string;
  readonly value: unknown;
  readonly problem: string;
  readonly example: string;
}

/** Wrong parameters, all at once, as lines for the person who gave them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export function wrong(name: ParameterName, value: unknown, problem: string, example?: string): Problem {
  return { parameter: name, value, problem, example: contextOption(name, example ?? PARAMETERS[name].example) };
}

/** As it can be pasted: a shell takes the quotes of JSON away, and braces apart. */
export function contextOption(name: string, value: string): string {
  return /[{}[\]"]/.test(value) ? `-c '${name}=${value}'` : `-c ${name}=${value}`;
}
