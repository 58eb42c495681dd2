import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { Clock } from '../../shared/core/clock.ts';
import type { Log } from '../../shared/core/logger.ts';
import { createUseOnce } from '../../shared/store/once.ts';
import { type Claims, createVerifier, type Options } from '../../verifiers/node/verify-gatehouse.mjs';
import type { Handler, HttpEvent, HttpResponse } from '../middleware/chain.ts';
import { type Answer, refuse } from './answer.ts';
import { CRM_ROUTES } from './crm.ts';
import { createUserData } from './data.ts';
import { NOTE_ROUTES } from './notes.ts';

export interface DemoEnvironment {
  readonly DEMO_TABLE?: string | undefined;
  /** The gateway's public URL, whose keys are trusted. */
  readonly GATEWAY_URL?: string | undefined;
  /** Its own name in assertions. */
  readonly AUDIENCE?: string | undefined;
}

export interface DemoPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly dynamo: Dynamo;
  /** By default over HTTP, from the gateway. */
  readonly fetchKeys?: NonNullable<Options['fetchKeys']>;
}

const ROUTES = [...NOTE_ROUTES, ...CRM_ROUTES];
/** How long the mark of an assertion may take to write. */
const MARK_MS = 2000;

/**
 * A service of its own: notes and a small CRM. It trusts one thing, the published keys of the gateway. Who the user is,
 * it reads from the assertion of each request, and from nowhere else.
 */
export function createHandler(env: DemoEnvironment, { clock, log, dynamo, fetchKeys }: DemoPorts): Handler {
  const table = required('DEMO_TABLE', env.DEMO_TABLE);
  const useOnce = createUseOnce(dynamo, table, clock);
  const verify = createVerifier({
    issuer: required('GATEWAY_URL', env.GATEWAY_URL),
    audience: required('AUDIENCE', env.AUDIENCE),
    now: clock,
    firstUse: (jti, exp) => useOnce(jti, exp * 1000, clock() + MARK_MS),
    ...(fetchKeys === undefined ? {} : { fetchKeys }),
  });
  const dataOf = createUserData(dynamo, table, clock);
  return async (event) => {
    const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
    const claims = await verify({ ...requestOf(event), body }).catch((error: unknown) => refusalOf(error));
    const answer = 'status' in claims ? claims : await serve(event, body, claims, dataOf);
    log.info('demo.request', {
      route: answer.status === 404 ? undefined : event.rawPath,
      status: answer.status,
      error: answer.body.ok ? undefined : String(answer.body['error']),
      uid: 'sub' in claims ? claims.sub : undefined,
      tool: 'sub' in claims ? claims.tool : undefined,
    });
    return toResponse(answer);
  };
}

function requestOf({ headers, requestContext, rawPath, rawQueryString }: HttpEvent) {
  const assertion = (headers['authorization'] ?? '').replace(/^Bearer /, '');
  return { assertion, method: requestContext.http.method, path: rawPath, query: rawQueryString };
}

/** Which check failed is told: it helps whoever connects a backend, and a forger learns nothing that is not published. */
function refusalOf(error: unknown): Answer {
  const { code, status } = error as { readonly code?: unknown; readonly status?: unknown };
  if (typeof status !== 'number') throw error;
  return refuse(status, `assertion_${String(code)}`);
}

async function serve(
  { rawPath, rawQueryString, requestContext }: HttpEvent,
  body: Buffer,
  { sub, scope }: Claims,
  dataOf: ReturnType<typeof createUserData>,
): Promise<Answer> {
  const { method } = requestContext.http;
  const route = ROUTES.find((one) => one.path === rawPath && one.method === method);
  if (route === undefined) return refuse(404, 'not_found');
  if (!scope.split(' ').includes(route.scope)) return refuse(403, 'insufficient_scope');
  const input = method === 'GET' ? Object.fromEntries(new URLSearchParams(rawQueryString)) : parse(body);
  return route.run(input, dataOf(sub));
}

function parse(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function toResponse({ status, body }: Answer): HttpResponse {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { statusCode: status, headers, body: JSON.stringify(body) };
}

function required(name: string, value: string | undefined): string {
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
