import { isObject, type JsonObject, own } from '../../shared/core/json-object.ts';
import { trimHeader } from '../../shared/protocol/header-value.ts';
import { readJson } from '../../shared/protocol/json-text.ts';
import { claimsModern } from '../../shared/protocol/read-message.ts';
import { ASSUMED_LEGACY } from '../../shared/protocol/revisions.ts';
import type { Handler, HttpEvent, HttpResponse } from '../middleware/chain.ts';
import { json, readHttp } from '../middleware/http.ts';
import { MAX_ANSWER_BYTES } from './reply.ts';

const MAX_MESSAGES = 20;
const MAX_BYTES = 1_048_576;
/** A comma, and an id of null. */
const FRAME_BYTES = 16;

/** Message of a batch → how large its answer may be. */
const rooms = new WeakMap<HttpEvent, number>();

/** All answers of a batch leave as one. Each call has an equal part of what is left, so none is run for nothing. */
export function roomFor(event: HttpEvent): number {
  return rooms.get(event) ?? MAX_ANSWER_BYTES;
}

/**
 * JSON-RPC batches, which revision 2025-03-26 demands and every later one has removed. Each message goes through the
 * whole chain like a single one: its own decision, its own record. What is no batch of that revision is left to the
 * chain, which refuses it.
 */
export function withBatches(handle: Handler): Handler {
  return async (event, context) => {
    const messages = readBatch(event);
    if (messages === undefined) return handle(event, context);
    const answers: JsonObject[] = [];
    let first: HttpResponse | undefined;
    let isServed = false;
    let room = MAX_ANSWER_BYTES;
    for (const [at, message] of messages.entries()) {
      const part = single(event, message);
      rooms.set(part, Math.floor(room / (messages.length - at)));
      const response = await handle(part, context);
      room -= Buffer.byteLength(response.body ?? '') + FRAME_BYTES;
      const answer = response.body ? (JSON.parse(response.body) as JsonObject) : undefined;
      if (!isServed && answer !== undefined && concernsAll(response, answer)) return refuseAll(response, answer);
      // 400: refused for its form, before anybody was asked for a token.
      isServed ||= response.statusCode !== 400;
      first ??= response;
      // JSON-RPC 2.0 section 5: null where the id of the message could not be read.
      if (answer !== undefined) answers.push(Object.hasOwn(answer, 'id') ? answer : { ...answer, id: null });
    }
    return {
      ...(answers.length === 0 ? { statusCode: 202, body: '' } : json(200, answers)),
      ...headersOf(first, answers),
    };
  };
}

function readBatch(event: HttpEvent): readonly unknown[] | undefined {
  if (event.rawPath !== '/mcp') return undefined;
  const { method, headers, body, isUtf8 } = readHttp(event);
  const named = trimHeader(headers['mcp-protocol-version']) ?? ASSUMED_LEGACY;
  if (method !== 'POST' || named !== ASSUMED_LEGACY || !isUtf8 || !/^\s*\[/.test(body)) return undefined;
  if (Buffer.byteLength(body) > MAX_BYTES) return undefined;
  const messages = parse(body);
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MAX_MESSAGES) return undefined;
  return messages.every((message) => !claimsModern(message) && !isInitialize(message)) ? messages : undefined;
}

function parse(text: string): unknown {
  try {
    const { body: messages, flaw } = readJson(text);
    // Taken apart and written anew, its messages would not show the flaw any more.
    return flaw === undefined ? messages : undefined;
  } catch {
    return undefined;
  }
}

function isInitialize(message: unknown): boolean {
  return isObject(message) && own(message, 'method') === 'initialize';
}

/** One message of the batch as a request of its own, answered in JSON: a stream has no place inside an array. */
function single(event: HttpEvent, message: unknown): HttpEvent {
  const accept = (event.headers['accept'] ?? '').split(',').filter((range) => !/^\s*text\/event-stream/i.test(range));
  const headers = accept.length === 0 ? event.headers : { ...event.headers, accept: accept.join(',') };
  return { ...event, headers, body: JSON.stringify(message), isBase64Encoded: false };
}

const WHOLE: ReadonlySet<unknown> = new Set([
  'INVALID_AUTH_HEADER',
  'ORIGIN_NOT_ALLOWED',
  'EDGE_REQUIRED',
  'ACCOUNT_DISABLED',
  'ACCOUNT_UNKNOWN',
  'NOT_ACCEPTABLE',
  'UNSUPPORTED_MEDIA_TYPE',
]);

/** A refusal of the request itself: who sent it, or how. Every other message would meet the same. */
function concernsAll({ statusCode }: HttpResponse, answer: JsonObject): boolean {
  if (statusCode === 401) return true;
  const { error } = answer as { readonly error?: { readonly data?: { readonly code?: unknown } } };
  return WHOLE.has(error?.data?.code);
}

function refuseAll(response: HttpResponse, answer: JsonObject): HttpResponse {
  const { id: _first, ...rest } = answer;
  return { ...response, body: JSON.stringify(rest) };
}

/** What every answer carries, without what belongs to one message. */
function headersOf(response: HttpResponse | undefined, answers: readonly unknown[]): Pick<HttpResponse, 'headers'> {
  const { 'www-authenticate': _challenge, 'retry-after': _retry, ...common } = response?.headers ?? {};
  const { 'content-type': _type, ...bare } = common;
  return { headers: answers.length === 0 ? bare : { ...bare, 'content-type': 'application/json' } };
}
