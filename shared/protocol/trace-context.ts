/** The caller's span, as W3C Trace Context names it. */
export interface TraceContext {
  /** Rewritten in the form of version 00. */
  readonly traceparent: string;
  readonly traceId: string;
  readonly spanId: string;
}

/** Versions above 00 may add members after the flags (Trace Context, versioning of traceparent); ff is forbidden. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x20-\x7e]{0,256})?$/;
const NONE = /^0+$/;

/** Undefined for anything malformed: a trace is a courtesy, and never a reason to refuse. */
export function readTraceparent(value: unknown): TraceContext | undefined {
  const match = typeof value === 'string' ? TRACEPARENT.exec(value) : null;
  const [, version, traceId, spanId, flags, more] = match ?? [];
  if (traceId === undefined || spanId === undefined || NONE.test(traceId) || NONE.test(spanId)) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, traceId, spanId };
}
