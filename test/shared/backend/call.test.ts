import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { BackendRequest } from '../../../shared/backend/request.ts';
import {
  answerJson,
  type BackendWorld,
  type BackendWorldOptions,
  createBackendWorld,
  type ReceivedRequest,
  type RunningBackend,
  startBackend,
} from '../../support/backend.ts';

let backend: RunningBackend | undefined;
afterEach(async () => {
  await backend?.stop();
  backend = undefined;
});

type Answer = (request: ReceivedRequest, response: ServerResponse) => void;

async function worldOver(answer: Answer, options: Partial<BackendWorldOptions> = {}): Promise<BackendWorld> {
  backend = await startBackend(answer);
  return createBackendWorld({ url: backend.url, ...options });
}

const READ: BackendRequest = { method: 'GET', path: '/deals/{id}', params: { id: 7 } };
const WRITE: BackendRequest = { method: 'POST', path: '/deals', body: { account: 'Oats' } };

/** What became of a call, and what the log says of it. */
async function ending({ backends, caller, lines }: BackendWorld, request: BackendRequest): Promise<object> {
  return backends.call('crm', request, caller).then(
    (answer) => answer,
    ({ name, code, reason, hadNoEffect, message }) => ({
      name,
      code,
      reason,
      hadNoEffect,
      message,
      logged: lines.map(({ level, event }) => `${level} ${event}`),
    }),
  );
}

describe('what is sent', () => {
  test('stays below the base path, with the arguments in their places and no header but ours', async () => {
    const world = await worldOver((_request, response) => answerJson(response, 200, { ok: true }));
    const request: BackendRequest = {
      method: 'POST',
      path: '/accounts/{name}/deals',
      params: { name: 'Oats & Co' },
      query: { year: 2025, tag: ['a=b', 'c&d'], none: undefined },
      body: { amount: 1 },
      idempotencyKey: 'key-1',
    };
    const answer = await world.backends.call('crm', request, world.caller);
    const { host, ...headers } = backend!.received[0]!.headers;
    expect([answer, { ...backend!.received[0], headers }, host]).toEqual([
      { status: 200, body: { ok: true } },
      {
        method: 'POST',
        target: '/v1/accounts/Oats%20%26%20Co/deals?year=2025&tag=a%3Db&tag=c%26d',
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          connection: 'keep-alive',
          'content-length': '12',
          'content-type': 'application/json',
          'idempotency-key': 'key-1',
          'x-request-id': 'request-1',
        },
        body: '{"amount":1}',
      },
      new URL(backend!.url).host,
    ]);
  });

  test.each(['..', 'a/b', '%2e%2e', '..;x', 'a\\b', ''])('does not leave with %j in a segment', async (id) => {
    const world = await worldOver((_request, response) => answerJson(response, 200, {}));
    const sent = world.backends.call('crm', { ...READ, params: { id } }, world.caller);
    await expect(sent).rejects.toMatchObject({ name: 'PathValueRefused', parameter: 'id' });
    expect(backend!.received).toEqual([]);
  });

  test('tells who is calling in headers of its own when the backend wants that, whatever is in the names', async () => {
    const world = await worldOver((_request, response) => answerJson(response, 200, {}), {
      backend: { identityHeaders: true },
      caller: {
        principal: {
          issuer: 'https://a.example/',
          subject: 'ä\r\nx-admin: 1',
          clientId: undefined,
          audience: [],
          expiresAt: 0,
        },
      },
    });
    await world.backends.call('crm', READ, world.caller);
    const { headers } = backend!.received[0]!;
    expect(Object.entries(headers).filter(([name]) => /user|client|tool|admin/.test(name))).toEqual([
      ['x-user-id', 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF'],
      ['x-user-issuer', 'https://a.example/'],
      ['x-user-subject', '%C3%A4%0D%0Ax-admin:%201'],
      ['x-gateway-tool', 'getDeal'],
    ]);
  });
});

describe('a backend that says no', () => {
  test.each([
    [400, 'The CRM did not accept the arguments. Change them before you call again.'],
    [403, 'The CRM does not allow this for the signed-in user.'],
    [404, 'The CRM has nothing that the arguments name. Check names and ids.'],
    [409, 'The CRM is in a state that does not allow this. Read it anew before you call again.'],
    [418, 'The CRM refused the call (HTTP 418).'],
    [429, 'The CRM takes no more requests now. Wait before you call again. It asks for a pause of 30 seconds.'],
  ])('with %i had no effect, and the model reads our words, not its', async (status, message) => {
    const world = await worldOver((_request, response) =>
      answerJson(
        response,
        status,
        { secret: 'stack trace of crm-db-1' },
        { 'retry-after': status === 429 ? '30' : 'x' },
      ),
    );
    expect([await ending(world, WRITE), backend!.received.length]).toEqual([
      {
        name: 'BackendFailure',
        code: 'BACKEND_REFUSED',
        reason: `http_${status}`,
        hadNoEffect: true,
        message,
        logged: ['info backend.refused'],
      },
      1,
    ]);
  });

  test('to the gateway itself is for the administrator', async () => {
    const world = await worldOver((_request, response) => answerJson(response, 401, {}));
    expect(await ending(world, READ)).toEqual({
      name: 'BackendFailure',
      code: 'BACKEND_ERROR',
      reason: 'http_401',
      hadNoEffect: true,
      message: 'The CRM does not accept the credentials of the gateway, so nothing was done. Tell your administrator.',
      logged: ['warn backend.failed'],
    });
  });

  test('is heard by the author of the tool, who may pick something from the body', async () => {
    const world = await worldOver((_request, response) => answerJson(response, 403, { error: 'not_yours' }));
    const failure = await world.backends.call('crm', READ, world.caller).catch((error) => error);
    expect(failure.refusal).toEqual({ status: 403, body: { error: 'not_yours' } });
  });
});

describe('a backend that fails', () => {
  const reset: Answer = (_request, response) => response.destroy();
  const half: Answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"half":', () => response.destroy());
  };
  const status =
    (code: number): Answer =>
    (_request, response) =>
      void response.writeHead(code, { location: '/elsewhere' }).end('secret');
  const faults: ReadonlyArray<readonly [string, Answer, string]> = [
    ['resets the connection', reset, 'reset'],
    ['stops in the middle', half, 'reset'],
    ['answers 500', status(500), 'http_500'],
    ['answers 503', status(503), 'http_503'],
    ['redirects', status(307), 'http_307'],
    ['answers what is no JSON', (_request, response) => void response.writeHead(200).end('<p>secret</p>'), 'not_json'],
    ['answers too much', (_request, response) => answerJson(response, 200, 'x'.repeat(2000)), 'too_large'],
  ];

  test.each(faults)(
    'and %s after a side effect leaves the outcome unknown, and is not asked again',
    async (_name, answer, reason) => {
      const world = await worldOver(answer, { backend: { limits: { maxBytes: 1000 } } });
      const end = await ending(world, WRITE);
      expect([end, backend!.received.length]).toEqual([
        {
          name: 'BackendFailure',
          code: 'OUTCOME_UNKNOWN',
          reason,
          hadNoEffect: false,
          message: expect.stringMatching(
            /It is not known whether the call had its effect\. Check before you call again\.$/,
          ),
          logged: ['warn backend.failed'],
        },
        1,
      ]);
      expect(JSON.stringify([end, world.lines])).not.toMatch(/secret|elsewhere|localhost/);
    },
  );

  test.each(faults)('and %s when it was only read is an error that changed nothing', async (_name, answer, reason) => {
    const world = await worldOver(answer, { backend: { limits: { maxBytes: 1000 } } });
    expect(await ending(world, READ)).toMatchObject({ code: 'BACKEND_ERROR', reason, hadNoEffect: true });
  });

  test('is asked once more for what may be repeated', async () => {
    let count = 0;
    const world = await worldOver((_request, response) =>
      ++count === 1 ? response.destroy() : answerJson(response, 200, { count }),
    );
    const put: BackendRequest = { method: 'PUT', path: '/deals/7', body: {} };
    const ends = [await ending(world, READ), await ending(world, put)];
    expect([ends, backend!.received.map(({ method }) => method)]).toEqual([
      [
        { status: 200, body: { count: 2 } },
        { status: 200, body: { count: 3 } },
      ],
      ['GET', 'GET', 'PUT'],
    ]);
  });

  test('and hangs is given up at the limit, or at the deadline of the call when that is sooner', async () => {
    const world = await worldOver(() => undefined, { backend: { limits: { timeoutMs: 60 } } });
    const bounded = await ending(world, READ);
    const late = { ...world, caller: { ...world.caller, deadline: world.caller.deadline - 23_950 } };
    expect([bounded, await ending(late, WRITE)]).toMatchObject([
      { code: 'BACKEND_ERROR', reason: 'timed_out' },
      { code: 'OUTCOME_UNKNOWN', reason: 'timed_out' },
    ]);
  });

  test('and the caller gives up ends with the caller', async () => {
    const abort = new AbortController();
    const world = await worldOver(() => abort.abort(), { caller: { signal: abort.signal } });
    expect(await ending(world, WRITE)).toMatchObject({ code: 'OUTCOME_UNKNOWN', reason: 'aborted' });
  });

  test('and is not there is unavailable, and after enough of that it is left alone for a while', async () => {
    let now = 1_795_507_200_000;
    const world = await worldOver(reset, { clock: () => now, backend: { limits: { failures: 3, restMs: 5000 } } });
    await backend!.stop();
    const reasons: unknown[] = [];
    for (let call = 0; call < 5; call++) reasons.push(await ending(world, WRITE));
    now += 5001;
    reasons.push(await ending(world, WRITE));
    expect(reasons).toMatchObject([
      ...Array.from({ length: 3 }, () => ({
        code: 'BACKEND_UNAVAILABLE',
        reason: 'connect_failed',
        hadNoEffect: true,
      })),
      ...Array.from({ length: 2 }, () => ({ code: 'BACKEND_UNAVAILABLE', reason: 'circuit_open', hadNoEffect: true })),
      { code: 'BACKEND_UNAVAILABLE', reason: 'connect_failed' },
    ]);
  });
});

test('an answer without a body is one, and an unknown backend is a mistake of ours', async () => {
  const world = await worldOver((_request, response) => void response.writeHead(204).end());
  const empty = await world.backends.call('crm', { method: 'DELETE', path: '/deals/7' }, world.caller);
  expect(empty).toEqual({ status: 204, body: undefined });
  await expect(world.backends.call('__proto__', READ, world.caller)).rejects.toThrow('there is no backend __proto__');
});
