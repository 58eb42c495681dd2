import { isUtf8 } from 'node:buffer';
import type { HttpEvent, HttpResponse } from './chain.ts';

/** A request as API Gateway's payload 2.0 hands it over, decoded once. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Lower-case names; API Gateway joins repeated headers with a comma. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** False when bytes of the body are no UTF-8: `body` then has replacement characters in their place. */
  readonly isUtf8: boolean;
  readonly sourceIp: string;
  readonly userAgent: string;
}

export function readHttp(event: HttpEvent): HttpRequest {
  const { method, path, sourceIp, userAgent } = event.requestContext.http;
  const bytes = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64') : undefined;
  return {
    method: method.toUpperCase(),
    path: event.rawPath || path,
    headers: Object.assign(Object.create(null), event.headers),
    body: bytes?.toString('utf8') ?? event.body ?? '',
    isUtf8: bytes === undefined || isUtf8(bytes),
    sourceIp,
    userAgent,
  };
}

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function withHeaders(response: HttpResponse, headers: Record<string, string>): HttpResponse {
  return { ...response, headers: { ...headers, ...response.headers } };
}
