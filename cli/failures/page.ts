import { OUTCOME_RESERVE_MS, TOOL_BUDGET_MS } from '../../functions/middleware/request-context.ts';
import { LATEST_START_MS } from '../../functions/middleware/reserve-time.ts';
import { FETCH_LIMITS } from '../../shared/auth/idp-document.ts';
import { DYNAMO_LIMITS } from '../../shared/aws/dynamodb.ts';
import { SECRET_LIMITS } from '../../shared/aws/secrets.ts';
import { errorRow } from '../../shared/core/error-table.ts';
import { UPSTREAM_LIMITS } from '../../shared/oauth/upstream-client.ts';
import { BACKEND_ROWS } from './backend-rows.ts';
import { CALL_ROWS } from './call-rows.ts';
import { DATABASE_ROWS } from './database-rows.ts';
import { ISSUER_ROWS } from './issuer-rows.ts';
import { RELAY_ROWS } from './relay-rows.ts';
import type { FailureRow, Recorded } from './row.ts';
import { TRAIL_ROWS } from './trail-rows.ts';

export const FAILURE_ROWS: readonly FailureRow[] = [
  ...ISSUER_ROWS,
  ...DATABASE_ROWS,
  ...TRAIL_ROWS,
  ...CALL_ROWS,
  ...BACKEND_ROWS,
  ...RELAY_ROWS,
];

const seconds = (ms: number) => `${ms / 1000} s`;

/** docs/failure-contract.md, from the rows that test/failure runs. */
export function failurePage(notice: string): string {
  const dependencies = [...new Set(FAILURE_ROWS.map(({ dependency }) => dependency))];
  return `${notice}

# Failure contract

What a \`tools/call\` gets when something it depends on fails; and, where a dependency says *relay*, a client that asks the gateway for tokens
with its refresh token or a code. Every failure below is a test named \`<dependency> × <failure>\` in
test/failure; those with the same consequences share a line, divided by dots. The test puts the fault in front of the real handler and compares status, code, \`Retry-After\`, number of executions, audit trail, log
events, and that neither token, arguments nor anything of a poisoned answer is in log or answer. This page is generated from the same rows.

Where the client should try again, the test does so on the same instance after \`Retry-After\`, and is answered 200.

The faults are real ones on sockets, met by the real AWS SDK client and the real HTTP client; the database behind them is dynalite, not
DynamoDB. The bound is the longest that this failure can add to a call, from the constants of the code; the tests use shorter ones.

*closed*: the call is refused or fails. *open*: it goes on. *Recorded* is what \`gatehouse audit query\` shows afterwards; *open* there means an
intent without an outcome. *Afterwards*: when the fault is over, by the second sink or the sweeper ([adr/0015](adr/0015-second-sink.md)). Log events of level warning and error are in italics. Tool failures answer 200 with \`isError\`, as MCP wants it, and on
\`POST /tools/{name}\` with the status of the code.

${timeSection()}

${dependencies.map(section).join('\n\n')}
`;
}

function timeSection(): string {
  const { attempts, connectMs, requestMs, totalMs } = DYNAMO_LIMITS;
  return `## The time of a call

- A fetch from the identity provider: ${seconds(FETCH_LIMITS.timeoutMs)} for connection and whole answer, at most ${FETCH_LIMITS.maxBytes / 1024} KB.
- A database operation: ${seconds(totalMs)} in all, ${attempts} attempts, ${seconds(connectMs)} to connect and ${seconds(requestMs)} to the head of the answer each; never longer than
  the time left to its call.
- A call: ${seconds(TOOL_BUDGET_MS)}, or what the function has left less ${seconds(OUTCOME_RESERVE_MS)}, which are kept for the outcome. With less than ${seconds(LATEST_START_MS)} of it left the call is
  not started.
- An answer of the relay: ${seconds(UPSTREAM_LIMITS.timeoutMs)} for a request to the token endpoint, ${seconds(UPSTREAM_LIMITS.totalMs)} with the secret for it and a second attempt with a newer one, at most ${UPSTREAM_LIMITS.maxBytes / 1024} KB; ${seconds(SECRET_LIMITS.totalMs)} for a secret.
- Then the function's own limit of 28 s, and API Gateway's of 30 s.`;
}

function section(dependency: string): string {
  const rows = FAILURE_ROWS.filter((row) => row.dependency === dependency);
  return `## ${dependency}

| failure | | answer | executed | bound | recorded | the client should do |
|---|---|---|---|---|---|---|
${lines(rows).join('\n')}`;
}

/** Failures with the same consequences share a line. */
function lines(rows: readonly FailureRow[]): readonly string[] {
  const alike = new Map<string, string[]>();
  for (const row of rows) {
    const { failure, mode, boundMs, executed, client } = row;
    const cells = [
      mode,
      answer(row),
      executed ? 'yes' : 'no',
      boundMs === 0 ? '–' : seconds(boundMs),
      recorded(row),
      client,
    ].join(' | ');
    alike.set(cells, [...(alike.get(cells) ?? []), failure]);
  }
  return [...alike].map(([cells, failures]) => `| ${failures.join(' · ')} | ${cells} |`);
}

function answer({ status, code }: FailureRow): string {
  if (status === undefined) return 'none of ours';
  if (code === undefined) return String(status);
  const { retryAfter } = errorRow(code);
  const link = `[${code}](errors.md#${code.toLowerCase()})`;
  return `${status} ${link}${retryAfter === undefined ? '' : `, retry after ${retryAfter} s`}`;
}

function recorded({ recorded: ends, logged, afterwards = [] }: FailureRow): string {
  const trail = ends.map((end) => TRAIL.get(end) ?? `denial ${end}`);
  const events = logged.map((event) => `*${event}*`);
  const seen = [...(trail.length === 0 ? ['nothing'] : trail), ...events].join(', ');
  return afterwards.length === 0 ? seen : `${seen}; afterwards ${afterwards.map((end) => `\`${end}\``).join(', ')}`;
}

const TRAIL: ReadonlyMap<Recorded, string> = new Map([
  ['ok', 'intent, outcome `ok`'],
  ['error', 'intent, outcome `error`'],
  ['open', 'intent, open'],
  ['unknown', 'intent, outcome `unknown`'],
]);
