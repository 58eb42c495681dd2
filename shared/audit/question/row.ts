import type { Item } from '../../aws/dynamodb.ts';
import { uuidv7Time } from '../../core/ids.ts';
import { EVENT_PHASE } from '../event-record.ts';
import { PHASE } from '../record.ts';
import type { Call, Kind, State } from './question.ts';

/** One call: its intent and outcome joined, or its denial; or one event. */
export interface AuditRow {
  readonly callId: string;
  readonly kind: Kind;
  /** Of the id, by which it is found, and not of the item's text. NaN for an id that is none of ours. */
  readonly time: number;
  readonly uid: string | null;
  readonly subject: string;
  /** `tools/call`, `prompts/get`, `resources/read` or `completion/complete`; of an event, what was done. */
  readonly method: string;
  /** The tool, prompt or resource; empty for an event. */
  readonly tool: string;
  readonly decision: 'allowed' | 'denied';
  /** `ok`, `error`, `unknown`, `open` (intent without outcome), or for a denial its error code. */
  readonly outcome: string;
  readonly detail: string | null;
  readonly clientId: string | null;
  readonly latencyMs: number | null;
}

/** The item that says most of a call. */
export function lastItem({ items }: Call): Item {
  const { denial, outcome, intent } = PHASE;
  return items.get(EVENT_PHASE) ?? items.get(denial) ?? items.get(outcome) ?? items.get(intent) ?? {};
}

export function toRow(call: Call): AuditRow {
  const item = lastItem(call);
  const state = stateOf(call);
  const isEvent = kindOf(call) !== 'call';
  return {
    callId: call.callId,
    kind: kindOf(call),
    time: uuidv7Time(call.callId),
    uid: text(item['uid']),
    subject: text(item['subject']) ?? '',
    method: text(item['method']) ?? '',
    tool: text(item['tool']) ?? (isEvent ? '' : '(unknown)'),
    decision: state === 'denied' ? 'denied' : 'allowed',
    outcome: state === 'denied' ? (text(item['reason']) ?? 'denied') : state,
    detail: text(item['errorType']) ?? text(item['detail']),
    clientId: text(item['clientId']),
    latencyMs: typeof item['latencyMs'] === 'number' ? item['latencyMs'] : null,
  };
}

/** RFC 3339 in UTC; undefined for a row without a time: one odd row must not end the answer to a question. */
export function isoTimeOf({ time }: AuditRow): string | undefined {
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** An event that names no kind is none that we write: told among the refusals, rather than nowhere. */
export function kindOf({ items }: Call): Kind {
  const event = items.get(EVENT_PHASE);
  return event === undefined ? 'call' : ((text(event['kind']) ?? 'auth-failure') as Kind);
}

export function stateOf(call: Call): State {
  const { items } = call;
  const event = items.get(EVENT_PHASE);
  if (event !== undefined) return event['decision'] === 'denied' ? 'denied' : 'ok';
  if (items.has(PHASE.denial)) return 'denied';
  const outcome = items.get(PHASE.outcome);
  if (outcome === undefined) return 'open';
  if (outcome['isError'] !== true) return 'ok';
  return outcome['errorType'] === 'UNKNOWN' ? 'unknown' : 'error';
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
