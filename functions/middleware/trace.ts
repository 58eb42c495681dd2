import { own } from '../../shared/core/json-object.ts';
import type { Log, LogFields } from '../../shared/core/logger.ts';
import type { Message } from '../../shared/protocol/read-message.ts';
import { readTraceparent, type TraceContext } from '../../shared/protocol/trace-context.ts';
import type { Invocation, Step } from './chain.ts';

export interface Traced {
  /** Which of the client's spans this request belongs to, if it said so in a form that can be trusted to be one. */
  readonly trace: TraceContext | undefined;
}

/** Every later line of this request, of a tool too, carries the client's ids beside X-Ray's. */
export function traceFields(trace: TraceContext | undefined): LogFields {
  return trace === undefined ? {} : { traceId: trace.traceId, spanId: trace.spanId };
}

/** `params._meta.traceparent` is the span of the call itself (SEP-414); the header is that of the HTTP client. */
export const joinTrace: Step<
  Invocation & Traced & { readonly log: Log; readonly message: Message },
  Traced & { readonly log: Log }
> = {
  name: 'joinTrace',
  before: ({ trace, log, message }) => {
    const ofCall = readTraceparent(own(message.meta, 'traceparent'));
    return ofCall === undefined ? { trace, log } : { trace: ofCall, log: log.with(traceFields(ofCall)) };
  },
};
