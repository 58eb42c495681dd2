import { visible } from '../shared/audit/export/visible.ts';
import type { AuditRow } from '../shared/audit/query.ts';
import { toTable } from './table.ts';

export interface TableStyle {
  /** By default UTC. */
  readonly isLocalTime?: boolean;
  readonly isColoured?: boolean;
  /** With the id by which `audit show` finds a call. */
  readonly hasCallId?: boolean;
}

/** Rows as a table. Whatever a client sent is shown in visible characters only. */
export function auditTable(rows: readonly AuditRow[], style: TableStyle = {}): string {
  const { isLocalTime = false, isColoured = false, hasCallId = false } = style;
  const time = isLocalTime ? 'TIME' : 'TIME (UTC)';
  const head = [
    time,
    'USER',
    'SUBJECT',
    'CLIENT',
    'TOOL',
    'DECISION',
    'OUTCOME',
    'DETAIL',
    'MS',
    ...(hasCallId ? ['CALL'] : []),
  ];
  const cells = rows.map((row) => [
    isLocalTime ? localTime(row.time) : utcTime(row.time),
    row.uid ?? '-',
    visible(row.subject),
    shorten(visible(row.clientId ?? '-')),
    visible(callName(row)),
    row.decision,
    visible(row.outcome),
    visible(row.detail ?? ''),
    row.latencyMs === null ? '' : String(row.latencyMs),
    ...(hasCallId ? [row.callId] : []),
  ]);
  const table = toTable([head, ...cells]);
  return isColoured ? colour(table, rows) : table;
}

export function utcTime(ms: number): string {
  if (Number.isNaN(ms)) return '-';
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 23);
}

/** With the offset of that moment: in the night when clocks are set back, an hour is there twice. */
export function localTime(ms: number): string {
  if (Number.isNaN(ms)) return '-';
  const minutes = -new Date(ms).getTimezoneOffset();
  const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0');
  return `${utcTime(ms + minutes * 60_000)} ${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

const COLOURS: ReadonlyMap<string, number> = new Map([
  ['error', 31],
  ['unknown', 35],
  ['open', 36],
]);
const YELLOW = 33;

/** A line each, by how it ended; what went well has none. The table has two lines before its rows. */
function colour(table: string, rows: readonly AuditRow[]): string {
  return table
    .split('\n')
    .map((line, at) => {
      const row = rows[at - 2];
      const code = row?.decision === 'denied' ? YELLOW : COLOURS.get(row?.outcome ?? '');
      return code === undefined ? line : `\u001b[${code}m${line}\u001b[0m`;
    })
    .join('\n');
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ['prompts/get', 'prompt '],
  ['resources/read', 'resource '],
  ['completion/complete', 'completion of '],
]);

export function callName({ kind, method, tool }: AuditRow): string {
  return kind === 'call' ? `${KINDS.get(method) ?? ''}${tool}` : method;
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
