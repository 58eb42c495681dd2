import { visible, visibleJson } from '../../shared/audit/export/visible.ts';
import { countCalls, GROUPINGS, type Group, type Grouping } from '../../shared/audit/question/stats.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { WrongUsage } from '../failure.ts';
import { toTable } from '../table.ts';
import { describeQuestion, QUESTION_HELP, QUESTION_OPTIONS, toFilters, toRange, withUser } from './question-options.ts';
import { callsOf } from './read-calls.ts';
import { openTrail, TRAIL_HELP, TRAIL_OPTIONS } from './trail.ts';

const OPTIONS = {
  ...QUESTION_OPTIONS,
  ...TRAIL_OPTIONS,
  by: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const BAR = 24;

export const statsCommand: Command = {
  help: `Usage: npm run gatehouse -- audit stats [options]

Counts calls, and how long they took. Reads all of them: for months ask Athena.

  --by WHAT         ${GROUPINGS.join(', ')}. Default tool
${QUESTION_HELP}
  --json            one JSON object a line

${TRAIL_HELP}`,
  run: async (args) => {
    const { values } = readArguments({ args: [...args], options: OPTIONS });
    const by = toGrouping(values.by ?? 'tool');
    const filters = toFilters(values);
    const range = toRange(values, Date.now());
    const trail = await openTrail(values);
    const asked = await withUser(filters, values, trail);
    await trail.record('audit/stats', `by=${by} ${describeQuestion(asked, range)}`);
    const groups = await countCalls(callsOf(trail.reader, asked, range), by);
    if (values.json) process.stdout.write(groups.map((group) => `${visibleJson(group)}\n`).join(''));
    else process.stdout.write(groups.length === 0 ? 'No calls match.\n' : `${statsTable(groups, by)}\n`);
  },
};

function toGrouping(text: string): Grouping {
  const found = GROUPINGS.find((word) => word === text);
  if (found === undefined) throw new WrongUsage(`--by ${text} is none of ${GROUPINGS.join(', ')}.`);
  return found;
}

function statsTable(groups: readonly Group[], by: Grouping): string {
  const most = Math.max(...groups.map(({ calls }) => calls));
  const count = (value: number) => String(value).padStart(7);
  const ms = (value: number | null) => (value === null ? '-' : String(value)).padStart(7);
  const head = [by.toUpperCase(), 'CALLS', 'DENIED', 'FAILED', 'OPEN', 'P50 MS', 'P99 MS'].map((name, at) =>
    at === 0 ? name : name.padStart(7),
  );
  const rows = groups.map(({ name, calls, denied, failed, open, p50, p99 }) => [
    visible(name),
    ...[calls, denied, failed, open].map(count),
    ms(p50),
    ms(p99),
    '█'.repeat(Math.max(1, Math.round((calls / most) * BAR))),
  ]);
  return toTable([[...head, ' '.repeat(BAR)], ...rows]);
}
