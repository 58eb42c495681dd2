import fc from 'fast-check';
import { ACCEPTED, type Case } from './accepted.ts';
import { type Exchange, PARTS, type Part, type Server } from './exchange.ts';
import { exchanges } from './generate.ts';

export interface Report {
  readonly messages: number;
  /** Messages whose answers differ in anything, for an accepted reason or not. */
  readonly differing: number;
  /** Those among them that differ in status or code, and not only in form. */
  readonly decided: number;
  /** Accepted difference → how many messages it explained something of. */
  readonly hits: ReadonlyMap<string, number>;
  /** The smallest message found that differs for no accepted reason, for a person. */
  readonly unexplained: string | undefined;
}

export interface Run {
  readonly ours: Server;
  readonly theirs: Server;
  readonly runs: number;
  /** The same one gives the same messages. */
  readonly seed: number;
}

/** Feeds generated messages to both servers; stops at the first unexplained difference and shrinks it. */
export async function compare({ ours, theirs, runs, seed }: Run): Promise<Report> {
  let [messages, differing, decided] = [0, 0, 0];
  const hits = new Map(ACCEPTED.map(({ name }) => [name, 0]));
  const agrees = async (exchange: Exchange) => {
    const one = { exchange, message: parse(exchange.body), ours: await ours(exchange), theirs: await theirs(exchange) };
    const parts = differingParts(one);
    const rows = parts.length === 0 ? [] : ACCEPTED.filter((row) => row.matches(one) && explains(row.parts, parts));
    messages += 1;
    differing += parts.length === 0 ? 0 : 1;
    decided += parts.includes('status') || parts.includes('codes') ? 1 : 0;
    for (const { name } of rows) hits.set(name, (hits.get(name) ?? 0) + 1);
    return parts.every((part) => rows.some((row) => row.parts.includes(part)));
  };
  const result = await fc.check(fc.asyncProperty(exchanges, agrees), { numRuns: runs, seed });
  const [smallest] = result.counterexample ?? [];
  const unexplained = smallest === undefined ? undefined : await describe(smallest, ours, theirs);
  return { messages, differing, decided, hits, unexplained };
}

/** Accepted differences that explained nothing: they would hide the next one of their kind. */
export function stale({ hits }: Report): readonly string[] {
  return [...hits].filter(([, count]) => count === 0).map(([name]) => name);
}

function differingParts({ ours, theirs }: Case): readonly Part[] {
  return PARTS.filter((part) => JSON.stringify(ours[part]) !== JSON.stringify(theirs[part]));
}

function explains(explained: readonly Part[], differing: readonly Part[]): boolean {
  return differing.some((part) => explained.includes(part));
}

async function describe(exchange: Exchange, ours: Server, theirs: Server): Promise<string> {
  const { method, headers, body } = exchange;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const answers = [
    `ours    ${JSON.stringify(await ours(exchange))}`,
    `theirs  ${JSON.stringify(await theirs(exchange))}`,
  ];
  return [`${method} /mcp`, ...lines, '', body, '', ...answers].join('\n');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
