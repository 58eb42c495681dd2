import type { Progress, VerifyOptions } from '../../shared/audit/verify/options.ts';
import type { TableSource } from '../../shared/audit/verify/table.ts';
import { verifyArchive } from '../../shared/audit/verify/verify.ts';
import { createDynamo } from '../../shared/aws/dynamodb.ts';
import { readArguments, toPort } from '../arguments.ts';
import { sentenceOf } from '../aws-failure.ts';
import type { Command } from '../command.ts';
import { localDynamo } from '../dev/local-dynamo.ts';
import { readState } from '../dev/state-file.ts';
import { isWrongUsage, Unreadable, WrongUsage } from '../failure.ts';
import { ARCHIVE_HELP, ARCHIVE_OPTIONS, type ArchiveValues, openArchiveOf, pinnedKey, readText } from './archive.ts';
import { outputOf } from './stack-output.ts';
import { toSameTime, toSpan } from './times.ts';
import { verifyText } from './verify-text.ts';

const OPTIONS = {
  ...ARCHIVE_OPTIONS,
  from: { type: 'string' },
  to: { type: 'string' },
  'expect-size': { type: 'string' },
  'expect-note': { type: 'string', multiple: true },
  lag: { type: 'string' },
  table: { type: 'string' },
  'with-table': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const verifyCommand: Command = {
  help: `Usage: npm run gatehouse -- audit verify [options]

Recomputes the audit trail from its records up and names whatever is not what was signed. Needs the archive and the key that
you pinned, and with a folder no network. docs/verify-the-audit.md explains each line and each finding.

  --from T          only from then on: 24h, 7d, a day (00:00 UTC) such as 2026-11-24, or a time with its zone such as
                    2026-11-24T08:00:00Z. Default: from the first entry
  --to T            up to then, or now; the log has to reach it. Default: to the newest seal
  --expect-size N   the log had N entries when you last saw it, or more
  --expect-note F   a checkpoint of this log that you kept: it must still be in it. May be repeated
  --lag T           how far the archive may be behind the seals: 0m, 30m, 2h, 1d. Default 1h
  --with-table      compare the table of --stack or --local too; --table NAME, without --local, names another
  --json            the report as one JSON object

${ARCHIVE_HELP}

Ends with 0: all is what was signed. 1: broken. 2: incomplete, or nothing could be read.`,
  run: async (args) => {
    const { values } = readArguments({ args: [...args], options: OPTIONS });
    const asked = toQuestion(values, Date.now());
    try {
      const report = await verifyArchive({
        ...asked,
        objects: await openArchiveOf(values),
        key: pinnedKey(values),
        table: await toTable(values),
        ...(process.stderr.isTTY && { onProgress: showProgress() }),
      });
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
      process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : verifyText(report));
      process.exitCode = report.exit;
    } catch (error) {
      if (isWrongUsage(error) || error instanceof Unreadable) throw error;
      // Neither sound nor broken: nothing can be said.
      process.stderr.write(`The archive cannot be read: ${sentenceOf(error)}\n`);
      process.exitCode = 2;
    }
  },
};

interface Values extends ArchiveValues {
  readonly from?: string;
  readonly to?: string;
  readonly 'expect-size'?: string;
  readonly 'expect-note'?: readonly string[];
  readonly lag?: string;
  readonly table?: string;
  readonly 'with-table'?: boolean;
}

function toQuestion(values: Values, now: number): Pick<VerifyOptions, 'from' | 'to' | 'known' | 'archiveLagMs'> {
  const from = values.from === undefined ? undefined : toSameTime('--from', values.from, now);
  const to = values.to === undefined ? undefined : toSameTime('--to', values.to, now);
  if (from !== undefined && to !== undefined && from >= to) throw new WrongUsage('--from is not before --to.');
  return {
    from,
    to,
    known: {
      size: toSize(values['expect-size']),
      notes: (values['expect-note'] ?? []).map((file) => readText('--expect-note', file)),
    },
    ...(values.lag === undefined ? {} : { archiveLagMs: toSpan('--lag', values.lag) }),
  };
}

function toSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new WrongUsage(`--expect-size ${text} is no number of entries.`);
}

/** A terminal may be far from the region, and may wait. */
const FROM_AFAR = { attempts: 3, connectMs: 2000, requestMs: 5000, totalMs: 15_000 };

async function toTable(values: Values): Promise<TableSource | undefined> {
  const { local, port, stack, table } = values;
  if (table === undefined && values['with-table'] !== true) return undefined;
  if (local === true) {
    const { dynamodb, tables } = readState(toPort(port));
    return { dynamo: createDynamo(localDynamo(dynamodb)), table: tables.audit, clock: Date.now };
  }
  if (table === undefined && stack === undefined) throw new WrongUsage('Say which table: --table, --stack or --local.');
  const name = table ?? (await outputOf(stack ?? '', 'AuditTable'));
  return { dynamo: createDynamo({ limits: FROM_AFAR }), table: name, clock: Date.now };
}

/** At most five times a second. */
function showProgress(): (progress: Progress) => void {
  let last = 0;
  return ({ seals, records, through }) => {
    const now = Date.now();
    if (now - last < 200) return;
    last = now;
    const time = new Date(through).toISOString().slice(0, 16).replace('T', ' ');
    process.stderr.write(`\r\u001b[K${time}  ${seals} seals, ${records} records`);
  };
}
