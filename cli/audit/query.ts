import { withAllItems } from '../../shared/audit/question/complete.ts';
import { CursorError, createCursors } from '../../shared/audit/question/cursor.ts';
import { createPages, type Page, type PageRequest } from '../../shared/audit/question/pages.ts';
import type { Call } from '../../shared/audit/question/question.ts';
import { toRow } from '../../shared/audit/question/row.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { auditTable } from '../audit-rows.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { WrongUsage } from '../failure.ts';
import { type Answered, askInAthena, checkAthena } from './ask-athena.ts';
import { cursorSecret } from './cursor-secret.ts';
import { chosenFormat, formatsOf } from './formats.ts';
import {
  describeQuestion,
  QUESTION_HELP,
  QUESTION_OPTIONS,
  toFilters,
  toLimit,
  toRange,
  withUser,
} from './question-options.ts';
import { reasonNote } from './reason-note.ts';
import { isColoured } from './terminal.ts';
import { openTrail, TRAIL_HELP, TRAIL_OPTIONS, type Trail } from './trail.ts';

const FORMATS = ['json', 'csv', 'ocsf', 'cloudevents'] as const;

const OPTIONS = {
  ...QUESTION_OPTIONS,
  ...TRAIL_OPTIONS,
  limit: { type: 'string' },
  cursor: { type: 'string' },
  athena: { type: 'boolean' },
  utc: { type: 'boolean' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
  ocsf: { type: 'boolean' },
  cloudevents: { type: 'boolean' },
} as const;

export const queryCommand: Command = {
  help: `Usage: npm run gatehouse -- audit query [options]

${QUESTION_HELP}
  --limit N         at most N calls, newest first. Default 50
  --cursor C        where an answer went on that was longer. Repeat the other options but --since and --until

  --athena          ask Athena over the archive: for months. Costs what it scans, at least 10 MB

How to print:
  --utc             times in UTC and not in your time zone
  --json            one JSON object a line
  --csv             for spreadsheets: no cell is run as a formula
  --ocsf            OCSF API Activity (class 6003), one JSON object a line
  --cloudevents     CloudEvents 1.0, one JSON object a line

${TRAIL_HELP}`,
  run: async (args) => {
    const { values } = readArguments({ args: [...args], options: OPTIONS });
    const { cursor, since, until } = values;
    const format = chosenFormat(values, FORMATS);
    const filters = toFilters(values);
    if (cursor !== undefined && (since ?? until) !== undefined)
      throw new WrongUsage('--cursor has its times in it. Leave out --since and --until.');
    if (values.athena === true) checkAthena(values);
    const range = toRange(values, Date.now());
    const limit = toLimit(values.limit ?? '50');
    const trail = await openTrail(values);
    const asked = await withUser(filters, values, trail);
    await trail.record('audit/query', describeQuestion(asked, cursor === undefined ? range : undefined));
    const question = { filters: asked, limit, ...(cursor === undefined ? { range } : { cursor }) };
    const { calls, more } =
      values.athena === true
        ? await askInAthena(trail, { filters: asked, range, limit })
        : await inPages(trail, question);
    if (calls.length === 0) process.stderr.write(reasonNote(asked.reason));
    await print(calls, format, trail, values.utc === true);
    if (more !== undefined) process.stderr.write(`There is more. ${more}\n`);
  },
};

type Question = Omit<PageRequest, 'caller'>;

async function inPages({ reader, caller }: Trail, question: Question): Promise<Answered> {
  const pages = createPages(reader, createCursors({ secret: cursorSecret(), clock: systemClock }));
  const { calls, cursor } = await fill((request) => pages.page(request), { ...question, caller });
  return { calls, more: cursor && `Add --cursor ${cursor}` };
}

async function print(calls: readonly Call[], name: (typeof FORMATS)[number] | undefined, trail: Trail, isUtc: boolean) {
  const format = name && formatsOf(trail.source).get(name);
  if (format === undefined) return void process.stdout.write(toText(calls, isUtc));
  const whole = format.needsAllItems ? await all(withAllItems(each(calls), trail.reader)) : calls;
  process.stdout.write(`${format.head}${whole.map(format.write).join('')}`);
}

function toText(calls: readonly Call[], isUtc: boolean): string {
  if (calls.length === 0) return 'No calls match.\n';
  return `${auditTable(calls.map(toRow), { isLocalTime: !isUtc, isColoured: isColoured(), hasCallId: true })}\n`;
}

/** A page that ended because much was read is not what a person waits for. */
async function fill(
  ask: (request: PageRequest) => Promise<Page>,
  request: PageRequest,
): Promise<Pick<Page, 'calls' | 'cursor'>> {
  const calls: Call[] = [];
  let next: PageRequest = request;
  for (;;) {
    const page = await ask(next).catch((error: unknown) => {
      throw error instanceof CursorError ? new WrongUsage(`--cursor: ${error.message}`) : error;
    });
    calls.push(...page.calls);
    if (page.cursor === undefined || calls.length === request.limit) return { calls, cursor: page.cursor };
    next = {
      filters: request.filters,
      caller: request.caller,
      limit: request.limit - calls.length,
      cursor: page.cursor,
    };
  }
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T, void> {
  yield* values;
}

async function all<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}
