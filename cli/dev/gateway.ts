import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Context } from 'aws-lambda';
import { createHandler as createDebug } from '../../functions/debug/handler.ts';
import { createHandler as createDiscovery } from '../../functions/discovery/handler.ts';
import { createHandler as createMcp } from '../../functions/mcp/handler.ts';
import type { Handler, HttpResponse } from '../../functions/middleware/chain.ts';
import type { Ports } from '../../functions/ports.ts';
import { deployed } from '../../shared/registry/index.ts';
import { Failure } from '../failure.ts';
import { matchRoute, toEvent } from './http-event.ts';
import type { Plan } from './template.ts';

/** API Gateway refuses larger requests itself. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

const HANDLERS: ReadonlyMap<string, typeof createMcp> = new Map<string, typeof createMcp>([
  ['mcp', createMcp],
  ['discovery', createDiscovery],
  ['debug', createDebug],
]);

/** The planned functions behind Node's http server, as API Gateway would call them. */
export function createGateway(plan: Plan, ports: Ports, registry = deployed): RequestListener {
  const functions = new Map(
    plan.functions.map(({ logicalId, name, environment, timeoutSeconds }) => {
      const create = HANDLERS.get(name);
      if (create === undefined) throw new Failure(`The template has a function "${name}" that dev does not know.`);
      return [logicalId, { handler: create(environment, ports, registry), timeoutSeconds }] as const;
    }),
  );
  const keys = plan.routes.map(({ key }) => key);
  return (request, response) => {
    void answer(request, response, async (body) => {
      const route = matchRoute(keys, request.method ?? 'GET', (request.url ?? '/').split('?', 1)[0] ?? '/');
      const target = functions.get(plan.routes.find(({ key }) => key === route?.key)?.functionId ?? '');
      if (route === undefined || target === undefined) return message(404, 'Not Found');
      return target.handler(toEvent(request, body, route), lambdaContext(target.timeoutSeconds));
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
    const tooLarge = size > MAX_REQUEST_BYTES;
    write(response, tooLarge ? message(413, 'Request Entity Too Large') : await invoke(Buffer.concat(chunks)));
  } catch {
    // What API Gateway answers when a function fails.
    if (!response.headersSent) write(response, message(500, 'Internal Server Error'));
  }
}

function write(response: ServerResponse, { statusCode = 200, headers = {}, body = '' }: HttpResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  response.statusCode = statusCode;
  response.end(body);
}

function message(statusCode: number, text: string): HttpResponse {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message: text }) };
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
