import { failed, type Outcome, ok, skipped } from './finding.ts';
import { type Answer, ask, asList, asObject, type Target } from './target.ts';

/** The tool that every gateway starts with: it takes no arguments and tells who the caller is. */
const TOOL = 'whoami';
const CALLS = 20;
const LOOKS = 10;
const LOOK_EVERY_MS = 500;

/** For a call that took its time, and because `Date` has whole seconds. */
const SLACK_MS = 5_000;

export interface Call {
  readonly uid: string;
  /** By the gateway's clock, which also dates the row: this machine's may be wrong. */
  readonly answeredAt: number;
}

const NO_TOKEN = skipped('no token: give TOKEN=… or --token, or run it in a terminal to sign in');
const NO_CALL = skipped('the call did not succeed');

/** A call of a signed-in user, and what must be left of it. */
export async function callTool(target: Target): Promise<{ readonly outcome: Outcome; readonly call?: Call }> {
  if (target.token === undefined) return { outcome: NO_TOKEN };
  const listed = await rpc(target, 'tools/list', {});
  if (listed.status !== 200) return { outcome: failed(refusal('tools/list', listed)) };
  const names = asList(asObject(listed.json?.['result'])?.['tools']).map((tool) => asObject(tool)?.['name']);
  if (!names.includes(TOOL)) return { outcome: skipped(`this gateway lists no tool ${TOOL}`) };
  const called = await rpc(target, 'tools/call', { name: TOOL, arguments: {} });
  const uid = asObject(asObject(called.json?.['result'])?.['structuredContent'])?.['uid'];
  if (called.status !== 200 || typeof uid !== 'string') return { outcome: failed(refusal(TOOL, called)) };
  return { outcome: ok(`${names.length} tools; ${TOOL} says ${uid}`), call: { uid, answeredAt: dateOf(called) } };
}

/** A row of this user and tool from the time of the call. */
export async function auditRow({ audit, token, pause }: Target, call: Call | undefined): Promise<Outcome> {
  if (call === undefined) return token === undefined ? NO_TOKEN : NO_CALL;
  const { uid, answeredAt } = call;
  const range = { since: answeredAt - SLACK_MS, until: answeredAt + SLACK_MS };
  for (let look = 0; look < LOOKS; look++) {
    const [row] = await audit.query({ who: uid, tool: TOOL, ...range, limit: 1 });
    if (row !== undefined) return ok(`${row.tool} ${row.decision} ${row.outcome}, call ${row.callId}`);
    await pause(LOOK_EVERY_MS);
  }
  return failed(`no row of ${uid} after ${(LOOKS * LOOK_EVERY_MS) / 1000} seconds`);
}

export async function latency(target: Target, call: Call | undefined): Promise<Outcome> {
  if (call === undefined) return target.token === undefined ? NO_TOKEN : NO_CALL;
  const times: number[] = [];
  for (let at = 0; at < CALLS; at++) {
    const started = performance.now();
    const { status } = await rpc(target, 'tools/call', { name: TOOL, arguments: {} });
    if (status !== 200) return failed(`call ${at + 1} of ${CALLS} was answered ${status}`);
    times.push(performance.now() - started);
  }
  return ok(
    `p50 ${percentile(times, 50)} ms, p99 ${percentile(times, 99)} ms, ${CALLS} calls of ${TOOL}, one after another`,
  );
}

/** Nearest rank: of 20 values, the 99th percentile is the largest. */
function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.round(sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0);
}

function dateOf({ headers }: Answer): number {
  const date = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(date)) throw new Error('the answer has no Date');
  return date;
}

function rpc(target: Target, method: string, params: object): Promise<Answer> {
  return ask(target, target.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${target.token ?? ''}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}

function refusal(what: string, { status, json }: Answer): string {
  const code = asObject(asObject(json?.['error'])?.['data'])?.['code'];
  return `${what} was answered ${status}${typeof code === 'string' ? ` ${code}` : ''}`;
}
