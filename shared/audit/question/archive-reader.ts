import type { Item } from '../../aws/dynamodb.ts';
import type { Objects } from '../../aws/objects.ts';
import { uuidv7Time } from '../../core/ids.ts';
import { readDay } from '../archive-read.ts';
import type { AuditReader, ReadOptions, Seen } from '../query.ts';
import { dayText } from '../record-objects.ts';
import { isAsked } from './match.ts';
import { type Call, DAY_MS, type Filters, type Range } from './question.ts';
import { toRow } from './row.ts';

export interface ArchiveReaderOptions {
  readonly objects: Objects;
  /**
   * A line that cannot be read, a record whose hash is not its own, or another record of one call and phase. `audit verify`
   * names each.
   */
  readonly onProblem?: () => void;
}

/**
 * The same questions to the archive: whole days are read, each held while it is answered. No index, no capacity, and calls
 * that the table has dropped long ago.
 */
export function createArchiveReader({ objects, onProblem = () => undefined }: ArchiveReaderOptions): AuditReader {
  async function* read(filters: Filters, range: Range, options: ReadOptions = {}): AsyncGenerator<Seen, void> {
    const { order = 'newest-first', before, used } = options;
    const days = daysOf(before === undefined ? range : { ...range, until: Math.min(range.until, uuidv7Time(before)) });
    for (const day of order === 'newest-first' ? days.reverse() : days) {
      const calls = await callsOf(objects, day, range, onProblem, (item) => mayBeAsked(item, filters));
      if (used !== undefined) used.items += calls.length;
      const inOrder = calls.sort((a, b) => (a.callId < b.callId === (order === 'newest-first') ? 1 : -1));
      for (const call of inOrder) {
        if (before === undefined || call.callId < before) yield { call, isAsked: isAsked(call, filters) };
      }
    }
  }

  return {
    read,
    find: async (callId) => {
      const time = uuidv7Time(callId);
      const range = { since: time, until: time };
      const isOurs = (item: Item) => item['callId'] === callId;
      const [call] = await callsOf(objects, dayText(time), range, onProblem, isOurs);
      return call;
    },
    query: async ({ since, until, limit, ...filters }) => {
      const rows = [];
      for await (const { call, isAsked: wanted } of read(filters, { since, until })) {
        if (wanted) rows.push(toRow(call));
        if (rows.length >= limit) break;
      }
      return rows;
    },
  };
}

/** What every item of a call has. Others are not kept: a day may be long. */
function mayBeAsked(item: Item, { who, tool, client }: Filters): boolean {
  const is = (wanted: string | undefined, name: string) => wanted === undefined || item[name] === wanted;
  return is(who, 'uid') && is(tool, 'tool') && is(client, 'clientId');
}

async function callsOf(
  objects: Objects,
  day: string,
  { since, until }: Range,
  onProblem: () => void,
  isWanted: (item: Item) => boolean,
): Promise<Call[]> {
  const calls = new Map<string, Map<string, Item>>();
  for await (const found of readDay(objects, day)) {
    if (found.kind !== 'record') {
      onProblem();
      continue;
    }
    const [callId = '', phase = ''] = found.sk.split('#');
    const time = uuidv7Time(callId);
    if (!(time >= since && time <= until) || !isWanted(found.record)) continue;
    const items = calls.get(callId) ?? new Map<string, Item>();
    calls.set(callId, items.set(phase, found.record));
  }
  // Phases may come from different objects.
  const inOrder = (items: Map<string, Item>) => new Map([...items].sort(([a], [b]) => (a < b ? -1 : 1)));
  return [...calls].map(([callId, items]) => ({ callId, items: inOrder(items) }));
}

/** More than ten years are not looked through. */
const MOST_DAYS = 3660;

/** UTC days as the archive names them, oldest first; of a longer range the newest. */
function daysOf({ since, until }: Range): string[] {
  const first = Math.max(Math.floor(since / DAY_MS), Math.floor(until / DAY_MS) - MOST_DAYS + 1);
  return Array.from({ length: Math.max(0, Math.floor(until / DAY_MS) - first + 1) }, (_, at) =>
    dayText((first + at) * DAY_MS),
  );
}
