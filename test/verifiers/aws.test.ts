import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { close } from '../../cli/dev/network.ts';
import { createAssertionSigner } from '../../shared/backend/assertion.ts';
import type { JsonObject } from '../../shared/core/json-object.ts';
import { assertionClaims, BACKEND, GATEWAY } from '../support/assertion.ts';
import { listenAnywhere } from '../support/listen.ts';
import { createSigningWorld, DAY, FOREVER } from '../support/signing.ts';
import { keysOf } from './keys.ts';
import { AT, CURRENT, REQUEST, signed } from './vector.ts';

describe('the Lambda authorizer', () => {
  type Handler = (event: object) => Promise<unknown>;
  const gateway = { down: false, issuer: '' };
  let server: Server;
  beforeAll(async () => {
    const keys = JSON.stringify({ keys: [CURRENT.jwk] });
    server = createServer((_request, response) =>
      response.writeHead(gateway.down ? 503 : 200).end(gateway.down ? '' : keys),
    );
    gateway.issuer = `http://127.0.0.1:${await listenAnywhere(server)}`;
  });
  afterAll(() => close(server));

  /** A new copy of the function, which reads its environment when it starts. */
  async function start(): Promise<Handler> {
    Object.assign(process.env, { GATEHOUSE_URL: gateway.issuer, GATEHOUSE_AUDIENCE: BACKEND });
    const file = `../../verifiers/node/lambda-authorizer.mjs?copy=${Math.random()}`;
    return ((await import(file)) as { readonly handler: Handler }).handler;
  }

  /** What API Gateway hands it: no body (payload format 2.0). */
  async function event(): Promise<JsonObject> {
    const signer = createAssertionSigner({ keys: keysOf(CURRENT), clock: Date.now, issuer: gateway.issuer });
    return {
      headers: { authorization: `Bearer ${await signer.sign(assertionClaims({ request: REQUEST }))}` },
      rawPath: REQUEST.path,
      rawQueryString: REQUEST.query,
      requestContext: { http: { method: REQUEST.method } },
    };
  }

  test('lets a request pass once, and says whose it is and which body it must have', async () => {
    const handler = await start();
    const one = await event();
    const bodyHash = createHash('sha256').update(String(REQUEST.body)).digest('base64url');
    const context = {
      sub: 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF',
      tool: 'crmGetSalesSummary',
      scope: 'crm.read crm.reports',
      bodyHash,
    };
    expect([await handler(one), await handler(one)]).toEqual([
      { isAuthorized: true, context },
      { isAuthorized: false },
    ]);
  });

  test.each([
    ['another path', { rawPath: '/v1/other' }],
    ['another query', { rawQueryString: '' }],
    ['another method', { requestContext: { http: { method: 'PUT' } } }],
    ['no header', { headers: {} }],
    ['another scheme', { headers: { authorization: 'Basic YTpi' } }],
  ])('refuses %s', async (_name, changed) => {
    const handler = await start();
    expect(await handler({ ...(await event()), ...changed })).toEqual({ isAuthorized: false });
  });

  test('fails without keys: nobody was refused', async () => {
    gateway.down = true;
    const handler = await start();
    const answer = handler(await event());
    await expect(answer).rejects.toMatchObject({ code: 'keys_unavailable', status: 503 });
    gateway.down = false;
  });
});

/**
 * What the built-in JWT checks of AWS look at, by their documentation (November 2026). They are not run here: these are
 * their rules, applied to an assertion.
 */
interface BuiltIn {
  readonly algorithms: RegExp;
  readonly mostKeys: number;
  readonly claims: (claims: JsonObject, now: number) => Readonly<Record<string, boolean>>;
}

const inTime = ({ exp, iat }: JsonObject, now: number) => Number(exp) > now && Number(iat) <= now;

const BUILT_IN: ReadonlyArray<readonly [string, BuiltIn]> = [
  [
    'the JWT authorizer of an HTTP API',
    {
      algorithms: /^RS(256|384|512)$/,
      mostKeys: FOREVER,
      claims: (claims, now) => ({
        iss: claims['iss'] === GATEWAY,
        aud: claims['aud'] === BACKEND,
        time: inTime(claims, now),
        scope: String(claims['scope']).split(' ').includes('crm.read'),
      }),
    },
  ],
  [
    'the JWT verification of an Application Load Balancer',
    {
      algorithms: /^RS256$/,
      mostKeys: 10,
      claims: (claims, now) => ({
        iss: claims['iss'] === GATEWAY,
        aud: typeof claims['aud'] === 'string',
        time: inTime(claims, now),
        scope: /^\S+( \S+){0,9}$/.test(String(claims['scope'])),
      }),
    },
  ],
];

describe.each(BUILT_IN)('%s', (_name, { algorithms, mostKeys, claims }) => {
  test('would find every claim as it wants it, and refuses the algorithm', async () => {
    const [head = '', payload = ''] = (await signed()).split('.');
    const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as JsonObject;
    const { alg, kid } = decode(head);
    expect({ ...claims(decode(payload), AT), kid: typeof kid, algorithm: algorithms.test(String(alg)) }).toEqual({
      iss: true,
      aud: true,
      time: true,
      scope: true,
      kid: 'string',
      algorithm: false,
    });
  });

  test('would be content with the number of keys', async () => {
    const world = createSigningWorld();
    let most = 0;
    for (let day = 0; day < 100; day++) {
      world.time.now += DAY;
      await world.signer().current(FOREVER);
      most = Math.max(most, (await world.published()).length);
    }
    expect([most, most <= mostKeys]).toEqual([2, true]);
  });
});
