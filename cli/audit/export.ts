import { once } from 'node:events';
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { withAllItems } from '../../shared/audit/question/complete.ts';
import type { Call } from '../../shared/audit/question/question.ts';
import { utcTime } from '../audit-rows.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { type Format, formatsOf } from './formats.ts';
import { describeQuestion, QUESTION_HELP, QUESTION_OPTIONS, toFilters, toRange, withUser } from './question-options.ts';
import { callsOf } from './read-calls.ts';
import { openTrail, TRAIL_HELP, TRAIL_OPTIONS } from './trail.ts';

const FORMATS = ['jsonl', 'csv', 'ocsf', 'cloudevents'] as const;

const OPTIONS = {
  ...QUESTION_OPTIONS,
  ...TRAIL_OPTIONS,
  format: { type: 'string' },
  out: { type: 'string' },
} as const;

export const exportCommand: Command = {
  help: `Usage: npm run gatehouse -- audit export [options]

Writes every call of a time, oldest first. How far it is, is on standard error.

  --format F        jsonl (default: whole records with their hashes), csv, ocsf (API Activity), cloudevents
  --out FILE        write it there; a file that is there is not replaced. Default: standard output
${QUESTION_HELP}

${TRAIL_HELP}`,
  run: async (args) => {
    const { values } = readArguments({ args: [...args], options: OPTIONS });
    const { format: name = 'jsonl', out } = values;
    if (!FORMATS.some((one) => one === name))
      throw new WrongUsage(`--format ${name} is none of ${FORMATS.join(', ')}.`);
    if (out !== undefined && existsSync(out))
      throw new Failure(`${out} is there already. Name another file, or move it away.`);
    const filters = toFilters(values);
    const range = toRange(values, Date.now());
    const trail = await openTrail(values);
    const asked = await withUser(filters, values, trail);
    await trail.record('audit/export', `${name} ${describeQuestion(asked, range)}`);
    const format = formatsOf(trail.source).get(name);
    if (format === undefined) throw new WrongUsage(`--format ${name} is unknown.`);
    const found = callsOf(trail.reader, asked, range, { order: 'oldest-first' });
    const calls = format.needsAllItems ? withAllItems(found, trail.reader) : found;
    const count = out === undefined ? await write(calls, format, process.stdout) : await writeFile(calls, format, out);
    process.stderr.write(`Exported ${count} calls${out === undefined ? '' : ` to ${out}`}.\n`);
  },
};

/** Appears under its name only when it is whole. */
async function writeFile(calls: AsyncIterable<Call>, format: Format, file: string): Promise<number> {
  const partial = `${file}.partial`;
  const stream = createWriteStream(partial, { mode: 0o600 });
  try {
    await once(stream, 'open');
    const count = await write(calls, format, stream);
    stream.end();
    await finished(stream);
    renameSync(partial, file);
    return count;
  } catch (error) {
    stream.destroy();
    if (existsSync(partial)) rmSync(partial);
    if (error instanceof Error && 'code' in error) throw new Failure(`${file} cannot be written: ${error.message}`);
    throw error;
  }
}

const PROGRESS_EVERY = 5000;

async function write(calls: AsyncIterable<Call>, { head, write: text }: Format, stream: Writable): Promise<number> {
  let count = 0;
  if (head !== '') stream.write(head);
  for await (const call of calls) {
    if (!stream.write(text(call))) await once(stream, 'drain');
    count += 1;
    if (count % PROGRESS_EVERY === 0) {
      const at = utcTime(Number([...call.items.values()][0]?.['ts']));
      process.stderr.write(`${count} calls, up to ${at} UTC\n`);
    }
  }
  return count;
}
