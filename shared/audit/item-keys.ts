import { hash } from 'node:crypto';
import { uuidv7Time } from '../core/ids.ts';

/** Shards a day: spreads the writes; a call's shard follows from its id, so a lookup by id needs no index. */
export const SHARDS = 4;
/** Of the index by tool, a month. */
export const TOOL_SHARDS = 8;
/** Reserved: one gateway has one tenant. */
const TENANT = 'default';

/** What is looked for by itself. `approval` is reserved. */
export type IndexedState = 'denied' | 'error' | 'unknown' | 'approval';

export function partitionKey(day: string, shard: number): string {
  return `D#${day}#${String(shard).padStart(2, '0')}`;
}

/** Where every item of this call lies. */
export function partitionOf(callId: string): string {
  return partitionKey(dayOf(uuidv7Time(callId)), shardOf(callId));
}

export function sortKey(callId: string, phase: string): string {
  return `${callId}#${phase}`;
}

const UUIDV7 = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
/** Of a record: call id, phase. */
export const SORT_KEY = new RegExp(`^(${UUIDV7})#([0-9])$`);
export const CALL_ID = new RegExp(`^${UUIDV7}$`);

export function whoKey(uid: string): string {
  return `U#${TENANT}#${uid}`;
}

export function stateKey(state: IndexedState, day: string, shard: number): string {
  return `X#${state}#${day}#${shard}`;
}

/** @param month `yyyymm` */
export function toolKey(tool: string, month: string, shard: number): string {
  return `T#${tool}#${month}#${shard}`;
}

const DAY_MS = 86_400_000;
let lastDay = { number: Number.NaN, text: '' };

/** `yyyymmdd` in UTC. The last one is remembered: each record asks a few times, and it is today nearly always. */
export function dayOf(ms: number): string {
  const number = Math.floor(ms / DAY_MS);
  if (number !== lastDay.number) {
    lastDay = { number, text: new Date(ms).toISOString().slice(0, 10).replaceAll('-', '') };
  }
  return lastDay.text;
}

/** `yyyymm` in UTC. */
export function monthOf(ms: number): string {
  return dayOf(ms).slice(0, 6);
}

export function shardOf(callId: string): number {
  return firstByte(callId) % SHARDS;
}

export function toolShardOf(callId: string): number {
  return firstByte(callId) % TOOL_SHARDS;
}

function firstByte(callId: string): number {
  return Number.parseInt(hash('sha256', callId, 'hex').slice(0, 2), 16);
}
