import { parseArgs } from 'node:util';
import { type AuditQuery, createAuditReader } from '../../shared/audit/query.ts';
import { stackOutputs } from '../../shared/aws/cloudformation.ts';
import { createDynamo } from '../../shared/aws/dynamodb.ts';
import { DEFAULT_PORT, toPort } from '../arguments.ts';
import { auditTable } from '../audit-rows.ts';
import type { Command } from '../command.ts';
import { localDynamo } from '../dev/local-dynamo.ts';
import { readState } from '../dev/state-file.ts';
import { Failure, WrongUsage } from '../failure.ts';

const OPTIONS = {
  who: { type: 'string' },
  tool: { type: 'string' },
  decision: { type: 'string' },
  since: { type: 'string' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  local: { type: 'boolean' },
  port: { type: 'string' },
  stack: { type: 'string' },
  table: { type: 'string' },
} as const;

export const queryCommand: Command = {
  help: `Usage: npm run gatehouse -- audit query [options]

  --who UID         calls of one user, usr_…, that have ended
  --tool NAME       calls of one tool, prompt or resource
  --decision D      allowed or denied
  --since T         30m, 24h, 7d, or a time such as 2026-11-24T08:00:00Z. Default 24h
  --limit N         at most N calls, newest first. Default 50
  --json            one JSON object a line

Where to look:
  --stack NAME      a deployed stack, with your AWS credentials. Default Gatehouse
  --table NAME      the audit table itself
  --local           the dev gateway on --port ${DEFAULT_PORT}`,
  run: async (args) => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const query = toQuery(values, Date.now());
    const rows = await (await openReader(values)).query(query);
    if (values.json) return void process.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    process.stdout.write(rows.length === 0 ? 'No calls match.\n' : `${auditTable(rows)}\n`);
  },
};

interface Values {
  readonly who?: string;
  readonly tool?: string;
  readonly decision?: string;
  readonly since?: string;
  readonly limit?: string;
  readonly local?: boolean;
  readonly port?: string;
  readonly stack?: string;
  readonly table?: string;
}

/** A terminal may be far from the region, and may wait. */
const FROM_AFAR = { attempts: 3, connectMs: 2000, requestMs: 5000, totalMs: 15_000 };

async function openReader({ local, port, stack, table }: Values) {
  if (local === true) {
    const { dynamodb, tables } = readState(toPort(port));
    return createAuditReader({ dynamo: createDynamo(localDynamo(dynamodb)), table: tables.audit });
  }
  return createAuditReader({
    dynamo: createDynamo({ limits: FROM_AFAR }),
    table: table ?? (await deployedTable(stack ?? 'Gatehouse')),
  });
}

async function deployedTable(stack: string): Promise<string> {
  try {
    const table = (await stackOutputs(stack)).get('AuditTable');
    if (table !== undefined) return table;
  } catch (error) {
    const cause = error instanceof Error ? error.message : 'unknown';
    throw new Failure(`The stack ${stack} cannot be read: ${cause} For the dev gateway add --local.`);
  }
  throw new Failure(
    `The stack ${stack} has no output AuditTable. Name another with --stack, or the table with --table.`,
  );
}

function toQuery(values: Values, now: number): AuditQuery {
  const { who, tool, decision } = values;
  if (decision !== undefined && decision !== 'allowed' && decision !== 'denied') {
    throw new WrongUsage(`--decision ${decision} is neither allowed nor denied.`);
  }
  if (who !== undefined && !/^usr_[0-9A-HJKMNP-TV-Z]{26}$/.test(who)) {
    throw new WrongUsage(`--who ${who} is no user id. It looks like usr_01ARZ3NDEKTSV4RRFFQ69G5FAV.`);
  }
  return {
    ...(who === undefined ? {} : { who }),
    ...(tool === undefined ? {} : { tool }),
    ...(decision === undefined ? {} : { decision }),
    since: toTime(values.since ?? '24h', now),
    until: now + 60_000,
    limit: toLimit(values.limit ?? '50'),
  };
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function toTime(text: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : now - Number(count) * (UNIT_MS.get(unit) ?? 0);
  if (Number.isFinite(time)) return Math.max(0, time);
  throw new WrongUsage(`--since ${text} is no time. Examples: 30m, 24h, 7d, 2026-11-24T08:00:00Z`);
}

function toLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 10_000) return limit;
  throw new WrongUsage(`--limit ${text} is no number from 1 to 10000.`);
}
