import type { Dynamo, Item } from '../aws/dynamodb.ts';
import { dayOf, partitionKey, SHARDS, stateKey, whoKey } from './item-keys.ts';
import { PHASE } from './record.ts';

export interface AuditQuery {
  /** uid, `usr_…`. */
  readonly who?: string;
  readonly tool?: string;
  readonly decision?: 'allowed' | 'denied';
  /** Epoch milliseconds, inclusive. */
  readonly since: number;
  readonly until: number;
  readonly limit: number;
}

/** One call: its intent and outcome joined, or its denial. */
export interface AuditRow {
  readonly callId: string;
  readonly time: number;
  readonly uid: string | null;
  readonly subject: string;
  /** `tools/call`, `prompts/get`, `resources/read` or `completion/complete`. */
  readonly method: string;
  /** The tool, prompt or resource. */
  readonly tool: string;
  readonly decision: 'allowed' | 'denied';
  /** `ok`, `error`, `open` (intent without outcome), or for a denial its error code. */
  readonly outcome: string;
  readonly detail: string | null;
  readonly clientId: string | null;
  readonly latencyMs: number | null;
}

export interface AuditReader {
  /** Newest first. Reads only the partitions that the question names; there is no scan. */
  query(query: AuditQuery): Promise<readonly AuditRow[]>;
}

const DAY_MS = 86_400_000;
const MAX_DAYS = 400;
const PAGE = 200;

export function createAuditReader({ dynamo, table }: { readonly dynamo: Dynamo; readonly table: string }): AuditReader {
  const readAll = async (index: string | undefined, partition: string, query: AuditQuery): Promise<readonly Item[]> => {
    const names = index === undefined ? ['pk', 'sk'] : [`${index}pk`, `${index}sk`];
    const found: Item[] = [];
    let cursor: Item | undefined;
    do {
      const page = await dynamo.query(table, {
        ...(index === undefined ? {} : { index }),
        partition: { name: names[0] ?? '', value: partition },
        sort: { name: names[1] ?? '', ...timeRange(query) },
        limit: PAGE,
        newestFirst: true,
        ...(cursor === undefined ? {} : { cursor }),
      });
      found.push(...page.items.filter((item) => isAsked(item, query)));
      cursor = page.cursor;
      // Two items a call: twice the limit is enough of one partition.
    } while (cursor !== undefined && found.length < query.limit * 2);
    return found;
  };

  return {
    query: async (query) => {
      const { index, partitions } = accessPath(query);
      const items: Item[] = [];
      for (const day of partitions) {
        const pages = await Promise.all(day.map((partition) => readAll(index, partition, query)));
        items.push(...pages.flat());
        if (toRows(items).length >= query.limit) break;
      }
      return toRows(items).slice(0, query.limit);
    },
  };
}

/** Before counting: what was not asked for must not use up the limit and hide older answers. */
function isAsked(item: Item, { tool, decision }: AuditQuery): boolean {
  return (tool === undefined || item['tool'] === tool) && (decision === undefined || item['decision'] === decision);
}

/** The cheapest way to the answer; partitions grouped by day, newest day first. */
function accessPath(query: AuditQuery): {
  readonly index: string | undefined;
  readonly partitions: readonly string[][];
} {
  if (query.who !== undefined) return { index: 'gsi1', partitions: [[whoKey(query.who)]] };
  const days = daysOf(query);
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  if (query.decision === 'denied') {
    return { index: 'gsi2', partitions: days.map((day) => shards.map((shard) => stateKey('denied', day, shard))) };
  }
  return { index: undefined, partitions: days.map((day) => shards.map((shard) => partitionKey(day, shard))) };
}

function daysOf({ since, until }: AuditQuery): readonly string[] {
  const days: string[] = [];
  const first = dayOf(since);
  for (let at = until; days.length < MAX_DAYS; at -= DAY_MS) {
    const day = dayOf(at);
    days.push(day);
    if (day <= first) break;
  }
  return days;
}

/** callId is a UUIDv7: its first 12 hex digits are the time, so a time range is a key range. */
function timeRange({ since, until }: AuditQuery): { readonly from: string; readonly to: string } {
  return { from: timePrefix(since), to: `${timePrefix(until)}~` };
}

function timePrefix(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

function toRows(items: readonly Item[]): readonly AuditRow[] {
  const calls = new Map<string, Map<string, Item>>();
  for (const item of items) {
    const [callId = '', phase = ''] = String(item['sk']).split('#');
    const phases = calls.get(callId) ?? new Map<string, Item>();
    calls.set(callId, phases.set(phase, item));
  }
  return [...calls].map(([callId, phases]) => toRow(callId, phases)).sort((a, b) => (a.callId < b.callId ? 1 : -1));
}

function toRow(callId: string, phases: ReadonlyMap<string, Item>): AuditRow {
  const denial = phases.get(PHASE.denial);
  const outcome = phases.get(PHASE.outcome);
  const item = denial ?? outcome ?? phases.get(PHASE.intent) ?? {};
  const allowed = outcome === undefined ? 'open' : outcome['isError'] === true ? 'error' : 'ok';
  return {
    callId,
    time: Number(item['ts']),
    uid: text(item['uid']),
    subject: text(item['subject']) ?? '',
    method: text(item['method']) ?? '',
    tool: text(item['tool']) ?? '(unknown)',
    decision: denial ? 'denied' : 'allowed',
    outcome: denial ? (text(denial['reason']) ?? 'denied') : allowed,
    detail: text(item['errorType']) ?? text(item['detail']),
    clientId: text(item['clientId']),
    latencyMs: typeof item['latencyMs'] === 'number' ? item['latencyMs'] : null,
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
