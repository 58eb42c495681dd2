import type { Item } from '../../aws/dynamodb.ts';
import type { EventKind } from '../event-record.ts';
import { timePrefix } from '../log/order.ts';

/** `ok`, `error`, `unknown` (nobody knows whether it ran to its end), `open` (an intent without an outcome), `denied`. */
export const STATES = ['ok', 'error', 'unknown', 'open', 'denied'] as const;
export type State = (typeof STATES)[number];

export const KINDS = ['call', 'read', 'admin', 'auth-failure', 'token'] as const satisfies readonly Kind[];
export type Kind = 'call' | EventKind;

/** What is asked for. What is absent does not matter. */
export interface Filters {
  /** uid, `usr_…`. */
  readonly who?: string;
  /** A tool, prompt or resource by our name. */
  readonly tool?: string;
  readonly decision?: 'allowed' | 'denied';
  /** OAuth client id. */
  readonly client?: string;
  /** Error code of a denial or of a failed call, or the detail of one. */
  readonly reason?: string;
  readonly state?: State;
  /** By default calls only. */
  readonly kinds?: readonly Kind[];
}

/** Epoch milliseconds, both ends in it. */
export interface Range {
  readonly since: number;
  readonly until: number;
}

/** The items of one call or event, by phase. Out of an index: only its last one, with the projected attributes. */
export interface Call {
  readonly callId: string;
  readonly items: ReadonlyMap<string, Item>;
}

export const DAY_MS = 86_400_000;

/** callId is a UUIDv7: its first 12 hex digits are the time, so a range of time is a range of keys. */
export function keyRange({ since, until }: Range): { readonly from: string; readonly to: string } {
  return { from: timePrefix(since), to: `${timePrefix(until)}~` };
}
