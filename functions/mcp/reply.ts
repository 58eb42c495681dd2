import type { GatewayConfig } from '../../shared/core/config.ts';
import { errorRow } from '../../shared/core/error-table.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import { type JsonObject, ownObject } from '../../shared/core/json-object.ts';
import type { Account } from '../../shared/core/principal.ts';
import type { Reply } from '../../shared/mcp/dispatch.ts';
import { encodeResult, restError } from '../../shared/protocol/encode.ts';
import { acceptsEventStream, toEventStream } from '../../shared/protocol/notices.ts';
import type { Message } from '../../shared/protocol/read-message.ts';
import type { CallRecord } from '../middleware/audit.ts';
import type { HttpResponse } from '../middleware/chain.ts';
import { json } from '../middleware/http.ts';

/** What the answer depends on beside the reply. */
export interface ReplyContext {
  readonly config: GatewayConfig;
  readonly account: Account;
  readonly requestId: string;
  readonly elapsedMs: number;
  readonly accept: string | undefined;
  /** The call was admitted by the second sink of the trail. */
  readonly isLate: boolean;
}

/** In `_meta` of a result: `late` when the call was admitted by the second sink of the trail. */
const META_AUDIT = 'gatehouse/audit';

type Answered = Exclude<Reply, { kind: 'accepted' }>;

/** Lambda takes 6 MB, in which every quotation mark of the body counts twice. */
export const MAX_ANSWER_BYTES = 3_000_000;
const IN_BATCH =
  'The tool ran, but its answer is larger than its part of the 3 MB that a batch may answer. Call it by itself, or ask it for less.';

/**
 * An answer that Lambda refuses would reach the client as somebody else's error, and the record would say `ok`.
 *
 * @throws GatewayError ANSWER_TOO_LARGE
 */
export function requireSendable(answer: HttpResponse, record: CallRecord, room: number): HttpResponse {
  if (Buffer.byteLength(answer.body ?? '') <= room) return answer;
  record.ended = { isError: true, errorType: 'ANSWER_TOO_LARGE' };
  const hint = room < MAX_ANSWER_BYTES ? { hint: IN_BATCH } : {};
  throw new GatewayError('ANSWER_TOO_LARGE', { reason: 'answer_too_large', ...hint });
}

/** The one place where a reply becomes an HTTP answer, on either door. */
export function encodeReply(message: Message, reply: Reply, context: ReplyContext): HttpResponse {
  if (reply.kind === 'accepted') return { statusCode: 202, body: '' };
  if (message.door === 'rest') return restReply(reply, context);
  const cacheable = reply.kind === 'result' && reply.cacheable;
  const response = encodeResult(message, marked(resultOf(reply), context), context.config, { cacheable });
  if (reply.notices.length === 0 || !acceptsEventStream(context.accept)) return json(200, response);
  // Proxies must not hold the stream back (Streamable HTTP), although all of it is here already.
  const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
  return { statusCode: 200, headers, body: toEventStream(reply.notices, response) };
}

function resultOf(reply: Answered): Readonly<Record<string, unknown>> {
  if (reply.kind === 'result') return reply.result;
  const { message: text, structured } = reply;
  const content = [{ type: 'text', text }];
  return { content, ...(structured === undefined ? {} : { structuredContent: structured }), isError: true };
}

function marked(result: JsonObject, { isLate }: ReplyContext): JsonObject {
  return isLate ? { ...result, _meta: { ...ownObject(result, '_meta'), [META_AUDIT]: 'late' } } : result;
}

function restReply(reply: Answered, context: ReplyContext): HttpResponse {
  const { requestId, elapsedMs, account } = context;
  if (reply.kind === 'tool-error') {
    const { code, message, structured: data } = reply;
    return json(errorRow(code).status, restError(code, message, requestId, data === undefined ? {} : { data }));
  }
  const { structuredContent, content } = reply.result;
  const data = structuredContent ?? { content };
  return json(200, { ok: true, data, requestId, elapsedMs, uid: account.uid });
}
