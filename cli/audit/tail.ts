import { setTimeout as pause } from 'node:timers/promises';
import { visible, visibleJson } from '../../shared/audit/export/visible.ts';
import type { AuditRow } from '../../shared/audit/query.ts';
import { type FollowOptions, followCalls } from '../../shared/audit/question/follow.ts';
import { toRow } from '../../shared/audit/question/row.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { callName, localTime, utcTime } from '../audit-rows.ts';
import { readArguments } from '../arguments.ts';
import { awsSentence } from '../aws-failure.ts';
import type { Command } from '../command.ts';
import { WrongUsage } from '../failure.ts';
import { describeQuestion, FILTER_HELP, QUESTION_OPTIONS, toFilters, withUser } from './question-options.ts';
import { openTrail, TRAIL_HELP, TRAIL_OPTIONS } from './trail.ts';

const { since: _since, until: _until, ...FILTER_OPTIONS } = QUESTION_OPTIONS;
const { archive: _archive, ...PLACE_OPTIONS } = TRAIL_OPTIONS;
const OPTIONS = {
  ...FILTER_OPTIONS,
  ...PLACE_OPTIONS,
  every: { type: 'string' },
  utc: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const tailCommand: Command = {
  help: `Usage: npm run gatehouse -- audit tail [options]

Shows calls as they end, until Ctrl-C. A call that has not ended after 40 seconds is shown as open. Recorded once, at its start.
While the trail cannot be read it says so once, tries again, and then shows what came in meanwhile.

${FILTER_HELP}
  --every S         seconds between two looks, 1 to 60. Default 2
  --utc             times in UTC and not in your time zone
  --json            one JSON object a line

${TRAIL_HELP.replace(/ {2}--archive[\s\S]*?(?= {2}--no-index)/, '')}`,
  run: async (args) => {
    const { values } = readArguments({ args: [...args], options: OPTIONS });
    const everyMs = toSeconds(values.every ?? '2') * 1000;
    const filters = toFilters(values);
    const trail = await openTrail(values);
    const asked = await withUser(filters, values, trail);
    await trail.record('audit/tail', describeQuestion(asked));
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    const { signal } = stop;
    const sleep = (ms: number) => pause(ms, undefined, { signal }).catch(() => undefined);
    const write = values.json
      ? (row: AuditRow) => visibleJson(row)
      : (row: AuditRow) => toLine(row, values.utc === true);
    const following = { ...trail, ...tellOutages(everyMs), filters: asked, clock: systemClock, sleep, signal, everyMs };
    for await (const call of followCalls(following)) {
      process.stdout.write(`${write(toRow(call))}\n`);
    }
  },
};

/** Somebody watches: an outage is told once, and waited for. */
function tellOutages(everyMs: number): Pick<FollowOptions, 'onLost' | 'onFound'> {
  const tell = (text: string) => void process.stderr.write(`${text}\n`);
  return {
    onLost: (error) => {
      const sentence = awsSentence(error);
      if (sentence === undefined) throw error;
      tell(`The trail cannot be read. ${sentence} Trying again every ${everyMs / 1000} s.`);
    },
    onFound: () => tell('The trail can be read again.'),
  };
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= 60) return seconds;
  throw new WrongUsage(`--every ${text} is no number of seconds from 1 to 60.`);
}

function toLine(row: AuditRow, isUtc: boolean): string {
  const time = isUtc ? `${utcTime(row.time)} UTC` : localTime(row.time);
  const took = row.latencyMs === null ? '' : ` ${row.latencyMs} ms`;
  const name = visible(callName(row)).padEnd(24);
  const detail = row.detail === null ? '' : ` ${visible(row.detail)}`;
  return `${time}  ${visible(row.outcome).padEnd(18)} ${name} ${visible(row.subject).padEnd(24)} ${(row.uid ?? '-').padEnd(30)}${took}${detail}`.trimEnd();
}
