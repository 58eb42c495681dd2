import type { AuditReader } from '../query.ts';
import type { Call } from './question.ts';

/** Calls read together. */
const AT_ONCE = 16;

/**
 * Calls out of an index, with all their items: one request for each. Calls that have them already pass. A call that the
 * table has dropped since keeps what the index had.
 */
export async function* withAllItems(calls: AsyncIterable<Call>, reader: AuditReader): AsyncGenerator<Call, void> {
  let waiting: Array<Promise<Call>> = [];
  for await (const call of calls) {
    waiting.push(complete(call, reader));
    if (waiting.length < AT_ONCE) continue;
    yield* await Promise.all(waiting);
    waiting = [];
  }
  yield* await Promise.all(waiting);
}

async function complete(call: Call, reader: AuditReader): Promise<Call> {
  const isWhole = [...call.items.values()].every((item) => item['hash'] !== undefined);
  return isWhole ? call : ((await reader.find(call.callId)) ?? call);
}
