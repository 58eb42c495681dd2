import { randomUUID } from 'node:crypto';
import { parseObject } from '../core/json-object.ts';
import type { SignedPost } from './signed-post.ts';

/** A question with its values apart. */
export interface AthenaQuery {
  /** `?` where a value goes. */
  readonly sql: string;
  /** In the order of the `?`, each a literal of SQL. */
  readonly parameters: readonly string[];
}

export interface AthenaOptions {
  readonly post: SignedPost;
  readonly workGroup: string;
  readonly database: string;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Milliseconds, between two looks whether it has ended. */
  readonly everyMs?: number;
  readonly onState?: (state: string) => void;
}

/** Column → text, or null. */
export type AthenaRow = ReadonlyMap<string, string | null>;

type Answer = Readonly<Record<string, unknown>>;

const EVERY_MS = 1000;
/** Athena ends a question itself after 30 minutes. */
const MOST_LOOKS = 2000;

/**
 * Asks Athena and waits (Athena API Reference: StartQueryExecution, GetQueryExecution, GetQueryResults). Where results go
 * and what a question may scan is the work group's matter.
 *
 * @throws Error that says what Athena says
 */
export async function* askAthena(query: AthenaQuery, options: AthenaOptions): AsyncGenerator<AthenaRow, void> {
  const { post, workGroup, database } = options;
  const call = (action: string, body: object) => callAthena(post, action, body);
  const { QueryExecutionId } = await call('StartQueryExecution', {
    QueryString: query.sql,
    ...(query.parameters.length === 0 ? {} : { ExecutionParameters: query.parameters }),
    QueryExecutionContext: { Database: database },
    WorkGroup: workGroup,
    ClientRequestToken: randomUUID(),
  });
  await untilEnded(() => call('GetQueryExecution', { QueryExecutionId }), options);
  let names: readonly string[] | undefined;
  let NextToken: unknown;
  do {
    const page = await call('GetQueryResults', { QueryExecutionId, ...(NextToken === undefined ? {} : { NextToken }) });
    for (const values of rowsOf(page)) {
      // The first row of the first page has the names of the columns.
      if (names === undefined) names = values.map(String);
      else yield new Map(names.map((name, at) => [name, values[at] ?? null]));
    }
    NextToken = page['NextToken'];
  } while (NextToken !== undefined);
}

async function untilEnded(look: () => Promise<Answer>, { sleep, everyMs = EVERY_MS, onState }: AthenaOptions) {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const { Status } = objectIn(await look(), 'QueryExecution') as { Status?: Answer };
    const state = String(Status?.['State']);
    onState?.(state);
    if (state === 'SUCCEEDED') return;
    if (state !== 'QUEUED' && state !== 'RUNNING') {
      throw new Error(`Athena: ${state}. ${String(Status?.['StateChangeReason'] ?? '')}`);
    }
    await sleep(everyMs);
  }
  throw new Error('Athena does not end.');
}

function rowsOf(page: Answer): ReadonlyArray<ReadonlyArray<string | null>> {
  const rows = objectIn(page, 'ResultSet')['Rows'];
  return (Array.isArray(rows) ? rows : []).map((row: Answer) => {
    const data = Array.isArray(row['Data']) ? row['Data'] : [];
    return data.map(({ VarCharValue: value }: Answer) => (typeof value === 'string' ? value : null));
  });
}

function objectIn(answer: Answer, name: string): Answer {
  const value = answer[name];
  return typeof value === 'object' && value !== null ? (value as Answer) : {};
}

async function callAthena(post: SignedPost, action: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AmazonAthena.${action}` };
  const { status, text } = await post('athena', headers, JSON.stringify(body));
  const answer = parseObject(text);
  if (status === 200 && answer !== undefined) return answer;
  const says = answer?.['message'] ?? answer?.['Message'] ?? answer?.['__type'] ?? '';
  throw new Error(`Athena answered ${status} to ${action}. ${String(says)}`);
}
