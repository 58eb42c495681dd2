import { afterEach, describe, expect, test } from '@jest/globals';
import { codeGrant, createTestRelay, refreshGrant, signInAt, type TestRelay, takeLeaks } from '../../support/relay.ts';
import { CLIENT_SECRET_ARN, KEYS_ARN } from '../../support/secrets.ts';

afterEach(() => expect(takeLeaks()).toEqual([]));

const MINUTES = 60_000;
const kidOf = (sealed: unknown) => String(sealed).split('.')[1];

async function withTokens(relay: TestRelay = createTestRelay()) {
  const { code, pkce } = await signInAt(relay);
  const { json } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
  return { relay, token: json['refresh_token'] };
}

const refresh = (relay: TestRelay, token: unknown) => relay.post('/oauth/token', refreshGrant(token));

describe('rotation of the keys', () => {
  test('two versions are live: what the one before sealed still opens, and what comes out is under the new one', async () => {
    const { relay, token } = await withTokens();
    relay.secrets.rotate(KEYS_ARN, 'b2'.repeat(32));
    relay.time.now += 6 * MINUTES;
    const { status, json } = await refresh(relay, token);
    expect([status, kidOf(json['refresh_token']) === kidOf(token)]).toEqual([200, false]);
  });

  test('the third is gone: what it sealed is invalid_grant', async () => {
    const { relay, token } = await withTokens();
    relay.secrets.rotate(KEYS_ARN, 'b2'.repeat(32));
    relay.secrets.rotate(KEYS_ARN, 'c3'.repeat(32));
    relay.time.now += 6 * MINUTES;
    const { status, json } = await refresh(relay, token);
    expect([status, json['error']]).toEqual([400, 'invalid_grant']);
  });

  test('an instance that meets a key it has not read yet reads it', async () => {
    const { relay } = await withTokens();
    const newer = relay.restart();
    relay.time.now += 20_000;
    relay.secrets.rotate(KEYS_ARN, 'b2'.repeat(32));
    const { token } = await withTokens(newer);
    expect((await refresh(relay, token)).status).toBe(200);
  });

  test('a provider that rotates no refresh tokens: the client keeps its own, and after our rotation gets a new seal', async () => {
    const { relay, token } = await withTokens();
    relay.upstream.extra = { refresh_token: undefined };
    const same = await refresh(relay, token);
    relay.secrets.rotate(KEYS_ARN, 'b2'.repeat(32));
    relay.time.now += 6 * MINUTES;
    const renewed = (await refresh(relay, token)).json['refresh_token'];
    relay.secrets.rotate(KEYS_ARN, 'c3'.repeat(32));
    relay.time.now += 6 * MINUTES;
    expect({
      same: same.json['refresh_token'] === token,
      renewed: kidOf(renewed) === kidOf(token),
      later: [(await refresh(relay, renewed)).status, (await refresh(relay, token)).status],
    }).toEqual({ same: true, renewed: false, later: [200, 400] });
  });
});

describe('the secrets cannot be read', () => {
  test('from the start: no sign-in, said so to person and client', async () => {
    const relay = createTestRelay();
    relay.secrets.fail();
    const page = await relay.get('/oauth/callback', { state: `v1.00000000.${'A'.repeat(60)}`, code: 'c' });
    const token = await refresh(relay, `v1.00000000.${'A'.repeat(60)}`);
    expect({ page: [page.status, page.headers['content-type']], token: [token.status, token.json['error']] }).toEqual({
      page: [503, 'text/html; charset=utf-8'],
      token: [503, 'temporarily_unavailable'],
    });
    expect(relay.lines.find(({ event }) => event === 'secret.failed')).toMatchObject({
      level: 'warn',
      dependency: 'secrets',
      secret: 'relay-keys',
      cause: 'Error',
    });
  });

  test('later: what was read serves for an hour, and an unknown key id proves nothing meanwhile', async () => {
    const { relay, token } = await withTokens();
    relay.secrets.fail();
    relay.time.now += 30 * MINUTES;
    const meanwhile = await refresh(relay, token);
    const unknown = await refresh(relay, String(token).replace(/^v1\.[0-9a-f]{8}/, 'v1.00000000'));
    relay.time.now += 31 * MINUTES;
    const late = await refresh(relay, token);
    relay.secrets.recover();
    relay.time.now += 5_000;
    const after = await refresh(relay, token);
    expect([meanwhile, unknown, late, after].map(({ status }) => status)).toEqual([200, 503, 503, 200]);
  });

  test('an outage costs a reading in five seconds, and not one a request', async () => {
    const relay = createTestRelay();
    relay.secrets.fail();
    for (let at = 0; at < 20; at++) await refresh(relay, `v1.00000000.${'A'.repeat(60)}`);
    expect(relay.secrets.reads.get(KEYS_ARN)).toBe(2);
  });
});

describe('the client secret at the provider changes', () => {
  const onlyKnows = (relay: TestRelay, secret: string) => {
    const { postForm } = relay.upstream;
    relay.upstream.answer = async (call) => {
      const pair = Buffer.from(String(call.options.authorization).replace('Basic ', ''), 'base64').toString();
      if (!pair.endsWith(`:${secret}`)) return { status: 401, json: { error: 'invalid_client' } };
      relay.upstream.answer = undefined;
      const answer = await postForm(call.url, call.form, call.options);
      onlyKnows(relay, secret);
      return answer;
    };
  };

  test('without a deploy: the first request that is refused reads the new one', async () => {
    const { relay, token } = await withTokens();
    relay.time.now += 1 * MINUTES;
    relay.secrets.rotate(CLIENT_SECRET_ARN, 'upstream-client-secret-2');
    onlyKnows(relay, 'upstream-client-secret-2');
    expect((await refresh(relay, token)).status).toBe(200);
  });

  test('and nobody told us: the client keeps its grant, and a person must look', async () => {
    const { relay, token } = await withTokens();
    relay.time.now += 1 * MINUTES;
    onlyKnows(relay, 'a secret that is not in ours');
    const { status, json } = await refresh(relay, token);
    const line = relay.lines.find(({ event }) => event === 'upstream.failed');
    expect({ status, error: json['error'], line }).toMatchObject({
      status: 503,
      error: 'temporarily_unavailable',
      line: { level: 'warn', dependency: 'upstream', reason: 'upstream_refused_us', alarm: true },
    });
  });
});

test.each([
  ['client_secret_basic', { authorization: 'Basic Z2F0ZWhvdXNlJTNBMTpzJTNBZWNyZXQlMkYrMQ==' }, {}],
  ['client_secret_post', {}, { client_id: 'gatehouse:1', client_secret: 's:ecret/ 1' }],
] as const)('credentials go as %s', async (clientAuth, header, fields) => {
  const relay = createTestRelay({ relay: { clientAuth, clientId: 'gatehouse:1' } });
  relay.secrets.rotate(CLIENT_SECRET_ARN, 's:ecret/ 1');
  await withTokens(relay);
  const { options, form } = relay.upstream.calls[0] ?? { options: {}, form: {} };
  const { client_id, client_secret } = form as Record<string, string>;
  expect({ authorization: (options as { authorization?: string }).authorization, client_id, client_secret }).toEqual({
    authorization: undefined,
    client_id: undefined,
    client_secret: undefined,
    ...header,
    ...fields,
  });
});
