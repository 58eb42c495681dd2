import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toTable } from '../../cli/table.ts';
import { projectRoot } from '../../infra/project.ts';
import { node24, run } from '../support/toolbox.ts';
import { complaints, judge } from './budgets.ts';
import { buildBundles } from './bundles.ts';
import { toChart } from './chart.ts';
import { measureCold } from './measure-cold.ts';
import { measureCpu } from './measure-cpu.ts';
import { measureSealing } from './measure-sealing.ts';
import { measureThroughput } from './measure-throughput.ts';
import { measureUnits } from './measure-units.ts';
import { toPage } from './page.ts';
import type { BenchResult } from './result.ts';
import { startStub } from './stub.ts';
import { toTables } from './tables.ts';

const HELP = `Usage: npm run bench -- [options]

Measures Gatehouse beside the official SDK, a bare HTTP server and a bare DynamoDB function, on Node 24, in two to
three minutes. Prints tables and writes .gatehouse/bench.json.

  --check         end with 1 when a budget in test/bench/budgets.json is exceeded
  --require-all   with --check: end with 1 also when something could not be measured (DynamoDB Local needs Java)
  --write-docs    write docs/bench.md and docs/bench.svg
  --rounds N      rounds of CPU and cold starts, at least 9. Default 11`;

const OPTIONS = {
  check: { type: 'boolean' },
  'require-all': { type: 'boolean' },
  'write-docs': { type: 'boolean' },
  rounds: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const { values } = parseArgs({ options: OPTIONS });
if (values.help) process.stdout.write(`${HELP}\n`);
else await bench(Math.max(9, Math.floor(Number(values.rounds ?? 11)) || 0));

async function bench(rounds: number): Promise<void> {
  const result = await measure(rounds);
  const judged = judge(result);
  const tables = toTables(result, judged);
  for (const { title, rows, note } of tables) {
    process.stdout.write(`\n${title}\n${toTable(rows)}\n${note === undefined ? '' : `${note}\n`}`);
  }
  write('.gatehouse/bench.json', `${JSON.stringify({ ...result, budgets: judged }, null, 2)}\n`);
  if (values['write-docs']) {
    write('docs/bench.md', toPage(result, tables));
    write('docs/bench.svg', toChart(result));
  }
  const exceeded = complaints(judged, values['require-all'] === true);
  if (!values.check || exceeded.length === 0) return;
  process.stderr.write(`\n${exceeded.join('\n')}\n`);
  process.exitCode = 1;
}

async function measure(rounds: number): Promise<BenchResult> {
  const node = run(join(node24(), 'node'), ['--version']).trim().slice(1);
  const bundles = await buildBundles();
  const stub = await startStub();
  try {
    const told = (what: string) => process.stderr.write(`${what} …\n`);
    told('cold starts');
    const cold = await measureCold(bundles, stub, rounds + 4);
    told('CPU and heap');
    const cpu = await measureCpu(bundles, stub, rounds);
    told('sealing');
    const sealing = await measureSealing(bundles);
    told('throughput');
    const throughput = await measureThroughput(bundles, stub, 3);
    told('DynamoDB units');
    const units = await measureUnits(bundles, stub);
    const sized = (['mcp', 'discovery', 'debug', 'oauth', 'bare'] as const).map((name) => {
      const { bytes, inputs } = bundles[name];
      return { name, bytes, inputs };
    });
    const processor = cpus()[0]?.model ?? 'unknown processor';
    return { at: new Date().toISOString(), node, processor, cpu, sealing, throughput, cold, bundles: sized, units };
  } finally {
    await stub.stop();
  }
}

function write(file: string, text: string): void {
  mkdirSync(join(projectRoot, '.gatehouse'), { recursive: true });
  writeFileSync(join(projectRoot, file), text);
}
