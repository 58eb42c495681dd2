import type { GatewayConfig } from '../../shared/core/config.ts';
import { errorRow } from '../../shared/core/errors.ts';
import type { Account } from '../../shared/core/principal.ts';
import type { Reply } from '../../shared/mcp/dispatch.ts';
import { encodeResult, restError } from '../../shared/protocol/encode.ts';
import type { Message } from '../../shared/protocol/read-message.ts';
import type { HttpResponse } from '../middleware/chain.ts';
import { json } from '../middleware/http.ts';

/** What the plain-HTTP envelope shows beside the data. */
export interface ReplyContext {
  readonly config: GatewayConfig;
  readonly account: Account;
  readonly requestId: string;
  readonly elapsedMs: number;
}

/** The one place where a reply becomes an HTTP answer, on either door. */
export function encodeReply(message: Message, reply: Reply, context: ReplyContext): HttpResponse {
  if (reply.kind === 'accepted') return { statusCode: 202, body: '' };
  if (message.door === 'rest') return restReply(reply, context);
  return json(200, encodeResult(message, resultOf(reply), context.config, { cacheable: isCacheable(reply) }));
}

function isCacheable(reply: Reply): boolean {
  return reply.kind === 'result' && reply.cacheable;
}

function resultOf(reply: Exclude<Reply, { kind: 'accepted' }>): Readonly<Record<string, unknown>> {
  if (reply.kind === 'result') return reply.result;
  if (reply.kind === 'tool-error') return { content: [{ type: 'text', text: reply.message }], isError: true };
  // The text repeats the structure for clients that read no structuredContent (MCP tools, structured content).
  return { content: [{ type: 'text', text: JSON.stringify(reply.data) }], structuredContent: reply.data };
}

function restReply(reply: Exclude<Reply, { kind: 'accepted' }>, context: ReplyContext): HttpResponse {
  const { requestId, elapsedMs, account } = context;
  if (reply.kind === 'tool-error') {
    return json(errorRow(reply.code).status, restError(reply.code, reply.message, requestId));
  }
  const data = reply.kind === 'tool' ? reply.data : reply.result;
  return json(200, { ok: true, data, requestId, elapsedMs, uid: account.uid });
}
