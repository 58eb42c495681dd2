import { WrongUsage } from './failure.ts';

export const DEFAULT_PORT = 8787;

/** Gateway, identity provider, database and demo backend are on four ports in a row. */
const LAST = 65_532;

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
