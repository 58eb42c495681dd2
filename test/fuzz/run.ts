import type fc from 'fast-check';
import { DEV_CLIENT } from '../../cli/dev/idp.ts';
import { endpointsOfIdp, fetchToken } from '../../cli/dev/login.ts';
import { findFreePort } from '../../cli/dev/network.ts';
import { startDev } from '../../cli/dev/start.ts';
import { WrongUsage } from '../../cli/failure.ts';
import { toTable } from '../../cli/table.ts';
import { captureLog } from '../support/log.ts';
import { print, runScript } from '../support/script.ts';
import { INVARIANT_COUNT } from './invariants.ts';
import { ANYWHERE, IN_PROCESS } from './properties.ts';
import { REGISTRY } from './registry.ts';
import { report } from './report.ts';
import { counting, createInProcess, createOverHttp } from './subject.ts';
import { anyBytes } from './wire.ts';

const DEFAULT_RUNS = 5000;

const help = `Usage: npm run fuzz -- [runs]

Feeds hostile requests to the handlers in this process, and a tenth of them to a gateway over HTTP. What the tests hold
with some hundred requests (test/fuzz/properties.ts) has to hold with as many as asked for.

  [runs]    how many of a property whose share is 100; 10 or more. Default ${DEFAULT_RUNS}`;

async function fuzz(runs: number): Promise<boolean> {
  if (!Number.isSafeInteger(runs) || runs < 10) throw new WrongUsage('The number of runs is a whole one, 10 or more.');
  const statuses = new Map<string, number>();
  const results = [...(await fuzzInProcess(runs, statuses)), ...(await fuzzOverHttp(runs, statuses))];
  const broken = results.filter(({ result }) => result !== 'holds');
  const rows = results.map(({ name, count, result }) => [name, String(count), result === 'holds' ? 'holds' : 'BROKEN']);
  const total = results.reduce((sum, { count }) => sum + count, 0);
  const seen = [...statuses].sort(([a], [b]) => a.localeCompare(b)).map(([status, count]) => `${status}: ${count}`);
  print(toTable([['PROPERTY', 'RUNS', 'RESULT'], ...rows]));
  print(`\n${total} runs, ${INVARIANT_COUNT} invariants on each answer, ${broken.length} properties broken`);
  print(`answers by status: ${seen.join(', ')}`);
  return broken.length === 0;
}

interface Result {
  readonly name: string;
  readonly count: number;
  /** `holds`, or what broke it. */
  readonly result: string;
}

async function attempt(name: string, runs: number, property: fc.IAsyncProperty<unknown>): Promise<Result> {
  const count = Math.ceil(runs);
  const result = await report(property, count);
  if (result !== 'holds') print(`${name}\n${result}\n`);
  return { name, count, result };
}

async function fuzzInProcess(runs: number, statuses: Map<string, number>): Promise<readonly Result[]> {
  const subject = counting(await createInProcess(REGISTRY), statuses);
  const results: Result[] = [];
  for (const { name, share, make } of [...ANYWHERE, ...IN_PROCESS]) {
    results.push(await attempt(`handlers: ${name}`, (runs * share) / 100, make(subject)));
  }
  return results;
}

async function fuzzOverHttp(runs: number, statuses: Map<string, number>): Promise<readonly Result[]> {
  const dev = await startDev({
    port: await findFreePort(),
    context: { demoBackend: 'false' },
    log: captureLog().log,
    registry: REGISTRY,
  });
  try {
    const { issuer, url: resource, port } = dev.state;
    const scope = 'starter.echo starter.whoami';
    const token = await fetchToken({
      endpoints: endpointsOfIdp(issuer),
      resource,
      client: DEV_CLIENT,
      user: 'alice',
      scope,
    });
    const subject = counting(createOverHttp(port, token, REGISTRY), statuses);
    const results: Result[] = [];
    for (const { name, share, make } of ANYWHERE) {
      results.push(await attempt(`HTTP: ${name}`, (runs * share) / 1000, make(subject)));
    }
    return [...results, await attempt('HTTP: any bytes', runs / 10, anyBytes(port))];
  } finally {
    await dev.stop();
  }
}

await runScript({ help, options: {}, positionals: 1, run: (_values, [runs]) => fuzz(Number(runs ?? DEFAULT_RUNS)) });
