import { afterEach, expect, test } from '@jest/globals';
import type { ClientCredentialsAuth } from '../../../../shared/backend/auth/client-credentials.ts';
import { answerJson, createBackendWorld, type RunningBackend, startBackend } from '../../../support/backend.ts';
import { NOW } from '../../../support/config.ts';
import { createRotatingSecret } from '../../../support/rotating-secret.ts';
import { startTokenEndpoint, type TestTokenEndpoint } from '../../../support/token-endpoint.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm-client-a1b2c3';
const SECRET = JSON.stringify({ clientId: 'gate:house', clientSecret: 's e+c/ret' });
const MINUTE = 60_000;

let backend: RunningBackend;
let endpoint: TestTokenEndpoint;
afterEach(async () => {
  await backend.stop();
  await endpoint.stop();
});

async function world(auth: Partial<ClientCredentialsAuth> = {}, text = SECRET) {
  const state = { now: NOW, refused: new Set<string>() };
  backend = await startBackend(({ headers }, response) =>
    answerJson(response, state.refused.has(headers.authorization ?? '') ? 401 : 200, {}),
  );
  endpoint = await startTokenEndpoint();
  const secret = createRotatingSecret(text);
  const { backends, caller, lines } = createBackendWorld({
    url: backend.url,
    backend: { auth: { mode: 'client-credentials', ...auth } },
    settings: { secretArn: ARN, tokenUrl: endpoint.url, audience: 'https://crm.acme.com' },
    auth: { readSecret: secret.readSecret },
    clock: () => state.now,
  });
  const call = () =>
    backends
      .call('crm', { method: 'POST', path: '/deals', body: {} }, { ...caller, deadline: state.now + 24_000 })
      .then(
        ({ status }) => status,
        ({ code, reason, hadNoEffect }) => `${code} ${reason} ${hadNoEffect}`,
      );
  return { state, secret, call, lines, sent: () => backend.received.map(({ headers }) => headers.authorization) };
}

test('the token is asked for by HTTP Basic, each part encoded, and with nothing but what is declared', async () => {
  const { call, sent } = await world({ scope: 'crm.read crm.write' });
  const pair = 'gate%3Ahouse:s+e%2Bc%2Fret';
  expect([await call(), endpoint.asked, sent()]).toEqual([
    200,
    [
      {
        target: '/v1/oauth/token',
        authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
        contentType: 'application/x-www-form-urlencoded',
        form: { grant_type: 'client_credentials', scope: 'crm.read crm.write' },
      },
    ],
    ['Bearer token-1'],
  ]);
});

test('or in the body, with the parameter that names the backend', async () => {
  const { call } = await world({ clientAuth: 'post', target: 'audience' });
  await call();
  expect(endpoint.asked).toEqual([
    {
      target: '/v1/oauth/token',
      authorization: undefined,
      contentType: 'application/x-www-form-urlencoded',
      form: {
        grant_type: 'client_credentials',
        audience: 'https://crm.acme.com',
        client_id: 'gate:house',
        client_secret: 's e+c/ret',
      },
    },
  ]);
});

test('one token serves many calls, until a minute before its end', async () => {
  const { call, state, sent } = await world();
  await Promise.all([call(), call(), call()]);
  state.now += 59 * MINUTE - 1;
  await call();
  state.now += 1;
  await call();
  expect([endpoint.asked.length, new Set(sent().slice(0, 4)), sent()[4]]).toEqual([
    2,
    new Set(['Bearer token-1']),
    'Bearer token-2',
  ]);
});

test('a token that is refused is thrown away and asked for once more', async () => {
  const { call, state, sent } = await world();
  await call();
  state.refused.add('Bearer token-1');
  expect([await call(), await call(), sent()]).toEqual([
    200,
    200,
    ['Bearer token-1', 'Bearer token-1', 'Bearer token-2', 'Bearer token-2'],
  ]);
});

test('a backend that refuses every token costs one more of them in ten seconds, not one a call', async () => {
  const { call, state } = await world();
  state.refused = new Set(Array.from({ length: 9 }, (_, at) => `Bearer token-${at + 1}`));
  for (let round = 0; round < 3; round++) await call();
  const soon = endpoint.asked.length;
  state.now += 10_000;
  await call();
  expect([soon, endpoint.asked.length]).toEqual([2, 3]);
});

test('a rotated client secret is found when the endpoint refuses the old one', async () => {
  const { call, secret, state } = await world({ clientAuth: 'post' });
  endpoint.expiresIn = 30;
  await call();
  state.now += MINUTE;
  secret.value = JSON.stringify({ clientId: 'gate:house', clientSecret: 'new' });
  endpoint.answer = ({ body }, response) =>
    body.includes('client_secret=new')
      ? answerJson(response, 200, { access_token: 'fresh', token_type: 'bearer' })
      : answerJson(response, 401, { error: 'invalid_client' });
  expect([await call(), endpoint.asked.map(({ form }) => form['client_secret'])]).toEqual([
    200,
    ['s e+c/ret', 's e+c/ret', 'new'],
  ]);
});

const json = (status: number, body: unknown) => (_request: unknown, response: Parameters<typeof answerJson>[0]) =>
  answerJson(response, status, body);

test.each<[string, NonNullable<TestTokenEndpoint['answer']>, string]>([
  [
    'says no',
    json(400, { error: 'invalid_scope', error_description: 'secret of the provider' }),
    'BACKEND_REFUSED token_endpoint_refused true',
  ],
  ['is broken', json(500, {}), 'BACKEND_UNAVAILABLE token_endpoint_unavailable true'],
  ['is busy', json(429, {}), 'BACKEND_UNAVAILABLE token_endpoint_unavailable true'],
  [
    'redirects',
    (_request, response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
    'BACKEND_UNAVAILABLE token_endpoint_unavailable true',
  ],
  ['resets', (_request, response) => void response.destroy(), 'BACKEND_UNAVAILABLE token_endpoint_unavailable true'],
  [
    'answers without a token',
    json(200, { token_type: 'Bearer' }),
    'BACKEND_UNAVAILABLE token_endpoint_unavailable true',
  ],
  [
    'answers with two headers',
    json(200, { access_token: 'a\r\nx-admin: 1', token_type: 'Bearer' }),
    'BACKEND_UNAVAILABLE token_endpoint_unavailable true',
  ],
  [
    'answers with another kind of token',
    json(200, { access_token: 'a', token_type: 'DPoP' }),
    'BACKEND_UNAVAILABLE token_endpoint_unavailable true',
  ],
  [
    'answers no JSON',
    (_request, response) => void response.end('<p>'),
    'BACKEND_UNAVAILABLE token_endpoint_unavailable true',
  ],
])('when the endpoint %s, nothing is sent to the backend', async (_name, answer, outcome) => {
  const { call, lines } = await world();
  endpoint.answer = answer;
  expect([await call(), backend.received]).toEqual([outcome, []]);
  expect(JSON.stringify(lines)).not.toMatch(/secret of|elsewhere|token-|gate/);
});

test.each(['no JSON', '{}', '{"clientId":"a"}', '[]'])('a secret of %j is no client', async (text) => {
  const { call } = await world({}, text);
  expect([await call(), endpoint.asked]).toEqual(['BACKEND_UNAVAILABLE secret_unavailable true', []]);
});
