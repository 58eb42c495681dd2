import type { HttpEvent } from '../../../functions/middleware/chain.ts';
import { legacy } from '../../support/messages.ts';
import type { Action, PlannedCall } from '../plan.ts';

/** Action → what is called, and its arguments where they matter. */
const TOOLS: Readonly<Partial<Record<Action, string>>> = {
  pay: 'pay',
  'pay and fail': 'fail',
  'pay badly': 'pay',
  order: 'order',
  book: 'book',
  look: 'look',
  peek: 'peek',
  vault: 'vault',
  wire: 'wire',
  'no such tool': 'nothing',
  ask: 'question',
  forward: 'forward',
  'no token': 'pay',
  'bad token': 'pay',
};

/** The tool that an action calls; undefined for what is none. */
function toolOf(action: Action): string | undefined {
  return TOOLS[action];
}

/** Whether the trail has something to say about it, once the user is known. */
export function isRecorded(action: Action): boolean {
  return action !== 'list' && action !== 'no token' && action !== 'bad token';
}

/** As API Gateway hands it over. The same event may be delivered twice. */
export function eventOf(call: PlannedCall, token: string, requestId: string): HttpEvent {
  const tool = toolOf(call.action);
  const args = call.action === 'pay badly' ? { n: 'many' } : { n: call.key };
  const isRest = call.door === 'rest' && tool !== undefined;
  const path = isRest ? `/tools/${tool}` : '/mcp';
  const keyed = call.action === 'order';
  const headers = {
    'content-type': 'application/json',
    ...(call.action === 'no token'
      ? {}
      : { authorization: `Bearer ${call.action === 'bad token' ? spoilt(token) : token}` }),
    ...(isRest && keyed ? { 'idempotency-key': `"key-${call.key}"` } : {}),
  };
  const meta = keyed ? { _meta: { 'gatehouse/idempotencyKey': `key-${call.key}` } } : {};
  const body = isRest ? args : messageOf(call.action, tool, args, meta);
  return {
    version: '2.0',
    routeKey: isRest ? 'ANY /tools/{name}' : 'ANY /mcp',
    rawPath: path,
    rawQueryString: '',
    headers,
    ...(isRest ? { pathParameters: { name: tool } } : {}),
    requestContext: {
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'history/1' },
      requestId,
      stage: '$default',
    },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  } as unknown as HttpEvent;
}

function messageOf(action: Action, tool: string | undefined, args: object, meta: object): object {
  if (tool !== undefined) return legacy('tools/call', { name: tool, arguments: args, ...meta });
  if (action === 'list') return legacy('tools/list');
  return legacy('prompts/get', { name: action === 'greet' ? 'greet' : 'nothing' });
}

/** Its signature is another one's. */
function spoilt(token: string): string {
  const [header, payload] = token.split('.');
  return `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`;
}
