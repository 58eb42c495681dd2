import {
  type AuditRecord,
  type CallFacts,
  denialRecord,
  intentRecord,
  outcomeRecord,
} from '../../shared/audit/record.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { Uid } from '../../shared/core/principal.ts';

export interface SyntheticCall {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Tells calls of one millisecond apart; up to 2^32. */
  readonly n?: number;
  readonly user?: string;
  readonly tool?: string;
  readonly client?: string;
  readonly end: 'ok' | 'error' | 'unknown' | 'open' | 'denied';
  readonly latencyMs?: number;
}

/** A UUIDv7 that follows from the call. */
export function callIdOf({ at, n = 0 }: SyntheticCall): string {
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

function factsOf(call: SyntheticCall): CallFacts {
  const { user = 'alice', tool = 'echo', client = 'claude' } = call;
  return {
    callId: callIdOf(call),
    requestId: '3710fe96-df97-4ffa-af85-0c541ff61bfb',
    principal: { issuer: 'https://i.example', subject: user, clientId: client, scopes: ['starter.echo'], tokenId: 't' },
    uid: `usr_${user}` as Uid,
    method: 'tools/call',
    tool,
    requestedName: tool,
    toolVersion: 'gqiDBqwkHIYRn9Sa',
    door: 'mcp',
    revision: '2026-07-28',
    sourceIp: '192.0.2.1',
    userAgent: 'agent/1',
    args: { argsLevel: 'keys', argsDigest: 'cOaJJqEYdYtLJe3oV8dsYbSZWus_kP8dbhmRRjdm1Co', argsKeys: ['text'] },
  };
}

/** The items that the gateway writes for a call, in their order. */
export function recordsOf(call: SyntheticCall, toolIndex = false): readonly AuditRecord[] {
  const stamp = {
    ttl: Math.floor(call.at / 1000) + 86_400,
    logTs: call.at,
    region: 'eu-central-1',
    fnVersion: '1',
    toolIndex,
  };
  const facts = factsOf(call);
  if (call.end === 'denied') return [denialRecord(facts, 'INSUFFICIENT_SCOPE', 'scope_missing', stamp)];
  const intent = intentRecord(facts, stamp);
  if (call.end === 'open') return [intent];
  const errorType = { ok: undefined, error: 'BACKEND_ERROR', unknown: 'UNKNOWN' }[call.end];
  const { latencyMs = 5 } = call;
  return [intent, outcomeRecord(intent, { isError: call.end !== 'ok', errorType, latencyMs }, stamp)];
}

const AT_ONCE = 25;

export async function writeCalls(
  { dynamo, audit }: { readonly dynamo: Dynamo; readonly audit: string },
  calls: readonly SyntheticCall[],
  toolIndex = false,
): Promise<void> {
  const records = calls.flatMap((call) => recordsOf(call, toolIndex));
  for (let at = 0; at < records.length; at += AT_ONCE) {
    await Promise.all(records.slice(at, at + AT_ONCE).map((record) => dynamo.put(audit, record)));
  }
}
