import type { Call } from '../question/question.ts';
import { isoTimeOf, toRow } from '../question/row.ts';
import { CSV_END, csvLine } from './csv.ts';

const COLUMNS = [
  'time',
  'callId',
  'kind',
  'uid',
  'subject',
  'clientId',
  'method',
  'tool',
  'decision',
  'outcome',
  'detail',
  'latencyMs',
] as const;

export const CSV_HEAD = `${csvLine(COLUMNS)}${CSV_END}`;

/** One call as a line with its end. Times as RFC 3339 in UTC. */
export function callCsv(call: Call): string {
  const row = toRow(call);
  return `${csvLine(COLUMNS.map((name) => (name === 'time' ? isoTimeOf(row) : row[name])))}${CSV_END}`;
}
