import { parseArgs } from 'node:util';
import type { Finding } from '../../shared/audit/verify/findings.ts';
import { type Verdict, type Verification, verifyArchive } from '../../shared/audit/verify/verify.ts';
import type { Command } from '../command.ts';
import { toTable } from '../table.ts';
import { ARCHIVE_HELP, ARCHIVE_OPTIONS, openArchiveOf, pinnedKey, readText } from './archive.ts';
import { toTime } from './times.ts';

const OPTIONS = {
  ...ARCHIVE_OPTIONS,
  from: { type: 'string' },
  to: { type: 'string' },
  'expect-note': { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

const EXIT: Readonly<Record<Verdict, number>> = { ok: 0, broken: 1, incomplete: 2 };

const WORDS: Readonly<Record<Verdict, string>> = {
  ok: 'OK: every record is as it was sealed, and none is missing.',
  broken: 'BROKEN: the trail is not what was signed. Read the findings.',
  incomplete: 'INCOMPLETE: nothing wrong was found, but something could not be checked.',
};

export const verifyCommand: Command = {
  help: `Usage: npm run gatehouse -- audit verify [options]

Recomputes the audit trail from its records up and compares it with what was signed. Needs the archive and the key that you
pinned, and with a folder no network. Ends with 0 when all is well, 1 when the trail is broken, 2 when something could not be
checked. docs/verify-the-audit.md explains each finding.

  --from T          only from then on: 24h, 7d, or a time such as 2026-11-24T08:00:00Z. Default: from its first record
  --to T            up to then; the log has to reach it. Default: to its end
  --expect-note F   a checkpoint of this log that you kept: the log may only have grown since. May be repeated
  --json            the report as JSON

${ARCHIVE_HELP}`,
  run: async (args) => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const [objects, key, now] = [await openArchiveOf(values), pinnedKey(values), Date.now()];
    const isTerminal = process.stderr.isTTY === true && values.json !== true;
    const verified = verifyArchive({
      objects,
      key,
      ...(values.from === undefined ? {} : { from: toTime('--from', values.from, now) }),
      ...(values.to === undefined ? {} : { to: toTime('--to', values.to, now) }),
      expected: (values['expect-note'] ?? []).map(readText),
      onProgress: ({ records, upTo }) => {
        if (isTerminal) process.stderr.write(`\r${new Date(upTo).toISOString().slice(0, 16)}  ${records} records `);
      },
    });
    const result = await verified.catch((error: unknown) => {
      process.stderr.write(`The archive cannot be read: ${error instanceof Error ? error.message : 'unknown'}\n`);
      return undefined;
    });
    if (result === undefined) {
      process.exitCode = EXIT.incomplete;
      return;
    }
    if (isTerminal) process.stderr.write('\r\u001b[K');
    process.stdout.write(values.json ? `${JSON.stringify(result, undefined, 2)}\n` : `${toReport(result)}\n`);
    process.exitCode = EXIT[result.verdict];
  },
};

function toReport(result: Verification): string {
  const { verdict, log, from, to, records, minutes, backfills, size, root, findings, counts } = result;
  const facts = [
    ['Log', log],
    ['Verified', from === null ? 'nothing' : `${from} to ${to}`],
    ['Records', `${records}, of ${size} in the log`],
    ['Seals', `${minutes} minutes, ${backfills} backfills`],
    ['Root', root ?? '-'],
  ];
  const head = facts.map(([name = '', value = '']) => `${name.padEnd(10)}${value}`).join('\n');
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const more = all > findings.length ? `\n… and ${all - findings.length} more` : '';
  const list = findings.length === 0 ? '' : `\n\n${findings.map(describe).join('\n')}${more}\n\n${tally(result)}`;
  return `${head}${list}\n\n${WORDS[verdict]}`;
}

function describe({ code, severity, says, expected, actual, object, todo }: Finding): string {
  const values =
    expected === undefined && actual === undefined ? '' : `\n    expected ${expected ?? '-'}, found ${actual ?? '-'}`;
  const place = object === undefined || says.includes(object) ? '' : `\n    in ${object}`;
  return `${severity.toUpperCase()} ${code}\n    ${says}${place}${values}\n    ${todo}`;
}

function tally({ counts }: Verification): string {
  return toTable([['FINDING', 'HOW MANY'], ...Object.entries(counts).map(([code, count]) => [code, String(count)])]);
}
