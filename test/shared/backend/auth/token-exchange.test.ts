import { afterEach, describe, expect, test } from '@jest/globals';
import type { AuthPorts } from '../../../../shared/backend/auth/create-auth.ts';
import { EXCHANGE_PRESETS, type ExchangePresetName } from '../../../../shared/backend/auth/exchange-presets.ts';
import { hideToken } from '../../../../shared/backend/auth/subject-token.ts';
import type { TokenExchangeAuth } from '../../../../shared/backend/auth/token-exchange.ts';
import type { RawToken } from '../../../../shared/core/principal.ts';
import { NetError } from '../../../../shared/net/net-error.ts';
import { answerJson, createBackendWorld, type RunningBackend, startBackend } from '../../../support/backend.ts';
import { NOW } from '../../../support/config.ts';
import { createRotatingSecret } from '../../../support/rotating-secret.ts';
import { startTokenEndpoint, type TestTokenEndpoint } from '../../../support/token-endpoint.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm-client-a1b2c3';
const MINUTE = 60_000;
const ALICE = 'alice.token.signature';

let backend: RunningBackend;
let endpoint: TestTokenEndpoint;
afterEach(async () => {
  await backend.stop();
  await endpoint.stop();
});

async function world(auth: Partial<TokenExchangeAuth> = {}, ports: Partial<AuthPorts> = {}) {
  const state = { now: NOW, refused: new Set<string>() };
  backend = await startBackend(({ headers }, response) =>
    answerJson(response, state.refused.has(headers.authorization ?? '') ? 401 : 200, {}),
  );
  endpoint = await startTokenEndpoint();
  const { readSecret } = createRotatingSecret(JSON.stringify({ clientId: 'gatehouse', clientSecret: 'shh' }));
  const { backends, caller, lines } = createBackendWorld({
    url: backend.url,
    backend: { auth: { mode: 'token-exchange', preset: 'rfc8693', ...auth } },
    settings: { secretArn: ARN, tokenUrl: endpoint.url, audience: 'https://crm.acme.com' },
    auth: { readSecret, ...ports },
    clock: () => state.now,
  });
  /** `lifeMs`: of the user's own token from the beginning of the test. */
  const call = (token: string | null = ALICE, lifeMs = 120 * MINUTE, leftMs = 24_000) =>
    backends
      .call(
        'crm',
        { method: 'POST', path: '/deals', body: {} },
        {
          ...caller,
          deadline: state.now + leftMs,
          bearer: token === null ? undefined : hideToken(token as RawToken),
          principal: { ...caller.principal, expiresAt: (NOW + lifeMs) / 1000 },
        },
      )
      .then(
        ({ status }) => status,
        ({ code, reason, message, hadNoEffect }) => ({ code, reason, message, hadNoEffect }),
      );
  return { state, call, lines, sent: () => backend.received.map(({ headers }) => headers.authorization) };
}

const BASIC = `Basic ${Buffer.from('gatehouse:shh').toString('base64')}`;
const TYPE = 'urn:ietf:params:oauth:token-type:access_token';
const exchanged = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: ALICE,
  subject_token_type: TYPE,
  requested_token_type: TYPE,
};
const inBody = { client_id: 'gatehouse', client_secret: 'shh' };
const audience = 'https://crm.acme.com';

describe('what the identity provider is asked, parameter by parameter', () => {
  const rows: Readonly<Record<ExchangePresetName, readonly [string | undefined, object]>> = {
    auth0: [undefined, { ...exchanged, audience, scope: 'a b', ...inBody }],
    okta: [BASIC, { ...exchanged, audience, scope: 'a b' }],
    keycloak: [BASIC, { ...exchanged, audience, scope: 'a b' }],
    entra: [
      undefined,
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        requested_token_use: 'on_behalf_of',
        assertion: ALICE,
        scope: 'a b',
        ...inBody,
      },
    ],
    pingone: [BASIC, { ...exchanged, scope: 'a b' }],
    rfc8693: [BASIC, { ...exchanged, audience, scope: 'a b' }],
  };

  test.each(EXCHANGE_PRESETS)('%s', async (preset) => {
    const { call, sent } = await world({ preset, scope: 'a b' });
    const [authorization, form] = rows[preset];
    expect([await call(), endpoint.asked, sent()]).toEqual([
      200,
      [{ target: '/v1/oauth/token', authorization, contentType: 'application/x-www-form-urlencoded', form }],
      ['Bearer token-1'],
    ]);
  });

  test('the way in which the client proves itself can be another one', async () => {
    const { call } = await world({ preset: 'keycloak', clientAuth: 'post' });
    await call();
    expect(endpoint.asked[0]).toMatchObject({ authorization: undefined, form: { ...exchanged, audience, ...inBody } });
  });
});

describe('a token that was exchanged', () => {
  test('serves the calls of its user, and of nobody else', async () => {
    const { call, sent } = await world();
    await call();
    await call();
    await call('bob.token.signature');
    await call();
    expect([endpoint.asked.map(({ form }) => form['subject_token']), sent()]).toEqual([
      [ALICE, 'bob.token.signature'],
      ['Bearer token-1', 'Bearer token-1', 'Bearer token-2', 'Bearer token-1'],
    ]);
  });

  test('is kept until a minute before its own end', async () => {
    const { call, state } = await world();
    endpoint.expiresIn = 600;
    await call();
    state.now += 9 * MINUTE - 1;
    await call();
    const before = endpoint.asked.length;
    state.now += 1;
    await call();
    expect([before, endpoint.asked.length]).toEqual([1, 2]);
  });

  test('and never longer than until a minute before the end of the sign-in', async () => {
    const { call, state } = await world();
    await call(ALICE, 5 * MINUTE);
    state.now += 4 * MINUTE - 1;
    await call(ALICE, 5 * MINUTE);
    const before = endpoint.asked.length;
    state.now += 1;
    await call(ALICE, 5 * MINUTE);
    expect([before, endpoint.asked.length]).toEqual([1, 2]);
  });

  test('is asked for once more when the backend refuses it', async () => {
    const { call, state, sent } = await world();
    await call();
    state.refused.add('Bearer token-1');
    expect([await call(), sent()]).toEqual([200, ['Bearer token-1', 'Bearer token-1', 'Bearer token-2']]);
  });

  test('is one of at most 500 that an instance keeps', async () => {
    const { call } = await world();
    for (let user = 0; user <= 500; user++) await call(`user-${user}`);
    await call('user-500');
    const before = endpoint.asked.length;
    await call('user-0');
    expect([before, endpoint.asked.length]).toEqual([501, 502]);
  }, 30_000);
});

describe('a failure is an error of the tool that says why, and nothing is sent', () => {
  const refusals: ReadonlyArray<readonly [string, string, string, string]> = [
    [
      'interaction_required',
      'BACKEND_REFUSED',
      'interaction_required',
      'The identity provider wants the user to sign in or to consent before the CRM can be used on their behalf. Nothing was done.',
    ],
    [
      'consent_required',
      'BACKEND_REFUSED',
      'interaction_required',
      'The identity provider wants the user to sign in or to consent before the CRM can be used on their behalf. Nothing was done.',
    ],
    [
      'invalid_grant',
      'BACKEND_REFUSED',
      'token_endpoint_refused',
      'The identity provider gives no token for the CRM on behalf of this user. Nothing was done. Tell your administrator.',
    ],
  ];

  test.each(refusals)('%s', async (error, code, reason, message) => {
    const { call, lines } = await world();
    endpoint.answer = (_request, response) => answerJson(response, 400, { error, error_description: `about ${ALICE}` });
    expect([await call(), backend.received]).toEqual([{ code, reason, message, hadNoEffect: true }, []]);
    expect(JSON.stringify(lines)).not.toMatch(/alice|shh/);
  });

  test('an endpoint that hangs, after two seconds or at the deadline', async () => {
    const limits: number[] = [];
    const hangs: AuthPorts['connect'] =
      () =>
      async (_request, { timeoutMs }) => {
        limits.push(timeoutMs);
        throw new NetError('timed_out', true);
      };
    const { call } = await world({}, { connect: hangs });
    const outcomes = [await call(), await call(ALICE, 120 * MINUTE, 500)];
    const late = {
      code: 'BACKEND_UNAVAILABLE',
      reason: 'token_endpoint_timed_out',
      message: 'The gateway cannot prove to the CRM now who is calling, so nothing was done. Try again later.',
      hadNoEffect: true,
    };
    expect([outcomes, limits, backend.received]).toEqual([[late, late], [2000, 500], []]);
  });

  test('a call whose token was not kept', async () => {
    const { call } = await world();
    expect([await call(null), endpoint.asked]).toMatchObject([{ reason: 'token_not_for_backend' }, []]);
  });
});
