import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HttpEvent } from '../../functions/middleware/chain.ts';

/** Media types that API Gateway hands on as text; every other body is base64. */
const TEXT = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded)\b)/i;

export interface MatchedRoute {
  readonly key: string;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

/** Request → event in payload format 2.0, as API Gateway makes it. */
export function toEvent(request: IncomingMessage, body: Buffer, route: MatchedRoute): HttpEvent {
  const headers = joinHeaders(request.rawHeaders);
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s, 2);
  const isText = TEXT.test(headers['content-type'] ?? '');
  const now = Date.now();
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(route.pathParameters === undefined ? {} : { pathParameters: route.pathParameters }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
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
