import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Context } from 'aws-lambda';
import { createHandler as createDebug } from '../../functions/debug/handler.ts';
import { createHandler as createDemoBackend } from '../../functions/demo-backend/handler.ts';
import { createHandler as createDiscovery } from '../../functions/discovery/handler.ts';
import { createHandler as createMcp } from '../../functions/mcp/handler.ts';
import type { McpPorts } from '../../functions/mcp/ports.ts';
import type { Handler, HttpResponse } from '../../functions/middleware/chain.ts';
import { createHandler as createOAuth } from '../../functions/oauth/handler.ts';
import type { OAuthPorts } from '../../functions/oauth/ports.ts';
import { deployed, type Registry } from '../../shared/registry/index.ts';
import { Failure } from '../failure.ts';
import { matchRoute, pathOf, receive, toEvent } from './http-event.ts';
import { messageOf } from './http-server.ts';
import type { Plan } from './template.ts';

/** API Gateway refuses larger requests itself. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

/** Of all functions together. */
export type DevPorts = McpPorts & OAuthPorts;
type CreateHandler = (environment: Readonly<Record<string, string>>, ports: DevPorts, registry: Registry) => Handler;

const HANDLERS: ReadonlyMap<string, CreateHandler> = new Map<string, CreateHandler>([
  ['mcp', createMcp],
  ['discovery', createDiscovery],
  ['debug', createDebug],
  ['oauth', createOAuth],
  ['demo-backend', createDemoBackend],
]);

/** What time or a log starts, and no request. */
const NO_HANDLERS: ReadonlySet<string> = new Set(['audit-sweep', 'audit-replay', 'audit-archive', 'audit-seal']);

/** The planned functions behind Node's http server, as API Gateway would call them. */
export function createGateway(plan: Plan, ports: DevPorts, registry = deployed): RequestListener {
  const functions = new Map(
    plan.functions
      .filter(({ name }) => !NO_HANDLERS.has(name))
      .map(({ logicalId, name, environment, timeoutSeconds }) => {
        const create = HANDLERS.get(name);
        if (create === undefined) throw new Failure(`The template has a function "${name}" that dev does not know.`);
        return [logicalId, { handler: create(environment, ports, registry), timeoutSeconds }] as const;
      }),
  );
  const keys = plan.routes.map(({ key }) => key);
  return (request, response) => {
    void answer(request, response, async (body) => {
      const received = receive(request);
      if (typeof received === 'number') return refusal(received);
      const route = matchRoute(keys, received.method, pathOf(received));
      const target = functions.get(plan.routes.find(({ key }) => key === route?.key)?.functionId ?? '');
      if (route === undefined || target === undefined) return refusal(404);
      return target.handler(toEvent(received, body, route), lambdaContext(target.timeoutSeconds));
    });
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  invoke: (body: Buffer) => ReturnType<Handler>,
): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= MAX_REQUEST_BYTES) chunks.push(chunk);
    }
    write(response, size > MAX_REQUEST_BYTES ? refusal(413) : await invoke(Buffer.concat(chunks)));
  } catch {
    // Cut off in its body: the server has answered what it could not parse, or there is nobody left.
    if (!request.complete || response.headersSent) return;
    // What API Gateway answers when a function fails.
    write(response, refusal(500));
  }
}

function write(response: ServerResponse, { statusCode = 200, headers = {}, cookies, body = '' }: HttpResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  if (cookies !== undefined) response.setHeader('set-cookie', cookies);
  response.statusCode = statusCode;
  response.end(body);
}

/** What API Gateway answers by itself. */
function refusal(statusCode: number): HttpResponse {
  const headers = { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' };
  return { statusCode, headers, body: messageOf(statusCode) };
}

function lambdaContext(timeoutSeconds: number): Context {
  const ends = Date.now() + timeoutSeconds * 1000;
  return {
    awsRequestId: randomUUID(),
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'local',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'local',
    logGroupName: 'local',
    logStreamName: 'local',
    memoryLimitInMB: '1024',
    getRemainingTimeInMillis: () => Math.max(0, ends - Date.now()),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
