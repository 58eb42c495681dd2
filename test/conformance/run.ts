import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WrongUsage } from '../../cli/failure.ts';
import { projectRoot } from '../../infra/project.ts';
import { startDevProcess } from '../support/dev-process.ts';
import { print, runScript } from '../support/script.ts';
import { judge, readBaseline } from './baseline.ts';
import { startBearerProxy } from './bearer-proxy.ts';
import { passedChecks, reportLines } from './report.ts';
import { runSuite } from './suite.ts';

const SETS = ['2026-07-28', '2025-11-25'] as const;

/** Scenarios of a protocol extension that is not offered: no revision asks for them, and the suite never scores them. */
const EXTENSION = /^tasks-/;

const help = `Usage: npm run conformance -- [--set ${SETS[0]}]

Runs the official MCP conformance suite against "npm run dev -- --fixtures", once for each requirement set.
A failed check that test/conformance/baseline-<set>.yml does not list fails the run; so does a listed one that passes.

  --set S    only this requirement set: ${SETS.join(', ')}`;

interface Totals {
  readonly passed: number;
  readonly failed: number;
}

async function runSets(wanted: string | undefined): Promise<boolean> {
  const sets = SETS.filter((set) => wanted === undefined || wanted === set);
  if (sets.length === 0) throw new WrongUsage(`--set ${wanted} is none of ${SETS.join(', ')}.`);
  const totals = await withFixtures(async (url) => {
    const each: Totals[] = [];
    for (const set of sets) each.push(await runSet(set, url));
    return each;
  });
  const sum = (key: keyof Totals) => totals.reduce((total, one) => total + one[key], 0);
  print(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0;
}

/** The proxy's origin is on the list of origins, as that of a page served by the gateway itself would be. */
async function withFixtures<T>(work: (url: string) => Promise<T>): Promise<T> {
  const proxy = await startBearerProxy();
  try {
    const dev = await startDevProcess('--fixtures', '-c', `allowedOrigins=${proxy.origin}`);
    proxy.target = { url: new URL(dev.url), token: dev.token };
    try {
      return await work(`${proxy.origin}/mcp`);
    } finally {
      await dev.stop();
    }
  } finally {
    await proxy.stop();
  }
}

async function runSet(set: string, url: string): Promise<Totals> {
  const file = join(projectRoot, 'test', 'conformance', `baseline-${set}.yml`);
  const all = await runSuite({ url, requirements: set });
  const results = all.filter(({ scenario }) => !EXTENSION.test(scenario));
  const verdict = judge(results, readBaseline(readFileSync(file, 'utf8')));
  print(`\n${reportLines(set, results, verdict).join('\n')}`);
  if (all.length > results.length) print(`${all.length - results.length} scenarios of the tasks extension not counted`);
  return { passed: passedChecks(results), failed: verdict.unexpected.length + verdict.stale.length };
}

await runScript({ help, options: { set: { type: 'string' } }, run: ({ set }) => runSets(set) });
