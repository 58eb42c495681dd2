import type { Item } from '../../aws/dynamodb.ts';
import type { Call, Filters, Range, State } from './question.ts';

/** A question that the archive's table in Athena cannot answer. */
export class NotForAthena extends Error {
  override readonly name = 'NotForAthena';
}

interface Question {
  readonly sql: string;
  readonly parameters: readonly string[];
}

const COLUMNS = [
  'sk',
  'ts',
  'kind',
  'uid',
  'subject',
  'clientid',
  'method',
  'tool',
  'decision',
  'reason',
  'detail',
  'iserror',
  'errortype',
  'latencyms',
] as const;

/** Fixed texts: nothing that somebody typed is ever part of the SQL. */
const STATES: Readonly<Record<Exclude<State, 'open'>, string>> = {
  denied: "decision = 'denied'",
  ok: "decision = 'allowed' AND coalesce(iserror, false) = false",
  error: "iserror AND coalesce(errortype, '') <> 'UNKNOWN'",
  unknown: "errortype = 'UNKNOWN'",
};
const CALLS = "(sk LIKE '%#1' OR sk LIKE '%#9')";
const EVENTS = "sk LIKE '%#5'";

/**
 * A question as SQL with its values apart. Records can be archived twice, hence DISTINCT; only items that end a call are
 * read. Days are partitions: what is scanned, and paid, is the days of the range.
 *
 * @throws NotForAthena
 */
export function athenaQuestion(filters: Filters, { since, until }: Range, limit: number): Question {
  const { who, tool, client, decision, reason, state, kinds = ['call'] } = filters;
  if (state === 'open') throw new NotForAthena('Athena does not look for calls that have not ended: ask the table.');
  const parts: Array<readonly [sql: string, ...values: readonly string[]]> = [
    ['dt BETWEEN ? AND ?', quoted(dayOf(since)), quoted(dayOf(until))],
    ['ts BETWEEN ? AND ?', whole(since), whole(until)],
    kindsPart(kinds),
  ];
  if (who !== undefined) parts.push(['uid = ?', quoted(who)]);
  if (tool !== undefined) parts.push(['tool = ?', quoted(tool)]);
  if (client !== undefined) parts.push(['clientid = ?', quoted(client)]);
  if (decision !== undefined) parts.push(['decision = ?', quoted(decision)]);
  if (reason !== undefined) parts.push(['? IN (reason, errortype, detail)', quoted(reason)]);
  if (state !== undefined) parts.push([STATES[state]]);
  const where = parts.map(([sql]) => `(${sql})`).join('\n  AND ');
  return {
    sql: `SELECT DISTINCT ${COLUMNS.join(', ')}\nFROM records\nWHERE ${where}\nORDER BY sk DESC\nLIMIT ${whole(limit)}`,
    parameters: parts.flatMap(([, ...values]) => values),
  };
}

function kindsPart(kinds: NonNullable<Filters['kinds']>): readonly [sql: string, ...values: readonly string[]] {
  const events = kinds.filter((kind) => kind !== 'call');
  const wanted = events.length === 0 ? undefined : `${EVENTS} AND kind IN (${events.map(() => '?').join(', ')})`;
  const calls = kinds.includes('call') ? CALLS : undefined;
  return [[calls, wanted].filter((sql) => sql !== undefined).join(' OR '), ...events.map(quoted)];
}

/** What a row says of the item that ends a call. */
export function callOfRow(row: ReadonlyMap<string, string | null>): Call {
  const text = (name: (typeof COLUMNS)[number]) => row.get(name) ?? undefined;
  const number = (name: (typeof COLUMNS)[number]) => (text(name) === undefined ? undefined : Number(text(name)));
  const [callId = '', phase = ''] = (text('sk') ?? '').split('#');
  const fields: Item = {
    ts: number('ts'),
    kind: text('kind'),
    uid: text('uid'),
    subject: text('subject'),
    clientId: text('clientid'),
    method: text('method'),
    tool: text('tool'),
    decision: text('decision'),
    reason: text('reason'),
    detail: text('detail'),
    isError: text('iserror') === 'true',
    errorType: text('errortype'),
    latencyMs: number('latencyms'),
  };
  const item = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { callId, items: new Map([[phase, item]]) };
}

/**
 * A literal of SQL. Athena reads each parameter as an expression, so a text must be one literal and nothing else: in single
 * quotes, its own doubled (Athena User Guide, "Escape single quotes"). There is no other escape in a standard literal.
 */
function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them is in what we record
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new NotForAthena('A value has control characters: no record has.');
  const literal = `'${text.replaceAll("'", "''")}'`;
  if (literal.length > LONGEST) throw new NotForAthena(`A value is longer than ${LONGEST} characters.`);
  return literal;
}

/** Of one parameter (Athena API Reference, StartQueryExecution). */
const LONGEST = 1024;

function whole(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new NotForAthena(`${value} is no time and no number of calls.`);
  return String(value);
}

/** `yyyy-mm-dd`, as the partitions are named. */
function dayOf(ms: number): string {
  return new Date(Math.min(ms, 253_402_300_799_999)).toISOString().slice(0, 10);
}
