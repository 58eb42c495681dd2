import { type ParseArgsConfig, parseArgs } from 'node:util';
import { WrongUsage } from './failure.ts';

export const DEFAULT_PORT = 8787;

/** Gateway, identity provider, database and demo backend are on four ports in a row. */
const LAST = 65_532;
/** Two ways to say one thing, in whichever command has both. */
const APART = [
  ['local', 'stack'],
  ['local', 'table'],
  ['key', 'key-file'],
] as const;

/**
 * parseArgs of node:util, for which the last of two values counts and nothing contradicts anything: what is answered must be
 * what was asked.
 *
 * @param most how many words there may be beside the options
 * @throws WrongUsage, and what parseArgs throws
 */
export function readArguments<T extends ParseArgsConfig>(
  config: T,
  most = Number.POSITIVE_INFINITY,
): ReturnType<typeof parseArgs<T>> {
  const { tokens = [], values, positionals } = parseArgs({ ...config, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option' || config.options?.[token.name]?.multiple === true) continue;
    if (token.value !== undefined && seen.has(token.name)) throw new WrongUsage(`${token.rawName} is given twice.`);
    seen.add(token.name);
  }
  for (const [one, other] of APART) {
    if (one in values && other in values) throw new WrongUsage(`--${one} and --${other} exclude each other.`);
  }
  if (positionals.length > most) throw new WrongUsage(`"${positionals[most]}" is more than is asked for.`);
  return parseArgs(config);
}

/** @throws WrongUsage unless it is a port that leaves room for the three after it */
export function toPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= LAST) return port;
  if (/^\d+$/.test(text) && port > LAST && port <= 65_535)
    throw new WrongUsage(`--port ${text} leaves no room: four ports from there are needed. The last one is ${LAST}.`);
  throw new WrongUsage(`--port ${text} is no port. Example: --port ${DEFAULT_PORT}`);
}

/** `-c key=value …` → parameters. @throws WrongUsage for one without `=` */
export function toContext(pairs: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new WrongUsage(`-c ${pair} is no parameter. Example: -c provisioning=deny`);
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}
