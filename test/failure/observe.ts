import { type FailureRow, RETRY } from '../../cli/failures/row.ts';
import { errorRow } from '../../shared/core/error-table.ts';
import { POISON } from '../support/fault-proxy.ts';
import type { Answer, TestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';
import { scanFor } from '../support/scanner.ts';

/** Everything a row promises, as it was seen. */
export interface Observation {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfter: string | undefined;
  /** How often the tool ran. */
  readonly runs: number;
  readonly recorded: readonly string[];
  readonly logged: readonly string[];
  /** Secrets and poisoned text found in log or answer. */
  readonly leaks: readonly string[];
  /** Where the client should try again: the status when it does, after `Retry-After` and on the same instance. */
  readonly retried: number | undefined;
}

/** One fault in place, ready for one call. */
export interface Stage {
  readonly gateway: TestGateway;
  readonly subject: string;
  readonly token: string;
  readonly runs: () => number;
  /** Rows of the trail before the fault. */
  readonly recordedBefore?: number;
  /** Lines of the log before the fault; what follows is its doing. */
  readonly loggedBefore?: number;
  /** Sends it; otherwise POST /mcp with a call of the tool. */
  readonly send?: (remainingMs?: number) => Promise<Answer>;
  readonly remainingMs?: number;
  /** Waits for what goes on after the answer. */
  readonly settled?: () => Promise<void>;
  /** Ends the fault. */
  readonly recover?: () => Promise<void>;
}

export const SECRET = 'secret-argument';
/** The tool of every stage. */
export const PROBE = 'probe';

export function expected(row: FailureRow): Observation {
  const retryAfter = row.code === undefined ? undefined : errorRow(row.code).retryAfter;
  return {
    status: row.status,
    code: row.code,
    retryAfter: retryAfter === undefined ? undefined : String(retryAfter),
    runs: row.executed ? 1 : 0,
    recorded: row.recorded,
    logged: [...row.logged].sort(),
    leaks: [],
    retried: row.client === RETRY ? 200 : undefined,
  };
}

export async function observe(stage: Stage, row: FailureRow): Promise<Observation> {
  const seen = await look(stage);
  return { ...seen, retried: row.client === RETRY ? await retry(stage, Number(seen.retryAfter)) : undefined };
}

async function retry(stage: Stage, afterSeconds: number): Promise<number> {
  const { gateway, token, recover, send = () => call({ gateway, token }) } = stage;
  await recover?.();
  gateway.time.now += afterSeconds * 1000;
  return (await send()).status;
}

export async function look(stage: Stage): Promise<Omit<Observation, 'retried'>> {
  const {
    gateway,
    subject,
    token,
    runs,
    recordedBefore = 0,
    loggedBefore = 0,
    send = () => call(stage),
    settled,
  } = stage;
  const answer = await send(stage.remainingMs);
  await settled?.();
  const all = (await gateway.trail()).filter((row) => row.subject === subject);
  const rows = all.slice(0, all.length - recordedBefore);
  const { code, ended } = codeOf(answer);
  const lines = gateway.lines.slice(loggedBefore);
  return {
    status: answer.status,
    code: ended ? (rows[0]?.detail ?? undefined) : code,
    retryAfter: answer.headers['retry-after'],
    runs: runs(),
    recorded: rows.map(({ outcome }) => outcome),
    logged: loud(lines),
    leaks: scanFor(
      [token, token.split('.')[2] ?? '', SECRET, POISON],
      [
        { name: 'log', text: JSON.stringify(gateway.lines) },
        { name: 'answer', text: JSON.stringify(answer) },
      ],
    ),
  };
}

/** Events an operator would be told of, each once. */
function loud(lines: TestGateway['lines']): readonly string[] {
  const events = lines.filter(({ level }) => level !== 'info').map(({ event }) => event);
  return [...new Set(events)].sort();
}

export function call({ gateway, token, remainingMs }: Pick<Stage, 'gateway' | 'token' | 'remainingMs'>) {
  return gateway.send({
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(legacy('tools/call', { name: PROBE, arguments: { note: SECRET } })),
    ...(remainingMs === undefined ? {} : { remainingMs }),
  });
}

/** A tool that failed answers in band and without a code: the trail has it. */
function codeOf({ body }: Answer): { readonly code: string | undefined; readonly ended: boolean } {
  const { error, result } = body as {
    readonly error?: { readonly code: string; readonly data?: { readonly code: string } };
    readonly result?: { readonly isError?: boolean };
  };
  return { code: error?.data?.code ?? error?.code, ended: result?.isError === true };
}

let made = 0;
/** A user nobody else has. */
export function newSubject(): string {
  return `subject-${++made}`;
}

/** What lies in the trail for this subject. */
export async function outcomesOf(gateway: TestGateway, subject: string) {
  return (await gateway.trail()).filter((row) => row.subject === subject).map(({ outcome }) => outcome);
}
