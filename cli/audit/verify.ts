import { parseArgs } from 'node:util';
import type { TableSource } from '../../shared/audit/verify/table.ts';
import { type Progress, verifyArchive } from '../../shared/audit/verify/verify.ts';
import { createDynamo } from '../../shared/aws/dynamodb.ts';
import { stackOutputs } from '../../shared/aws/cloudformation.ts';
import { toPort } from '../arguments.ts';
import type { Command } from '../command.ts';
import { localDynamo } from '../dev/local-dynamo.ts';
import { readState } from '../dev/state-file.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { ARCHIVE_HELP, messageOf, readText, toArchive, toPinnedKey } from './archive-options.ts';
import { verifyText } from './verify-text.ts';

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  archive: { type: 'string' },
  key: { type: 'string' },
  'key-file': { type: 'string' },
  'expect-size': { type: 'string' },
  expect: { type: 'string' },
  lag: { type: 'string' },
  table: { type: 'string' },
  stack: { type: 'string' },
  local: { type: 'boolean' },
  port: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const verifyCommand: Command = {
  help: `Usage: npm run gatehouse -- audit verify --archive WHERE --key VKEY [options]

Recomputes the log from its archive, offline, and names everything that is not what was signed.

${ARCHIVE_HELP}
  --from T          a time such as 2026-11-24T08:00:00Z, 24h, 7d. Default: the first entry of the log
  --to T            the same, or now. Default: the newest seal. When the log ends before it, the answer is 2
  --expect-size N   the log had at least N entries when you last saw it
  --expect FILE     a checkpoint that you kept: it must still be in the log
  --lag T           how far the archive may be behind the seals. Default 1h
  --json            the report as one JSON object

Compare with the table too:
  --table NAME, --stack NAME, or --local with --port N

Ends with 0: all is what was signed; 1: broken; 2: incomplete, or the archive or the arguments could not be read.`,
  run: async (args) => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const now = Date.now();
    const pinned = toPinnedKey(values);
    const objects = toArchive(values.archive);
    const { from, to } = { from: toTime('--from', values.from, now), to: toTime('--to', values.to, now) };
    if (from !== undefined && to !== undefined && from >= to) throw new WrongUsage('--from is not before --to.');
    const known = {
      size: toSize(values['expect-size']),
      note: values.expect === undefined ? undefined : readText(values.expect, '--expect'),
    };
    const lag = values.lag === undefined ? undefined : now - (toTime('--lag', values.lag, now) ?? now);
    try {
      const report = await verifyArchive({
        objects,
        pinned,
        from,
        to,
        known,
        ...(lag === undefined ? {} : { archiveLagMs: lag }),
        ...(process.stderr.isTTY && { onProgress: showProgress() }),
        table: await toTable(values),
      });
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
      process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : verifyText(report));
      process.exitCode = report.exit;
    } catch (error) {
      // Neither sound nor broken: nothing can be said.
      process.stderr.write(`The archive could not be verified: ${messageOf(error)}\n`);
      process.exitCode = 2;
    }
  },
};

const UNITS: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function toTime(option: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'now') return now;
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  // Without a zone it would be that of the machine, and two auditors would verify two ranges.
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time =
    count === undefined ? (isTime ? Date.parse(text) : Number.NaN) : now - Number(count) * (UNITS.get(unit) ?? 0);
  if (Number.isFinite(time)) return Math.max(0, time);
  throw new WrongUsage(`${option} ${text} is no time. Examples: 30m, 24h, 7d, 2026-11-24T08:00:00Z`);
}

function toSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new WrongUsage(`--expect-size ${text} is no number of entries.`);
}

async function toTable(values: {
  table?: string;
  stack?: string;
  local?: boolean;
  port?: string;
}): Promise<TableSource | undefined> {
  const clock = Date.now;
  if (values.local) {
    const { dynamodb, tables } = readState(toPort(values.port));
    return { dynamo: createDynamo(localDynamo(dynamodb)), table: tables.audit, clock };
  }
  const table = values.table ?? (values.stack && (await stackOutputs(values.stack)).get('AuditTable'));
  if (values.stack !== undefined && table === undefined) {
    throw new Failure(`The stack ${values.stack} has no output AuditTable. Name the table with --table.`);
  }
  const limits = { attempts: 3, connectMs: 2000, requestMs: 5000, totalMs: 15_000 };
  return table ? { dynamo: createDynamo({ limits }), table, clock } : undefined;
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
