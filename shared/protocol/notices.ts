import { type JsonObject, own } from '../core/json-object.ts';

/** RFC 5424 severities, least severe first (MCP logging). */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
/** Member of `_meta`: what a request wants to be told. */
export const META_LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const MAX_NOTICES = 200;
const MAX_DATA_CHARS = 8192;

/** Notifications about one call, kept until its answer: a buffered event stream carries them before it. */
export interface Notices {
  readonly progress: (done: number, total?: number, message?: string) => void;
  readonly notify: (level: string, data: unknown) => void;
  /** JSON-RPC notifications in the order they were made. What comes later has no place to go. */
  readonly list: () => readonly JsonObject[];
}

/**
 * Progress goes to a request that carried a `progressToken`, messages to one that named a `logLevel` (only the modern
 * era can: before, the level belonged to a session). Everything else is dropped.
 */
export function createNotices(meta: JsonObject): Notices {
  const token = own(meta, 'progressToken');
  const wantsProgress = typeof token === 'string' || (typeof token === 'number' && Number.isInteger(token));
  const level = own(meta, META_LOG_LEVEL);
  // A legacy request may hold anything there: text made of a client's object can throw.
  const least = typeof level === 'string' ? LEVELS.indexOf(level) : -1;
  const made: JsonObject[] = [];
  let last = Number.NEGATIVE_INFINITY;
  const add = (method: string, params: JsonObject) => {
    if (made.length < MAX_NOTICES) made.push({ jsonrpc: '2.0', method, params });
  };
  return {
    progress: (done, total, message) => {
      // Progress must grow with each notification (MCP progress, behavior requirements).
      if (!wantsProgress || !(done > last)) return;
      last = done;
      const more = { ...(total === undefined ? {} : { total }), ...(message === undefined ? {} : { message }) };
      add('notifications/progress', { progressToken: token, progress: done, ...more });
    },
    notify: (level, data) => {
      const rank = LEVELS.indexOf(level);
      if (least === -1 || rank < least || !isShort(data)) return;
      add('notifications/message', { level, data });
    },
    list: () => [...made],
  };
}

export function isLogLevel(value: unknown): boolean {
  return typeof value === 'string' && LEVELS.includes(value);
}

function isShort(data: unknown): boolean {
  const text = JSON.stringify(data);
  return text !== undefined && text.length <= MAX_DATA_CHARS;
}

/** One answer as an event stream: the notifications, then the response (Streamable HTTP). */
export function toEventStream(notices: readonly JsonObject[], response: JsonObject): string {
  return [...notices, response].map((message) => `event: message\ndata: ${JSON.stringify(message)}\n\n`).join('');
}

/** RFC 9110 section 12.4.2: a weight of 0 means "not acceptable". */
const NOT_WANTED = /^q=0(\.0{0,3})?$/;

/** Whether this Accept header names event streams, so that notifications have a way to the client. */
export function acceptsEventStream(accept: string | undefined): boolean {
  return (accept ?? '')
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim().toLowerCase()))
    .some(([type, ...parameters]) => type === 'text/event-stream' && !parameters.some((part) => NOT_WANTED.test(part)));
}
