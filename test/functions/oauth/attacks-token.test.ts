import { afterEach, describe, expect, test } from '@jest/globals';
import { FetchTimeout } from '../../../shared/net/answer.ts';
import type { PostedForm } from '../../../shared/net/post-form.ts';
import { UPSTREAM_LIMITS } from '../../../shared/oauth/upstream-client.ts';
import { RESOURCE } from '../../support/config.ts';
import {
  CLAUDE_CODE,
  codeGrant,
  createTestRelay,
  type Fields,
  newPkce,
  ORIGIN,
  type RelayAnswer,
  refreshGrant,
  signInAt,
  type TestRelay,
  type TestRelayOptions,
  takeLeaks,
} from '../../support/relay.ts';

afterEach(() => expect(takeLeaks()).toEqual([]));

const LOOPBACK = 'http://127.0.0.1:5000/callback';

/** Status, error and why; and how often the provider was asked. */
const refusal = (relay: TestRelay, { status, json }: RelayAnswer) => ({
  status,
  error: json['error'],
  reason: relay.lines.at(-1)?.['reason'],
  upstream: relay.upstream.calls.length,
});

/** A client with its code, not yet exchanged. */
async function withCode(changes: Fields = {}, options: TestRelayOptions = {}) {
  const relay = createTestRelay(options);
  const { code, pkce, ...rest } = await signInAt(relay, changes);
  const redeem = (more: Fields = {}) => relay.post('/oauth/token', codeGrant(code, pkce.verifier, more));
  return { relay, code, pkce, redeem, ...rest };
}

/** A client with tokens. */
async function withTokens(changes: Fields = {}) {
  const { redeem, ...rest } = await withCode(changes);
  const { json } = await redeem();
  const token = String(json['refresh_token']);
  const refresh = (more: Fields = {}) => rest.relay.post('/oauth/token', refreshGrant(token, more));
  return { ...rest, token, json, refresh };
}

describe('attack 2: a code of a victim in the session of an attacker', () => {
  test('does not go with the attacker’s verifier', async () => {
    const { relay, redeem } = await withCode();
    const answer = await redeem({ code_verifier: newPkce().verifier });
    expect(refusal(relay, answer)).toEqual({
      status: 400,
      error: 'invalid_grant',
      reason: 'verifier_differs',
      upstream: 0,
    });
  });
});

describe('attack 3: a code of one client, redeemed by another', () => {
  test('is invalid_grant', async () => {
    const { relay, redeem } = await withCode();
    expect(refusal(relay, await redeem({ client_id: CLAUDE_CODE }))).toEqual({
      status: 400,
      error: 'invalid_grant',
      reason: 'code_of_another_client',
      upstream: 0,
    });
  });

  test.each(['https://claude.com/api/mcp/auth_callback', 'https://evil.example/'])(
    'is invalid_grant for another redirect URI: %s',
    async (redirect_uri) => {
      const { relay, redeem } = await withCode();
      expect(refusal(relay, await redeem({ redirect_uri }))).toEqual({
        status: 400,
        error: 'invalid_grant',
        reason: 'redirect_uri_differs',
        upstream: 0,
      });
    },
  );

  test('without a redirect URI it is good, as in OAuth 2.1', async () => {
    const { redeem } = await withCode();
    expect((await redeem({ redirect_uri: undefined })).status).toBe(200);
  });
});

describe('attack 5: no PKCE at the token endpoint', () => {
  test.each([
    ['none', undefined, 'no_code_verifier'],
    ['empty', '', 'no_code_verifier'],
    ['42 characters', 'a'.repeat(42), 'pkce'],
    ['129 characters', 'a'.repeat(129), 'pkce'],
    ['another alphabet', `${'a'.repeat(43)}=`, 'pkce'],
  ])('%s is invalid_request before anybody is asked', async (_name, code_verifier, reason) => {
    const { relay, redeem } = await withCode();
    const expected = { status: 400, error: 'invalid_request', reason, upstream: 0 };
    expect(refusal(relay, await redeem({ code_verifier }))).toEqual(expected);
  });

  test('the challenge in its place is wrong', async () => {
    const { relay, redeem, pkce } = await withCode();
    const answer = await redeem({ code_verifier: pkce.challenge });
    expect(refusal(relay, answer)).toMatchObject({ error: 'invalid_grant', upstream: 0 });
  });
});

describe('attack 21: a refresh token in the wrong hands', () => {
  test('of one client it is worth nothing to another', async () => {
    const { relay, refresh } = await withTokens();
    expect(refusal(relay, await refresh({ client_id: CLAUDE_CODE }))).toEqual({
      status: 400,
      error: 'invalid_grant',
      reason: 'refresh_token_of_another_client',
      upstream: 1,
    });
  });

  test('the provider’s own is none of ours', async () => {
    const { relay, refresh } = await withTokens();
    expect(refusal(relay, await refresh({ refresh_token: 'upstream-refresh-token-0' }))).toEqual({
      status: 400,
      error: 'invalid_grant',
      reason: 'refresh_token_unreadable',
      upstream: 1,
    });
  });
});

describe('attack 23: a seal for one purpose used for another', () => {
  test('none of the four opens as another one', async () => {
    const { relay, prompted, state, code, redeem } = await withCode();
    const rt = String((await redeem()).json['refresh_token']);
    relay.upstream.calls.length = 0;
    const { consent, cookie } = prompted;
    const verifier = newPkce().verifier;
    const attempts = [
      ...[state, code, rt].map((seal) =>
        relay.post('/oauth/consent', { consent: seal, decision: 'approve' }, { cookies: [cookie] }),
      ),
      ...[consent, code, rt].map((seal) =>
        relay.get('/oauth/callback', { code: 'c', state: seal }, { cookies: [cookie] }),
      ),
      ...[consent, state, rt].map((seal) => relay.post('/oauth/token', codeGrant(seal, verifier))),
      ...[consent, state, code].map((seal) => relay.post('/oauth/token', refreshGrant(seal))),
    ];
    const answers = await Promise.all(attempts);
    expect(answers.map(({ status, location }) => [status, location])).toEqual(answers.map(() => [400, undefined]));
    expect(relay.upstream.calls).toEqual([]);
  });
});

describe('attack 24: a seal that was changed', () => {
  const flip = (text: string, at: number) => {
    const other = text[at] === 'A' ? 'B' : 'A';
    return `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
  };
  const CHANGES: ReadonlyArray<readonly [string, (seal: string) => string]> = [
    ['another version', (seal) => seal.replace('v1.', 'v2.')],
    ['another key id', (seal) => seal.replace(/^v1\.[0-9a-f]{8}/, 'v1.00000000')],
    ['__proto__ as key id', (seal) => seal.replace(/^v1\.[0-9a-f]{8}/, 'v1.__proto__')],
    ['another nonce', (seal) => flip(seal, 12)],
    ['another body', (seal) => flip(seal, 40)],
    ['another tag', (seal) => flip(seal, seal.length - 4)],
    ['a shorter tag', (seal) => seal.slice(0, -4)],
    ['padding', (seal) => `${seal}=`],
    ['base64 of the other alphabet', (seal) => seal.replace(/[-_]|$/, '+')],
    ['a newline', (seal) => `${seal}\n`],
    ['a blank', (seal) => ` ${seal}`],
    ['a fourth part', (seal) => `${seal}.AAAA`],
    ['nothing but its head', (seal) => seal.slice(0, 12)],
  ];

  test.each(CHANGES)('%s: it does not open, and nobody learns why', async (_name, change) => {
    const { relay, code, redeem } = await withCode();
    const answer = await redeem({ code: change(code) });
    expect({ ...refusal(relay, answer), said: answer.json['error_description'] }).toEqual({
      status: 400,
      error: 'invalid_grant',
      reason: 'code_unreadable',
      upstream: 0,
      said: 'the authorization code is invalid or expired',
    });
  });

  test('a seal of a gateway with another origin and the same keys does not open', async () => {
    const { relay, code, pkce } = await withCode();
    const twin = createTestRelay({ secrets: relay.secrets, config: { publicUrl: 'https://other.example.com' } });
    const grant = codeGrant(code, pkce.verifier, { resource: 'https://other.example.com/mcp' });
    expect(refusal(twin, await twin.post('/oauth/token', grant))).toMatchObject({
      error: 'invalid_grant',
      upstream: 0,
    });
  });

  test('a flood of invented key ids costs one reading of the secret in ten seconds', async () => {
    const { relay, redeem } = await withCode();
    relay.time.now += 11_000;
    const before = relay.secrets.reads.get('arn:keys') ?? 0;
    const kids = Array.from({ length: 50 }, (_, at) => `v1.0000${String(at).padStart(4, '0')}.${'A'.repeat(60)}`);
    for (const code of kids) await redeem({ code });
    // Both stages of the secret are read at once.
    expect((relay.secrets.reads.get('arn:keys') ?? 0) - before).toBe(2);
  });
});

describe('attack 28: a resource that is not this gateway, at /oauth/token', () => {
  test.each(['https://other.example.com/mcp', `${RESOURCE}/`, ORIGIN])('%s is invalid_target', async (resource) => {
    const code = await withCode();
    const tokens = await withTokens();
    const answers = [
      refusal(code.relay, await code.redeem({ resource })),
      refusal(tokens.relay, await tokens.refresh({ resource })),
    ];
    const expected = { status: 400, error: 'invalid_target', reason: 'invalid_target' };
    expect(answers).toEqual([
      { ...expected, upstream: 0 },
      { ...expected, upstream: 1 },
    ]);
  });
});

describe('attack 29: more scopes at a refresh than were granted', () => {
  test.each(['starter.echo starter.whoami', 'admin', 'starter.whoami'])('%s is invalid_scope', async (scope) => {
    const { relay, refresh } = await withTokens({ scope: 'starter.echo' });
    expect(refusal(relay, await refresh({ scope }))).toEqual({
      status: 400,
      error: 'invalid_scope',
      reason: 'invalid_scope',
      upstream: 1,
    });
  });

  test('fewer are passed on, and the next refresh may have all of them again', async () => {
    const { relay, refresh } = await withTokens();
    const fewer = await refresh({ scope: 'starter.echo' });
    const all = await relay.post('/oauth/token', refreshGrant(fewer.json['refresh_token']));
    expect({
      scopes: [fewer.json['scope'], all.json['scope']],
      asked: relay.upstream.calls.slice(1).map(({ form }) => form['scope']),
    }).toEqual({ scopes: ['starter.echo', 'starter.echo starter.whoami'], asked: ['starter.echo', undefined] });
  });

  test('a provider that grants more than was asked for is not believed, and one that grants less is', async () => {
    const { relay, redeem } = await withCode({ scope: 'starter.echo' });
    relay.upstream.extra = { scope: 'openid profile admin starter.whoami starter.echo' };
    const more = await redeem();
    const less = await withCode();
    less.relay.upstream.extra = { scope: 'starter.whoami email' };
    expect([more.json['scope'], (await less.redeem()).json['scope']]).toEqual(['starter.echo', 'starter.whoami']);
  });
});

describe('attack 33: a provider that fails', () => {
  const error = (status: number, body: object) => async (): Promise<PostedForm> => ({ status, json: body });
  const HTML = {
    error: 'invalid_grant',
    error_description: '<script>alert("canary")</script>',
    error_uri: 'https://x',
  };
  const GRANT = 'the grant is invalid or expired, or was used before';

  test.each<readonly [string, () => Promise<PostedForm>, readonly [number, string, string]]>([
    ['invalid_grant with HTML', error(400, HTML), [400, 'invalid_grant', GRANT]],
    ['an error of its own', error(400, { error: 'canary' }), [400, 'invalid_grant', GRANT]],
    [
      'invalid_scope',
      error(400, { error: 'invalid_scope' }),
      [400, 'invalid_scope', 'the identity provider does not grant a scope'],
    ],
    [
      'invalid_target',
      error(400, { error: 'invalid_target' }),
      [400, 'invalid_target', 'the identity provider does not know this resource'],
    ],
  ])('%s is an error with a fixed sentence', async (_name, answer, [status, name, sentence]) => {
    const { relay, redeem } = await withCode();
    relay.upstream.answer = answer;
    const { json, ...got } = await redeem();
    expect([got.status, json]).toEqual([status, { error: name, error_description: sentence }]);
  });

  test.each<readonly [string, () => Promise<PostedForm>, string]>([
    ['500', error(500, HTML), 'http_500'],
    ['400 without an error', error(400, {}), 'http_400'],
    ['429', error(429, HTML), 'http_429'],
    ['a redirect', error(302, {}), 'http_302'],
    ['200 without a token', error(200, { token_type: 'Bearer' }), 'not_a_token_response'],
    [
      '200 with a token of another type',
      error(200, { access_token: 'a.b.c', token_type: 'DPoP' }),
      'not_a_token_response',
    ],
    ['200 and no JSON', async () => ({ status: 200, json: undefined }), 'not_a_token_response'],
    [
      'nothing in time',
      async () => {
        throw new FetchTimeout('timed_out');
      },
      'timed_out',
    ],
    [
      'no connection',
      async () => {
        throw new Error('not_reached');
      },
      'not_reached',
    ],
  ])('%s is temporarily_unavailable', async (_name, answer, reason) => {
    const { relay, redeem } = await withCode();
    relay.upstream.answer = answer;
    const { json, headers, ...got } = await redeem();
    expect({ status: got.status, json, retry: headers['retry-after'], cache: headers['cache-control'] }).toEqual({
      status: 503,
      json: { error: 'temporarily_unavailable', error_description: 'sign-in does not work now, try again' },
      retry: '5',
      cache: 'no-store',
    });
    expect(relay.lines.find(({ event }) => event === 'upstream.failed')).toMatchObject({
      level: 'warn',
      dependency: 'upstream',
      reason,
    });
  });

  test('what it takes for one answer is bounded, a second attempt with a new secret included', async () => {
    const { relay, refresh } = await withTokens();
    const waited: number[] = [];
    relay.time.now += 60_000;
    relay.upstream.answer = async ({ options }) => {
      waited.push(options.timeoutMs);
      if (waited.length === 2) throw new FetchTimeout('timed_out');
      relay.time.now += 2_000;
      relay.secrets.rotate('arn:client-secret', 'upstream-client-secret-2');
      return { status: 401, json: { error: 'invalid_client' } };
    };
    const { status } = await refresh();
    expect({ status, waited, limits: UPSTREAM_LIMITS }).toEqual({
      status: 503,
      waited: [3000, 1400],
      limits: { timeoutMs: 3000, totalMs: 3400, maxBytes: 65_536 },
    });
  });

  test('an id_token and whatever else is in the answer goes no further', async () => {
    const { relay, redeem } = await withCode();
    relay.upstream.extra = { id_token: 'a.b.c', session_state: 'canary', refresh_expires_in: 1 };
    expect(Object.keys((await redeem()).json)).toEqual([
      'access_token',
      'token_type',
      'expires_in',
      'scope',
      'refresh_token',
    ]);
  });
});

describe('the form of a token request', () => {
  const send = async (changes: Fields) => {
    const relay = createTestRelay();
    return refusal(relay, await relay.post('/oauth/token', { ...codeGrant('x', 'y'), ...changes }));
  };

  test.each<readonly [string, Fields, object]>([
    ['no grant type', { grant_type: undefined }, { status: 400, error: 'invalid_request', reason: 'no_grant_type' }],
    ['another grant type', { grant_type: 'password' }, { status: 400, error: 'unsupported_grant_type' }],
    ['client credentials', { grant_type: 'client_credentials' }, { status: 400, error: 'unsupported_grant_type' }],
    ['no client', { client_id: undefined }, { status: 400, error: 'invalid_request', reason: 'no_client_id' }],
    ['an unknown client', { client_id: 'nobody' }, { status: 401, error: 'invalid_client' }],
    ['no code', { code: undefined }, { status: 400, error: 'invalid_request', reason: 'no_code' }],
  ])('%s is refused', async (_name, changes, expected) => {
    expect(await send(changes)).toMatchObject({ ...expected, upstream: 0 });
  });

  test.each([undefined, 'application/json', 'multipart/form-data', 'application/x-www-form-urlencoded, text/plain'])(
    'Content-Type %s is 415',
    async (type) => {
      const relay = createTestRelay();
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      const answer = await relay.send({ path: '/oauth/token', headers, body: 'grant_type=refresh_token' });
      expect(refusal(relay, answer)).toMatchObject({ status: 415, error: 'invalid_request', upstream: 0 });
    },
  );

  test('GET is 405, and only the endpoints for clients answer other origins', async () => {
    const relay = createTestRelay({ relay: { registration: true } });
    const cors = async (method: string, path: string) => {
      const { status, headers } = await relay.send({ method, path, headers: { origin: 'http://localhost:6274' } });
      return [status, headers['access-control-allow-origin'], headers['allow']];
    };
    expect({
      token: [await cors('GET', '/oauth/token'), await cors('OPTIONS', '/oauth/token')],
      revoke: await cors('OPTIONS', '/oauth/revoke'),
      register: await cors('OPTIONS', '/oauth/register'),
      authorize: [await cors('POST', '/oauth/authorize'), await cors('OPTIONS', '/oauth/authorize')],
      consent: [await cors('GET', '/oauth/consent'), await cors('OPTIONS', '/oauth/consent')],
      callback: await cors('HEAD', '/oauth/callback'),
    }).toEqual({
      token: [
        [405, '*', 'POST, OPTIONS'],
        [204, '*', 'POST, OPTIONS'],
      ],
      revoke: [204, '*', 'POST, OPTIONS'],
      register: [204, '*', 'POST, OPTIONS'],
      authorize: [
        [405, undefined, 'GET'],
        [405, undefined, 'GET'],
      ],
      consent: [
        [405, undefined, 'POST'],
        [405, undefined, 'POST'],
      ],
      callback: [405, undefined, 'GET'],
    });
  });

  test('loopback clients get their code at the port they asked for', async () => {
    const { relay, back, code, pkce } = await withCode({ client_id: CLAUDE_CODE, redirect_uri: LOOPBACK });
    const grant = codeGrant(code, pkce.verifier, { client_id: CLAUDE_CODE, redirect_uri: LOOPBACK });
    expect([back.location?.host, (await relay.post('/oauth/token', grant)).status]).toEqual(['127.0.0.1:5000', 200]);
  });
});
