import { parseArgs } from 'node:util';
import { startDatabase } from '../support/database.ts';
import { ACCEPTED } from './accepted.ts';
import { compare, type Report, stale } from './differ.ts';
import { officialServer } from './official.ts';
import { ourServer } from './ours.ts';

const DEFAULT_RUNS = 5000;
/** Fewer messages than this need not meet every accepted difference. */
const ENOUGH_FOR_ALL = 4000;

const HELP = `Usage: npm run differential -- [--runs ${DEFAULT_RUNS}] [--seed N]

Feeds generated messages to the official MCP SDK's server and to this gateway's handler, and compares the answers.
Differences are allowed only as test/differential/accepted.ts lists them, each with the sentence that decides it.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return print(HELP);
  const [runs, seed] = [Number(values.runs ?? DEFAULT_RUNS), Number(values.seed ?? Date.now() % 1_000_000_000)];
  if (!Number.isInteger(runs) || !Number.isInteger(seed) || runs < 1) throw new Error('--runs and --seed are integers');
  const database = await startDatabase();
  try {
    const ours = await ourServer(database);
    const report = await compare({ ours, theirs: officialServer(), runs, seed });
    const { messages, differing, decided } = report;
    print(`seed ${seed}: ${messages} messages, ${decided} with another status or code, ${differing - decided} in form`);
    const failures = [...problems(report, runs)];
    for (const failure of failures) print(`\n${failure}`);
    print(`\n${ACCEPTED.length} accepted differences, ${failures.length} failed`);
    process.exitCode = failures.length === 0 ? 0 : 1;
  } finally {
    await database.stop();
  }
}

function* problems(report: Report, runs: number): Generator<string> {
  for (const { name, sentence, source } of ACCEPTED) {
    print(`\n${String(report.hits.get(name)).padStart(6)}  ${name}\n        ${source}: ${sentence}`);
  }
  if (report.unexplained !== undefined) return yield `UNEXPLAINED difference, at its smallest:\n${report.unexplained}`;
  if (runs < ENOUGH_FOR_ALL) return;
  for (const name of stale(report)) yield `STALE: no message met the accepted difference "${name}"`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
