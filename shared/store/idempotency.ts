import { createHash, randomUUID } from 'node:crypto';
import type { Dynamo, Item, Key } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';
import { isObject, type JsonObject } from '../core/json-object.ts';
import type { Uid } from '../core/principal.ts';

/** A call that must not run twice: of this user, this tool, and this key or these arguments. */
export interface OnceCall {
  readonly uid: Uid;
  readonly feature: string;
  /** What the client named it; undefined: it is known by its arguments. */
  readonly key: string | undefined;
  /** Of the arguments, one text for one value. */
  readonly digest: string;
  readonly requestId: string;
  /** How long it is remembered. */
  readonly windowMs: number;
  /** Epoch milliseconds: when it has ended by itself, whatever becomes of this instance. */
  readonly endsAt: number;
}

/** How it ended. `nothing`: it is certain that it had no effect, so it may run again. */
export type Ending =
  | { readonly kind: 'completed'; readonly result: JsonObject }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown' };

export type Begun =
  /** Ours to run, and ours to end. */
  | { readonly kind: 'started'; readonly finish: (ending: Ending, until: number) => Promise<void> }
  | { readonly kind: 'running' }
  /** `result` is undefined when it was too large to be kept. */
  | { readonly kind: 'completed'; readonly requestId: string; readonly result: JsonObject | undefined }
  /** It began, and nobody knows how it ended. Final: running it again could be a second effect. */
  | { readonly kind: 'unknown'; readonly requestId: string }
  /** The key was used with other arguments. */
  | { readonly kind: 'other' };

export interface Idempotency {
  /** Exactly one caller gets `started` for a call, over all instances. `until`: epoch milliseconds. */
  begin(call: OnceCall, until: number): Promise<Begun>;
}

/** DynamoDB keeps 400 KB an item. */
const MAX_RESULT_BYTES = 256 * 1024;

/**
 * One item a call in the state table: reserved, then completed or unknown; deleted when it had no effect. A reservation
 * that nobody ended is unknown from `endsAt` on, without anybody having to notice it. Nobody takes over a reservation.
 */
export function createIdempotency(dynamo: Dynamo, table: string, clock: Clock): Idempotency {
  const read = (key: Key, until: number) => dynamo.get(table, key, { consistent: true, withinMs: until - clock() });
  return {
    begin: async (call, until) => {
      const { digest, requestId, endsAt } = call;
      const key = keyOf(call);
      const ttl = Math.ceil((clock() + call.windowMs) / 1000);
      const item = { ...key, state: 'reserved', by: randomUUID(), digest, requestId, endsAt, ttl };
      // An expired item may lie there for days before DynamoDB deletes it.
      const options = { withinMs: until - clock(), orExpiredAt: Math.floor(clock() / 1000) };
      const reserved = await dynamo.putIfAbsent(table, item, options);
      const existing = reserved.created ? item : (reserved.existing ?? (await read(key, until)));
      // Ended without effect between the two: the next call finds the place free.
      if (existing === undefined) return { kind: 'running' };
      // What is there already may be our own write whose reply was lost.
      if (existing['by'] !== item.by) return judge(existing, digest, clock());
      return {
        kind: 'started',
        finish: async (ending, end) => {
          const within = { withinMs: end - clock() };
          if (ending.kind === 'nothing') return dynamo.delete(table, key, within);
          const result = ending.kind === 'completed' ? textOf(ending.result) : undefined;
          return dynamo.put(table, { ...item, state: ending.kind, result }, within);
        },
      };
    },
  };
}

/** A user's calls are in a partition of their own, which tools cannot name (user-store.ts). */
function keyOf({ uid, feature, key, digest }: OnceCall): Key {
  const name =
    key === undefined ? `ARGUMENTS#${digest}` : `KEY#${createHash('sha256').update(key).digest('base64url')}`;
  return { pk: `ONCE#${uid}#${feature}`, sk: name };
}

function judge(existing: Item, digest: string, now: number): Begun {
  if (existing['digest'] !== digest) return { kind: 'other' };
  const requestId = String(existing['requestId']);
  if (existing['state'] === 'completed') return { kind: 'completed', requestId, result: resultOf(existing) };
  const isRunning = existing['state'] === 'reserved' && now < Number(existing['endsAt']);
  return isRunning ? { kind: 'running' } : { kind: 'unknown', requestId };
}

function textOf(result: JsonObject): string | undefined {
  const text = JSON.stringify(result);
  return Buffer.byteLength(text) > MAX_RESULT_BYTES ? undefined : text;
}

function resultOf({ result }: Item): JsonObject | undefined {
  const parsed: unknown = typeof result === 'string' ? JSON.parse(result) : undefined;
  return isObject(parsed) ? parsed : undefined;
}
