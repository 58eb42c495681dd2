import type { AuditRow } from '../shared/audit/query.ts';
import { toTable } from './table.ts';

/** Audit rows as a table, times in UTC. */
export function auditTable(rows: readonly AuditRow[]): string {
  const head = ['TIME (UTC)', 'USER', 'SUBJECT', 'CLIENT', 'TOOL', 'DECISION', 'OUTCOME', 'DETAIL', 'MS'];
  const cells = rows.map((row) => [
    new Date(row.time).toISOString().replace('T', ' ').slice(0, 23),
    row.uid ?? '-',
    row.subject,
    shorten(row.clientId ?? '-'),
    nameOf(row),
    row.decision,
    row.outcome,
    row.detail ?? '',
    row.latencyMs === null ? '' : String(row.latencyMs),
  ]);
  return toTable([head, ...cells]);
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ['prompts/get', 'prompt '],
  ['resources/read', 'resource '],
  ['completion/complete', 'completion of '],
]);

function nameOf({ method, tool }: AuditRow): string {
  return `${KINDS.get(method) ?? ''}${tool}`;
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
