import { hash } from 'node:crypto';
import { timePrefix } from '../../../shared/audit/log/order.ts';
import { intentRecord, outcomeRecord, SHARDS } from '../../../shared/audit/record.ts';
import type { Dynamo, Item, QueryInput } from '../../../shared/aws/dynamodb.ts';
import { canonicalJson } from '../../../shared/core/canonical-json.ts';
import type { Uid } from '../../../shared/core/principal.ts';

export interface SyntheticTable {
  readonly dynamo: Dynamo;
  /** Milliseconds of CPU: making the records, with what else is in here; and JSON.stringify and SHA-256 of each alone. */
  readonly spent: { making: number; hashing: number; records: number; bytes: number };
}

const MINUTE = 60_000;
const STAMP = { ttl: 2_000_000_000, logTs: 1_790_000_000_000, region: 'eu-central-1', fnVersion: '17' };

/**
 * An audit table that has this many calls in each minute from `from` up to before `to`, two records each. A page is made
 * when it is asked for, and not kept: what is measured is the sealer's memory.
 */
export function createSyntheticTable(from: number, to: number, callsAMinute: number): SyntheticTable {
  const spent = { making: 0, hashing: 0, records: 0, bytes: 0 };
  const sealRows = new Map<string, Item>();
  const perShard = callsAMinute / SHARDS;
  const page = ({ partition, sort, limit, cursor }: QueryInput): { items: Item[]; cursor: Item | undefined } => {
    const started = cpuMs();
    const minute = minuteOf(sort.from);
    const first = Number(cursor?.['next'] ?? 0);
    const last = minute >= from && minute < to ? Math.min(perShard, first + limit / 2) : 0;
    const items = Array.from({ length: Math.max(0, last - first) }, (_, at) =>
      call(minute, perShard, first + at, Number(partition.value.slice(-2))),
    ).flat();
    const before = cpuMs();
    for (const item of items) hash('sha256', JSON.stringify(item), 'hex');
    spent.hashing += cpuMs() - before;
    for (const item of items) {
      spent.records++;
      spent.bytes += Buffer.byteLength(canonicalJson(item));
    }
    spent.making += cpuMs() - started;
    return { items, cursor: last < perShard && last > 0 ? { next: last } : undefined };
  };
  return {
    spent,
    dynamo: {
      get: async () => undefined,
      put: async () => undefined,
      delete: async () => undefined,
      putIfAbsent: async (_table, item) => {
        sealRows.set(item.pk, item);
        return { created: true };
      },
      query: async (table, input) => {
        if (table === 'audit') return page(input);
        const newest = sealRows.get(input.partition.value);
        return { items: newest === undefined ? [] : [newest], cursor: undefined };
      },
    },
  };
}

function call(minute: number, perShard: number, at: number, shard: number): readonly Item[] {
  const time = timePrefix(minute + Math.floor((at * MINUTE) / perShard));
  const intent = intentRecord(
    {
      callId: `${time}-7${String(shard).padStart(3, '0')}-8000-${at.toString(16).padStart(12, '0')}`,
      requestId: `request-${at}`,
      principal: {
        issuer: 'https://idp.example.com',
        subject: `user-${at % 500}`,
        clientId: 'https://client.example.com/oauth.json',
        scopes: ['crm.read', 'crm.write'],
        tokenId: `token-${at % 5000}`,
      },
      uid: `usr_${at % 500}` as Uid,
      method: 'tools/call',
      tool: 'crmGetSalesSummary',
      requestedName: 'crmGetSalesSummary',
      door: 'mcp',
      revision: '2026-07-28',
      sourceIp: '192.0.2.1',
      userAgent: 'client/1.0 (synthetic)',
    },
    STAMP,
  );
  const outcome = outcomeRecord(intent, { isError: false, errorType: undefined, latencyMs: at % 900 }, STAMP);
  return [intent, outcome] as unknown as readonly Item[];
}

function minuteOf(prefix: string): number {
  return Number.parseInt(prefix.replace('-', ''), 16);
}

export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
