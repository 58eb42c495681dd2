import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WrongUsage } from '../../cli/failure.ts';
import { projectRoot } from '../../infra/project.ts';
import { print, runScript } from '../support/script.ts';
import { EXPECTED } from './expectations.ts';
import { createGateways } from './gateways/open.ts';
import { differences, unknownRows } from './judge.ts';
import { type Cell, runCell, type Subject } from './matrix.ts';
import { clientsPage } from './page.ts';
import { outcomeOf, resultOf } from './results.ts';
import { COLUMNS, SUBJECTS } from './subjects.ts';

const help = `Usage: npm run personas -- [--client claude] [--column relay] [--write-docs]

Sends every client to a gateway in every mode, on this machine, and compares what happens with
test/personas/expectations.ts. A cell that is not as expected fails the run.

  --client C     only clients whose id begins with C
  --column C     only columns whose id begins with C
  --write-docs   writes docs/clients.md from the expectations, and runs nothing`;

interface Chosen {
  readonly client: string | undefined;
  readonly column: string | undefined;
}

async function runMatrix({ client = '', column = '' }: Chosen): Promise<boolean> {
  const subjects = SUBJECTS.filter(({ persona }) => persona.id.startsWith(client));
  const columns = COLUMNS.filter(({ id }) => id.startsWith(column));
  if (subjects.length === 0 || columns.length === 0) throw new WrongUsage('There is no such client or no such column.');
  const cells = await runCells(subjects, columns);
  const whole = client === '' && column === '';
  const ids = { personas: SUBJECTS.map(({ persona }) => persona.id), columns: COLUMNS.map(({ id }) => id) };
  const wrong = [...differences(cells, EXPECTED), ...(whole ? unknownRows(ids.personas, ids.columns, EXPECTED) : [])];
  print(`\n${tableOf(subjects, columns, cells).join('\n')}`);
  for (const difference of wrong) print(`\nUNEXPECTED  ${difference}`);
  if (wrong.length > 0) for (const cell of cells) printTrail(cell);
  print(`\n${cells.length - wrong.length} cells as expected, ${wrong.length} not`);
  return wrong.length === 0;
}

async function runCells(subjects: readonly Subject[], columns: typeof COLUMNS): Promise<readonly Cell[]> {
  const { warn } = console;
  // The SDK tells of each expired token.
  console.warn = () => undefined;
  const gateways = createGateways();
  try {
    const cells: Cell[] = [];
    for (const column of columns) {
      for (const subject of subjects) cells.push(await runCell(subject, column, gateways.open));
      print(`${column.id}: ${subjects.length} clients`);
    }
    return cells;
  } finally {
    await gateways.stop();
    console.warn = warn;
  }
}

function tableOf(subjects: readonly Subject[], columns: typeof COLUMNS, cells: readonly Cell[]): readonly string[] {
  const rows = subjects.map(({ persona }) => [
    persona.id,
    ...columns.map(({ id }) => {
      const cell = cells.find(({ persona: who, column }) => who === persona.id && column === id);
      return cell === undefined ? '' : short(cell);
    }),
  ]);
  const all = [['', ...columns.map(({ id }) => id)], ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => row[index + 1]?.length ?? 0)));
  const first = Math.max(...all.map(([name = '']) => name.length));
  return all.map(([name = '', ...rest]) =>
    [name.padEnd(first), ...rest.map((text, index) => text.padEnd(widths[index] ?? 0))].join('  ').trimEnd(),
  );
}

function short(cell: Cell): string {
  const result = resultOf(cell);
  if (result.way === undefined) return `cannot: ${result.before.at(-1)}`;
  return outcomeOf(result) === 'works' ? 'works' : `works by ${result.way}`;
}

function printTrail({ persona, column, tried }: Cell): void {
  if (differences([{ persona, column, tried }], EXPECTED).length === 0) return;
  for (const { way, told, trail } of tried) {
    print(`\n${persona} × ${column}, ${way}: ${told.message ?? 'done'}`);
    for (const line of trail) print(`  ${line}`);
  }
}

function writeDocs(): boolean {
  writeFileSync(join(projectRoot, 'docs', 'clients.md'), clientsPage(SUBJECTS, COLUMNS, EXPECTED));
  return true;
}

const options = {
  client: { type: 'string' },
  column: { type: 'string' },
  'write-docs': { type: 'boolean' },
} as const;

await runScript({
  help,
  options,
  run: async ({ client, column, 'write-docs': docs }) => (docs ? writeDocs() : runMatrix({ client, column })),
});
