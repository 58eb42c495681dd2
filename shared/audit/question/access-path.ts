import {
  dayOf,
  type IndexedState,
  partitionKey,
  SHARDS,
  stateKey,
  TOOL_SHARDS,
  toolKey,
  whoKey,
} from '../item-keys.ts';
import { DAY_MS, type Filters, type Range } from './question.ts';

/** Where the answer is read, cheapest first. `base` has whole records, an index the projected attributes. */
export type PathName = 'user' | 'state' | 'tool' | 'base';

export interface AccessPath {
  readonly name: PathName;
  readonly index: string | undefined;
  /** Groups of partitions, in the order of time; those of a group are read side by side. */
  readonly groups: Iterable<readonly string[]>;
}

const INDEX: Readonly<Record<PathName, string | undefined>> = {
  user: 'gsi1',
  state: 'gsi2',
  tool: 'gsi3',
  base: undefined,
};

/** More than that is a question for the archive. */
const MAX_DAYS = 3660;
/** They end a call and are no errors, so the index by state has none of them. */
const NO_ERRORS: ReadonlySet<string> = new Set(['INPUT_REQUIRED', 'REPLAYED']);

/** @param toolIndex whether the table has the index by tool (parameter `auditToolIndex`) */
export function accessPath(filters: Filters, range: Range, isNewestFirst: boolean, toolIndex: boolean): AccessPath {
  const name = pathName(filters, toolIndex);
  return { name, index: INDEX[name], groups: groupsOf(name, filters, range, isNewestFirst) };
}

function pathName(filters: Filters, toolIndex: boolean): PathName {
  const { who, tool, kinds = ['call'], state } = filters;
  // Events and open calls are in no index.
  if (kinds.some((kind) => kind !== 'call') || state === 'open') return 'base';
  if (who !== undefined) return 'user';
  if (indexedStates(filters) !== undefined) return 'state';
  return tool !== undefined && toolIndex ? 'tool' : 'base';
}

function indexedStates({ state, decision, reason }: Filters): readonly IndexedState[] | undefined {
  if (state !== undefined) return state === 'ok' || state === 'open' ? undefined : [state];
  if (decision === 'denied') return ['denied'];
  if (reason === undefined || NO_ERRORS.has(reason)) return undefined;
  return decision === 'allowed' ? ['error', 'unknown'] : ['denied', 'error', 'unknown'];
}

function* groupsOf(
  name: PathName,
  filters: Filters,
  range: Range,
  isNewestFirst: boolean,
): Iterable<readonly string[]> {
  if (name === 'user') return yield [whoKey(filters.who ?? '')];
  const days = isNewestFirst ? daysOf(range).reverse() : daysOf(range);
  if (name === 'tool') {
    const months = new Set(days.map((day) => day.slice(0, 6)));
    for (const month of months) yield shards(TOOL_SHARDS, (shard) => toolKey(filters.tool ?? '', month, shard));
    return;
  }
  const states = name === 'state' ? indexedStates(filters) : undefined;
  for (const day of days) {
    if (states === undefined) yield shards(SHARDS, (shard) => partitionKey(day, shard));
    else yield states.flatMap((state) => shards(SHARDS, (shard) => stateKey(state, day, shard)));
  }
}

function shards(count: number, key: (shard: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, shard) => key(shard));
}

/** UTC days of a range, oldest first; of a longer one the newest. */
function daysOf({ since, until }: Range): string[] {
  const last = Math.floor(until / DAY_MS);
  const first = Math.max(Math.floor(since / DAY_MS), last - MAX_DAYS + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => dayOf((first + at) * DAY_MS));
}
