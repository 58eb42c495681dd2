import { DEV_CLIENT } from '../../cli/dev/idp.ts';
import { fetchToken } from '../../cli/dev/login.ts';
import { findFreePort } from '../../cli/dev/network.ts';
import { startDev } from '../../cli/dev/start.ts';
import { toTable } from '../../cli/table.ts';
import { captureLog } from '../support/log.ts';
import { INVARIANT_COUNT } from './invariants.ts';
import { ANYWHERE, IN_PROCESS } from './properties.ts';
import { REGISTRY } from './registry.ts';
import { report } from './report.ts';
import { counting, createInProcess, createOverHttp } from './subject.ts';
import { anyBytes } from './wire.ts';

/** `npm run fuzz -- <runs>`: the properties of the tests with as many runs as asked for. Over HTTP a tenth of them. */
const runs = Number(process.argv[2] ?? 5000);
if (!Number.isSafeInteger(runs) || runs < 10) {
  process.stderr.write('Usage: npm run fuzz -- <runs, 10 or more>\n');
  process.exit(2);
}

const statuses = new Map<string, number>();
const rows = [['PROPERTY', 'RUNS', 'RESULT']];
let failures = 0;

async function attempt(name: string, count: number, holds: Promise<string>): Promise<void> {
  const result = await holds;
  if (result !== 'holds') {
    failures++;
    process.stdout.write(`${name}\n${result}\n\n`);
  }
  rows.push([name, String(count), result === 'holds' ? 'holds' : 'BROKEN']);
}

const inProcess = counting(await createInProcess(REGISTRY), statuses);
for (const { name, share, make } of [...ANYWHERE, ...IN_PROCESS]) {
  const count = Math.ceil((runs * share) / 100);
  await attempt(`handlers: ${name}`, count, report(make(inProcess), count));
}

const dev = await startDev({ port: await findFreePort(), context: {}, log: captureLog().log, registry: REGISTRY });
try {
  const { issuer, url: resource, port } = dev.state;
  const scope = 'starter.echo starter.whoami';
  const token = await fetchToken({ issuer, resource, client: DEV_CLIENT, user: 'alice', scope });
  const overHttp = counting(createOverHttp(port, token, REGISTRY), statuses);
  for (const { name, share, make } of ANYWHERE) {
    const count = Math.ceil((runs * share) / 1000);
    await attempt(`HTTP: ${name}`, count, report(make(overHttp), count));
  }
  await attempt('HTTP: any bytes', Math.ceil(runs / 10), report(anyBytes(port), Math.ceil(runs / 10)));
} finally {
  await dev.stop();
}

const total = rows.slice(1).reduce((sum, [, count]) => sum + Number(count), 0);
const seen = [...statuses].sort(([a], [b]) => a.localeCompare(b)).map(([status, count]) => `${status}: ${count}`);
process.stdout.write(`${toTable(rows)}\n
${total} runs, ${INVARIANT_COUNT} invariants on each answer, ${failures} properties broken
answers by status: ${seen.join(', ')}\n`);
process.exitCode = failures === 0 ? 0 : 1;
