import type { Context } from 'aws-lambda';
import { createHandler } from '../../functions/demo-backend/handler.ts';
import type { HttpEvent } from '../../functions/middleware/chain.ts';
import { createAssertionSigner } from '../../shared/backend/assertion.ts';
import type { Uid } from '../../shared/core/principal.ts';
import { assertionClaims, GATEWAY } from './assertion.ts';
import type { TestDatabase } from './database.ts';
import { captureLog } from './log.ts';
import { createSigningWorld, FOREVER } from './signing.ts';

const AUDIENCE = 'gatehouse-demo-backend';

export interface DemoRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly query?: string;
  readonly body?: object;
}

export interface DemoAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The demo backend's real handler, and a gateway's keys for asking it. */
export function createDemoWorld(database: TestDatabase) {
  const signing = createSigningWorld();
  const { clock } = signing.ports;
  const signer = createAssertionSigner({ keys: signing.signer(), clock, issuer: GATEWAY });
  const { log, lines } = captureLog();
  const env = { DEMO_TABLE: database.demo, GATEWAY_URL: GATEWAY, AUDIENCE };
  const published = signing.publisher();
  const fetchKeys = async () => [...(await published.read(FOREVER)).keys].map((key) => ({ ...key }));
  const instance = () => createHandler(env, { clock, log, dynamo: database.dynamo, fetchKeys });
  const first = instance();
  const textOf = ({ body }: DemoRequest) => (body === undefined ? undefined : JSON.stringify(body));
  const assertionFor = (uid: string, sent: DemoRequest, more: object = {}): Promise<string> => {
    const { method = 'GET', path, query = '' } = sent;
    const request = { method, path, query, body: textOf(sent) };
    const scopes = ['starter.notes', 'starter.crm'];
    return signer.sign(assertionClaims({ audience: AUDIENCE, uid: uid as Uid, scopes, request, ...more }));
  };
  const send = async (sent: DemoRequest, assertion: string, handler = first): Promise<DemoAnswer> => {
    const { method = 'GET', path, query = '' } = sent;
    const event = {
      rawPath: path,
      rawQueryString: query,
      headers: { authorization: `Bearer ${assertion}` },
      requestContext: { http: { method } },
      body: textOf(sent),
      isBase64Encoded: false,
    };
    const { statusCode = 0, body = '' } = await handler(event as unknown as HttpEvent, {} as Context);
    return { status: statusCode, body: JSON.parse(body) as Record<string, unknown> };
  };
  return {
    lines,
    time: signing.time,
    assertionFor,
    send,
    /** Another copy of the function. */
    instance,
    /** As the gateway asks on behalf of a user. */
    ask: async (uid: string, sent: DemoRequest) => send(sent, await assertionFor(uid, sent)),
  };
}
