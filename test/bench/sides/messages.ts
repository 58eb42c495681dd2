import type { Context } from 'aws-lambda';
import type { HttpEvent } from '../../../functions/middleware/chain.ts';
import { modern, modernHeaders } from '../../support/messages.ts';

export const OPERATIONS = ['tools/call', 'tools/list'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The same words to every side: a call of echo, or the list. */
export function requestOf(operation: Operation, token: string) {
  const name = operation === 'tools/call' ? 'echo' : undefined;
  const params = name === undefined ? {} : { name, arguments: { text: 'a text of forty characters, as in a chat' } };
  return {
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      host: 'mcp.example.com',
      'user-agent': 'bench/1',
      ...modernHeaders(operation, name),
    },
    body: JSON.stringify(modern(operation, params)),
  };
}

/** As API Gateway hands it over, payload 2.0. */
export function eventOf(method: string, target: string, headers: Record<string, string>, body?: string): HttpEvent {
  const [path = '', query = ''] = target.split('?');
  return {
    version: '2.0',
    routeKey: `ANY ${path}`,
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: headers['user-agent'] ?? '' },
      requestId: 'JKJaXmPLvHcESHA=',
      stage: '$default',
      routeKey: `ANY ${path}`,
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  } as unknown as HttpEvent;
}

export const LAMBDA = { getRemainingTimeInMillis: () => 28_000 } as unknown as Context;

/** What a client sends to the token endpoint of a relay, about once an hour. */
export function refreshEvent(clientId: string, refreshToken: string): HttpEvent {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    resource: 'https://mcp.example.com/mcp',
  });
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    host: 'mcp.example.com',
    'user-agent': 'bench/1',
  };
  return eventOf('POST', '/oauth/token', headers, form.toString());
}

/** As the provider behind the relay answers, the access token that of the fixture. */
export const UPSTREAM_REFRESH_TOKEN = 'upstream-refresh-token-of-sixty-four-characters-as-many-are-0001';
