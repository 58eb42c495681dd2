import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HttpEvent } from '../../functions/middleware/chain.ts';

/** Media types that API Gateway hands on as text; every other body is base64. */
const TEXT = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded)\b)/i;

export interface MatchedRoute {
  readonly key: string;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  /** Path and query as they were sent: origin form (RFC 9112 section 3.2.1). */
  readonly target: string;
  readonly httpVersion: string;
  /** Name, value, name, value, … with their case and repetitions. */
  readonly rawHeaders: readonly string[];
  readonly remoteAddress: string;
}

/** API Gateway's limit for the request line and the values of all headers (its quotas page). */
const MAX_HEAD_BYTES = 10_240;

/** What Node parsed, or the status that API Gateway's front refuses it with. */
export function receive(request: IncomingMessage): Received | 400 | 431 {
  const { method = '', url = '', httpVersion, rawHeaders, socket } = request;
  const values = rawHeaders.filter((_, at) => at % 2 === 1);
  const head = method.length + url.length + values.reduce((sum, value) => sum + value.length, 0);
  if (head > MAX_HEAD_BYTES) return 431;
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  // RFC 9112 section 3.2: one Host, which only HTTP/1.0 may leave out.
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) return 400;
  const target = url.replace(/^https?:\/\/[^/?]*/i, '') || '/';
  // `*` of OPTIONS has no path that a route could match.
  if (!target.startsWith('/') && !target.startsWith('?')) return 400;
  const origin = target.startsWith('?') ? `/${target}` : target;
  return { method, target: origin, httpVersion, rawHeaders, remoteAddress: socket.remoteAddress ?? '' };
}

export function pathOf({ target }: Received): string {
  return target.split('?', 1)[0] ?? '/';
}

/** Request → event in payload format 2.0, as API Gateway makes it. */
export function toEvent(received: Received, body: Buffer, route: MatchedRoute): HttpEvent {
  const { cookie, ...headers } = joinHeaders(received.rawHeaders);
  const path = pathOf(received);
  // What API Gateway does with text that is no UTF-8 is not documented; as bytes, nothing of it is lost here.
  const isText = TEXT.test(headers['content-type'] ?? '') && isUtf8(body);
  const now = Date.now();
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: received.target.slice(path.length + 1),
    // One list of all, and no header.
    ...(cookie === undefined ? {} : { cookies: cookie.split(/[;,]\s*/).filter(Boolean) }),
    headers,
    ...(route.pathParameters === undefined ? {} : { pathParameters: route.pathParameters }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: {
        method: received.method,
        path,
        protocol: `HTTP/${received.httpVersion}`,
        sourceIp: received.remoteAddress,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: route.key,
      stage: '$default',
      time: new Date(now).toISOString(),
      timeEpoch: now,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Lower-case names, repeated headers joined with a comma: Node's own `headers` drops a second Authorization. */
function joinHeaders(raw: readonly string[]): Record<string, string> {
  const joined = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

/** Finds the route of a request among keys such as `ANY /tools/{name}`; the exact one first, `$default` last. */
export function matchRoute(keys: readonly string[], method: string, path: string): MatchedRoute | undefined {
  const matches = keys.flatMap((key) => {
    const [verb, pattern] = key.split(' ');
    if (pattern === undefined || (verb !== 'ANY' && verb !== method)) return [];
    const found = toPattern(pattern).exec(path);
    return found ? [{ key, pathParameters: decodeAll(found.groups) }] : [];
  });
  const exact = matches.find(({ key }) => !key.includes('{')) ?? matches[0];
  return exact ?? (keys.includes('$default') ? { key: '$default', pathParameters: undefined } : undefined);
}

function toPattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[.*^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return new RegExp(`^${source}$`);
}

function decodeAll(groups: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  if (groups === undefined) return undefined;
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
