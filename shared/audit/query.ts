import type { Dynamo } from '../aws/dynamodb.ts';
import { accessPath } from './question/access-path.ts';
import { isAsked } from './question/match.ts';
import { mergeCalls } from './question/merge.ts';
import { type Call, type Filters, keyRange, type Range } from './question/question.ts';
import { readCall } from './question/read-call.ts';
import { readPartition, type Used } from './question/read-partition.ts';
import { type AuditRow, toRow } from './question/row.ts';

export type { AuditRow } from './question/row.ts';

export interface AuditQuery extends Filters, Range {
  readonly limit: number;
}

export interface Seen {
  readonly call: Call;
  readonly isAsked: boolean;
}

export interface ReadOptions {
  readonly order?: 'newest-first' | 'oldest-first';
  /** Only what is older than this call. */
  readonly before?: string;
  /** How many answers are likely to be wanted: so much is read at first. */
  readonly expected?: number;
  /** Counts along. */
  readonly used?: Used;
}

/** Questions to the table. There is no scan: only the partitions that a question names are read. */
export interface AuditReader {
  /** Newest first. */
  query(query: AuditQuery): Promise<readonly AuditRow[]>;
  /** Every call that is read, in order, also those that are not asked for: a reader can say how far it came. */
  read(filters: Filters, range: Range, options?: ReadOptions): AsyncGenerator<Seen, void>;
  /** All items of a call or event, read strongly. Undefined when there is none. */
  find(callId: string): Promise<Call | undefined>;
}

export interface AuditReaderOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  /** Whether the table has the index by tool (parameter `auditToolIndex`). */
  readonly toolIndex?: boolean;
}

const EXPECTED = 500;
/** Below it a page costs as much as a request does. */
const SMALLEST_PAGE = 8;
const ITEMS_OF_A_CALL = 2;

export function createAuditReader({ dynamo, table, toolIndex = false }: AuditReaderOptions): AuditReader {
  async function* read(filters: Filters, range: Range, options: ReadOptions = {}): AsyncGenerator<Seen, void> {
    const { order = 'newest-first', before, expected = EXPECTED, used = { requests: 0, items: 0 } } = options;
    const isNewestFirst = order === 'newest-first';
    const { index, groups } = accessPath(filters, range, isNewestFirst, toolIndex);
    const { from, to } = keyRange(range);
    const keys = { from, to: before === undefined || to < before ? to : before };
    if (keys.to < keys.from) return;
    for (const group of groups) {
      const firstPage = pageFor(expected, group.length) * (index === undefined ? ITEMS_OF_A_CALL : 1);
      const reading = { dynamo, table, index, keys, isNewestFirst, used, firstPage };
      const partitions = group.map((partition) => readPartition(partition, reading));
      for await (const call of mergeCalls(partitions, isNewestFirst)) {
        if (call.callId !== before) yield { call, isAsked: isAsked(call, filters) };
      }
    }
  }

  return {
    read,
    find: (callId) => readCall(dynamo, table, callId),
    query: async ({ since, until, limit, ...filters }) => {
      const rows: AuditRow[] = [];
      for await (const { call, isAsked: wanted } of read(filters, { since, until }, { expected: limit })) {
        if (wanted) rows.push(toRow(call));
        if (rows.length >= limit) break;
      }
      return rows;
    },
  };
}

/** Ids are spread by chance: so many calls of one partition are enough for the answer, nineteen times out of twenty. */
function pageFor(expected: number, partitions: number): number {
  const mean = expected / partitions;
  const spread = partitions === 1 ? 0 : 2 * Math.sqrt(mean);
  return Math.max(SMALLEST_PAGE, Math.ceil(mean + spread));
}
