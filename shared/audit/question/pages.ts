import type { AuditReader } from '../query.ts';
import type { Cursors } from './cursor.ts';
import type { Call, Filters, Range } from './question.ts';
import type { Used } from './read-partition.ts';

export interface PageRequest {
  readonly filters: Filters;
  /** The first page. */
  readonly range?: Range;
  /** A later one: it carries the range. */
  readonly cursor?: string;
  readonly limit: number;
  /** Whoever asks, as the trail names them. */
  readonly caller: string;
}

export interface Page {
  /** Newest first. */
  readonly calls: readonly Call[];
  /** Absent at the end of the answer. */
  readonly cursor: string | undefined;
  /** Fewer calls than the limit and yet a cursor: so much was read without finding more. Ask on. */
  readonly used: Used;
}

export interface Pages {
  /** @throws CursorError */
  page(request: PageRequest): Promise<Page>;
}

/** A page ends here, whatever it has found: a rare answer in a large table must not hold up a request for ever. */
const MOST_READ = 20_000;

/**
 * Answers in pages. All pages together are the answer of the first moment: calls are in the order of their ids, a page
 * begins where the last one ended, and what is newer than the first page is never looked at.
 */
export function createPages(reader: AuditReader, cursors: Cursors, mostRead = MOST_READ): Pages {
  return {
    page: async ({ filters, range, cursor, limit, caller }) => {
      const from = cursor === undefined ? undefined : cursors.read(cursor, { filters, caller });
      const { since, until } = from ?? range ?? { since: 0, until: -1 };
      const used: Used = { requests: 0, items: 0 };
      const options = { expected: limit + 1, used, ...(from === undefined ? {} : { before: from.before }) };
      const calls: Call[] = [];
      let before = from?.before;
      for await (const { call, isAsked } of reader.read(filters, { since, until }, options)) {
        if ((isAsked && calls.length === limit) || (used.items > mostRead && before !== from?.before)) {
          const next = cursors.write({ since, until, before: before ?? call.callId }, { filters, caller });
          return { calls, cursor: next, used };
        }
        if (isAsked) calls.push(call);
        before = call.callId;
      }
      return { calls, cursor: undefined, used };
    },
  };
}
