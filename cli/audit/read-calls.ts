import type { AuditReader, ReadOptions } from '../../shared/audit/query.ts';
import type { Call, Filters, Range } from '../../shared/audit/question/question.ts';

/** Every call that is asked for, one after the other. */
export async function* callsOf(
  reader: AuditReader,
  filters: Filters,
  range: Range,
  options: ReadOptions = {},
): AsyncGenerator<Call, void> {
  for await (const { call, isAsked } of reader.read(filters, range, options)) if (isAsked) yield call;
}
