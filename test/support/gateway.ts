import type { Context } from 'aws-lambda';
import { createLocalKms } from '../../cli/dev/local-kms.ts';
import { createHandler as createDebug } from '../../functions/debug/handler.ts';
import { createHandler as createDiscovery } from '../../functions/discovery/handler.ts';
import { createHandler as createMcp } from '../../functions/mcp/handler.ts';
import type { McpPorts } from '../../functions/mcp/ports.ts';
import type { Handler, HttpEvent, HttpResponse } from '../../functions/middleware/chain.ts';
import { type AuditRow, createAuditReader } from '../../shared/audit/query.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { Kms } from '../../shared/aws/kms.ts';
import { createSignRequest } from '../../shared/aws/sign-request.ts';
import type { Timer } from '../../shared/core/clock.ts';
import type { FunctionEnvironment, GatewayConfig } from '../../shared/core/config.ts';
import type { Log } from '../../shared/core/logger.ts';
import type { ReadSecret } from '../../shared/core/secret.ts';
import type { GetJson } from '../../shared/net/get-json.ts';
import { createGuardedClient, type NetPolicy } from '../../shared/net/guarded-client.ts';
import type { Registry } from '../../shared/registry/index.ts';
import { goodClaims, ISSUER, NOW, testConfig } from './config.ts';
import type { TestDatabase } from './database.ts';
import { messagesOf } from './event-stream.ts';
import { createIssuer, type TestIssuer } from './issuer.ts';
import { captureLog, type LogLine } from './log.ts';
import { shipped } from './shipped.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, the messages of an event stream, or undefined for an empty body. */
  readonly body: unknown;
}

export interface SentRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly remainingMs?: number;
}

export interface TestGateway {
  readonly issuer: TestIssuer;
  readonly lines: LogLine[];
  readonly time: { now: number };
  send(request: SentRequest): Promise<Answer>;
  /** An event as it is, to the function of its path. */
  handle(event: HttpEvent): Promise<HttpResponse>;
  /** POST /mcp as a legacy client, with a good token unless `token` says otherwise. */
  rpc(message: unknown, options?: { token?: string | undefined; headers?: Record<string, string> }): Promise<Answer>;
  token(claims?: object): Promise<string>;
  trail(): Promise<readonly AuditRow[]>;
}

export interface TestGatewayOptions {
  readonly config?: GatewayConfig;
  /** Laid over what the project comes with. */
  readonly registry?: Partial<Registry>;
  readonly tools?: Registry['tools'];
  /** Instead of the capturing one. */
  readonly log?: Log;
  /** Of the steps; without it they take no time. */
  readonly timer?: Timer;
  /** More variables of the functions. */
  readonly env?: FunctionEnvironment;
  /** Instead of one that answers in this process. */
  readonly issuer?: TestIssuer;
  readonly getJson?: GetJson;
  readonly connect?: McpPorts['connect'];
  readonly readSecret?: ReadSecret;
  /** isolation=iam, with USER_ROLE in `env`. */
  readonly sessionDynamo?: NonNullable<McpPorts['sessionDynamo']>;
  /** Instead of one of its own in this process. */
  readonly kms?: Kms;
  /** Wraps the database, to make one operation fail. */
  readonly dynamo?: (real: Dynamo) => Dynamo;
}

/** The three functions in this process, over the real handlers and the embedded database. */
export function createTestGateway(database: TestDatabase, options: TestGatewayOptions = {}): TestGateway {
  const { config = testConfig(), tools = shipped.tools } = options;
  const registry = { ...shipped, tools, ...options.registry };
  const time = { now: NOW };
  const { log, lines } = captureLog();
  const { issuer = createIssuer(ISSUER) } = options;
  const dynamo = options.dynamo?.(database.dynamo) ?? database.dynamo;
  const ports = {
    clock: () => time.now,
    log: options.log ?? log,
    getJson: options.getJson ?? issuer.getJson,
    dynamo,
    kms: options.kms ?? createLocalKms(),
    timer: options.timer ?? (() => time.now),
    readSecret: options.readSecret ?? noSecrets,
    signRequest: options.sessionDynamo ? createSignRequest({ credentials: noRole }) : createSignRequest(),
    ...(options.sessionDynamo === undefined ? {} : { sessionDynamo: options.sessionDynamo }),
    connect: options.connect ?? ((policy: NetPolicy) => createGuardedClient(policy, { clock: () => time.now })),
  };
  const env = {
    GATEHOUSE_CONFIG: JSON.stringify(config),
    IDENTITIES_TABLE: database.identities,
    AUDIT_TABLE: database.audit,
    STATE_TABLE: database.state,
    ...options.env,
  };
  const handlers = {
    mcp: createMcp(env, ports, registry),
    discovery: createDiscovery(env, ports, registry),
    debug: createDebug(env, ports, registry),
  };
  const send = (request: SentRequest) => invoke(handlerFor(handlers, request.path ?? '/mcp'), request);
  const token = (claims: object = {}) => issuer.sign({ ...goodClaims(time.now), ...claims });
  return {
    issuer,
    lines,
    time,
    send,
    handle: (event) => handlerFor(handlers, event.rawPath)(event, lambdaOf(28_000)),
    token,
    rpc: async (message, { headers = {}, ...more } = {}) => {
      const bearer = 'token' in more ? more.token : await token();
      const authorization: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      return send({ headers: { ...authorization, ...headers }, body: JSON.stringify(message) });
    },
    trail: () =>
      createAuditReader({ dynamo: database.dynamo, table: database.audit }).query({
        since: time.now - 3_600_000,
        until: time.now + 3_600_000,
        limit: 1000,
      }),
  };
}

async function noRole() {
  return { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
}

function handlerFor(handlers: Readonly<Record<'mcp' | 'discovery' | 'debug', Handler>>, path: string): Handler {
  if (path === '/mcp' || /^\/tools\/[^/]+$/.test(path)) return handlers.mcp;
  return path.startsWith('/.well-known/') ? handlers.discovery : handlers.debug;
}

const noSecrets: ReadSecret = async () => {
  throw new Error('this test has no secrets');
};

function lambdaOf(remainingMs: number): Context {
  return { getRemainingTimeInMillis: () => remainingMs } as Context;
}

async function invoke(handler: Handler, request: SentRequest): Promise<Answer> {
  const { method = 'POST', path = '/mcp', headers = {}, body } = request;
  const json: Record<string, string> = method === 'POST' ? { 'content-type': 'application/json' } : {};
  const tool = /^\/tools\/([^/]+)$/.exec(path)?.[1];
  const event = {
    version: '2.0',
    routeKey: tool === undefined ? `ANY ${path}` : 'ANY /tools/{name}',
    rawPath: path,
    rawQueryString: '',
    headers: { ...json, ...headers },
    ...(tool === undefined ? {} : { pathParameters: { name: decodeURIComponent(tool) } }),
    requestContext: {
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test/1' },
      requestId: 'request-1',
      stage: '$default',
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  } as unknown as HttpEvent;
  const response = await handler(event, lambdaOf(request.remainingMs ?? 28_000));
  return {
    status: response.statusCode ?? 200,
    headers: Object.fromEntries(Object.entries(response.headers ?? {}).map(([name, value]) => [name, String(value)])),
    body: response.body ? parseBody(response.body, response.headers?.['content-type']) : undefined,
  };
}

function parseBody(text: string, type: unknown): unknown {
  return type === 'text/event-stream' ? messagesOf(text) : JSON.parse(text);
}
