import { availableParallelism } from 'node:os';
import { WrongUsage } from '../../cli/failure.ts';
import { toTable } from '../../cli/table.ts';
import { print, runScript } from '../support/script.ts';
import { BROKEN } from './broken/index.ts';
import { RULES } from './check.ts';
import { explore, type Finding, type Found } from './explore.ts';
import { FAULTS, JOBS } from './plan.ts';
import { exploreIn } from './share.ts';

const DEFAULT_RUNS = 1000;
/** Of each kind, in so many histories: with fewer, "nothing was found" would say little. */
const LEAST = { hits: 10, histories: 1000 };
const BROKEN_RUNS = 3000;

const help = `Usage: npm run history -- [options]

Runs random histories of calls with faults, kills, repeated deliveries and wrong clocks through the real handler, sweeper,
replayer and sealer, and checks the trail that they leave (docs/history-checker.md). Fails when a rule is broken, and when
a kind of fault struck fewer than ${LEAST.hits} times in ${LEAST.histories} histories.

  --runs N      how many histories. Default ${DEFAULT_RUNS}
  --seed N      the same histories as in the run that printed this seed. Default: new ones
  --path P      the one history that was printed with this path and --seed, also when it breaks nothing any more
  --workers N   in so many processes, each with a seed of its own. Default: one a core
  --broken      the other way round: runs parts that are wrong on purpose, and fails when a rule does not notice one`;

async function check(runs: number, seed: number, workers: number, path: string | undefined): Promise<boolean> {
  const started = Date.now();
  const alone = path !== undefined || workers === 1;
  const found = alone
    ? [await explore({ runs, seed, ...(path === undefined ? {} : { path }) })]
    : await exploreIn(workers, { runs, seed });
  const count = found.reduce((sum, { count }) => sum + count, 0);
  const { rows, seldom } = tally(found, count);
  if (path === undefined) print(toTable([['FAULT', 'CALLS', ...JOBS.map((job) => job.toUpperCase()), 'ALL'], ...rows]));
  const findings = found.flatMap(({ finding }) => finding ?? []);
  for (const finding of findings) print(`\n${tell(finding)}`);
  if (path !== undefined && findings.length === 0) print(`${found[0]?.last}\n`);
  const scarce = path === undefined && count >= LEAST.histories ? seldom : [];
  for (const fault of scarce) print(`\nToo seldom to say anything: ${fault}`);
  const seconds = Math.round((Date.now() - started) / 1000);
  print(`\nseed ${seed}: ${count} histories in ${seconds} s, ${RULES.length} rules, ${findings.length} broken`);
  return findings.length === 0 && scarce.length === 0;
}

function tally(found: readonly Found[], count: number) {
  const of = (part: string, fault: string) => found.reduce((sum, { hits }) => sum + (hits[`${part}/${fault}`] ?? 0), 0);
  const counts = FAULTS.map((fault) => ({ fault, parts: ['call', ...JOBS].map((part) => of(part, fault)) }));
  const total = (parts: readonly number[]) => parts.reduce((sum, hits) => sum + hits, 0);
  const least = (LEAST.hits * count) / LEAST.histories;
  return {
    rows: counts.map(({ fault, parts }) => [fault, ...[...parts, total(parts)].map(String)]),
    seldom: counts.filter(({ parts }) => total(parts) < least).map(({ fault }) => fault),
  };
}

function tell({ rule, text, seed, path }: Finding): string {
  const { sentence = 'The simulation does what it is asked.' } = RULES.find(({ name }) => name === rule) ?? {};
  return `BROKEN: ${rule}. ${sentence}\n${text}\n\nAgain: npm run history -- --seed ${seed} --path ${path}`;
}

/** Every wrong part has to be noticed by the rule that is there for it. */
async function checkBroken(seed: number): Promise<boolean> {
  const rows: string[][] = [];
  for (const [name, { what, wrong, rules }] of Object.entries(BROKEN)) {
    const { finding, count } = await explore({ runs: BROKEN_RUNS, seed, isRough: true, wrong, rules });
    rows.push([name, what, finding?.rule ?? 'NOT CAUGHT', String(count)]);
  }
  print(toTable([['WRONG PART', 'WHAT IT DOES', 'CAUGHT BY', 'HISTORY'], ...rows]));
  return rows.every(([, , rule]) => rule !== 'NOT CAUGHT');
}

await runScript({
  help,
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
    workers: { type: 'string' },
    broken: { type: 'boolean' },
  },
  run: async ({ runs, seed, path, workers, broken = false }) => {
    const counts = [
      Number(runs ?? DEFAULT_RUNS),
      Number(seed ?? Date.now() % 1_000_000_000),
      Number(workers ?? availableParallelism()),
    ] as const;
    if (!counts.every(Number.isSafeInteger) || counts[0] < 1 || counts[2] < 1) {
      throw new WrongUsage('--runs, --seed and --workers are whole numbers.');
    }
    return broken ? checkBroken(Number(seed ?? 1)) : check(...counts, path);
  },
});
