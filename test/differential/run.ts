import { WrongUsage } from '../../cli/failure.ts';
import { startDatabase } from '../support/database.ts';
import { print, runScript } from '../support/script.ts';
import { ACCEPTED } from './accepted.ts';
import { compare, type Report, stale } from './differ.ts';
import { officialServer } from './official.ts';
import { ourServer } from './ours.ts';

const DEFAULT_RUNS = 5000;
/** Fewer messages than this need not meet every accepted difference. */
const ENOUGH_FOR_ALL = 4000;

const help = `Usage: npm run differential -- [options]

Feeds generated messages to the official MCP SDK's server and to this gateway's handler, and compares the answers.
Differences are allowed only as test/differential/accepted.ts lists them, each with the sentence that decides it.

  --runs N    how many messages. Default ${DEFAULT_RUNS}; from ${ENOUGH_FOR_ALL} on, an accepted difference that none met fails the run
  --seed N    the same messages as in the run that printed this seed. Default: new ones`;

async function runMessages(runs: number, seed: number): Promise<boolean> {
  if (!Number.isInteger(runs) || !Number.isInteger(seed) || runs < 1) {
    throw new WrongUsage('--runs and --seed are whole numbers.');
  }
  const database = await startDatabase();
  try {
    const ours = await ourServer(database);
    const report = await compare({ ours, theirs: officialServer(), runs, seed });
    const { messages, differing, decided } = report;
    print(`seed ${seed}: ${messages} messages, ${decided} with another status or code, ${differing - decided} in form`);
    const failures = [...problems(report, runs)];
    for (const failure of failures) print(`\n${failure}`);
    print(`\n${ACCEPTED.length} accepted differences, ${failures.length} failed`);
    return failures.length === 0;
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

await runScript({
  help,
  options: { runs: { type: 'string' }, seed: { type: 'string' } },
  run: ({ runs, seed }) => runMessages(Number(runs ?? DEFAULT_RUNS), Number(seed ?? Date.now() % 1_000_000_000)),
});
