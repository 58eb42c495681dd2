import { afterEach, expect, test } from '@jest/globals';
import { ISSUER, RESOURCE } from '../../support/config.ts';
import {
  askConsent,
  CLAUDE,
  CLAUDE_CALLBACK,
  codeGrant,
  createTestRelay,
  goodRequest,
  newPkce,
  ORIGIN,
  refreshGrant,
  signInAt,
  takeLeaks,
  UPSTREAM_CLIENT,
} from '../../support/relay.ts';

afterEach(() => expect(takeLeaks()).toEqual([]));

test('a client gets from its request to tokens, and from these to the next', async () => {
  const relay = createTestRelay();
  const { pkce, away, back, code } = await signInAt(relay);
  const first = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
  const second = await relay.post('/oauth/token', refreshGrant(first.json['refresh_token']));
  const sealed = expect.stringMatching(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/);
  const tokens = (at: number) => ({
    access_token: relay.upstream.given[at * 3],
    token_type: 'Bearer',
    expires_in: 3600,
    scope: 'starter.echo starter.whoami',
    refresh_token: sealed,
  });
  expect({
    away: [away.status, `${away.location?.origin}${away.location?.pathname}`],
    asked: Object.fromEntries(away.location?.searchParams ?? []),
    back: [back.status, `${back.location?.origin}${back.location?.pathname}`],
    said: Object.fromEntries(back.location?.searchParams ?? []),
    tokens: [first.status, first.json, second.status, second.json],
    upstream: relay.upstream.calls.map(({ url, form }) => [url, form]),
  }).toEqual({
    away: [302, `${ISSUER}/authorize`],
    asked: {
      response_type: 'code',
      client_id: UPSTREAM_CLIENT,
      redirect_uri: `${ORIGIN}/oauth/callback`,
      scope: 'starter.echo starter.whoami',
      state: sealed,
      code_challenge: pkce.challenge,
      code_challenge_method: 'S256',
      resource: RESOURCE,
    },
    back: [302, CLAUDE_CALLBACK],
    said: { code: sealed, state: 'state-of-the-client', iss: ORIGIN },
    tokens: [200, tokens(0), 200, tokens(1)],
    upstream: [
      [
        `${ISSUER}/token`,
        {
          grant_type: 'authorization_code',
          code: 'upstream-code-0123456789',
          redirect_uri: `${ORIGIN}/oauth/callback`,
          code_verifier: pkce.verifier,
          resource: RESOURCE,
        },
      ],
      [
        `${ISSUER}/token`,
        { grant_type: 'refresh_token', refresh_token: 'upstream-refresh-token-0', resource: RESOURCE },
      ],
    ],
  });
});

test('the consent page names client, domain and destination, and its cookie lasts for this tab only', async () => {
  const relay = createTestRelay();
  const { page, cookie } = await askConsent(relay, goodRequest(newPkce().challenge));
  expect({
    status: page.status,
    names: ['Claude', 'claude.ai', 'login.example.com', 'mcp.example.com'].filter((name) => !page.text.includes(name)),
    cookies: page.cookies,
  }).toEqual({
    status: 200,
    names: [],
    cookies: [`${cookie}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600`],
  });
  expect(cookie).toMatch(/^__Host-mcp_tx_[0-9a-f]{8}=[A-Za-z0-9_-]{43}$/);
});

test('every line of a request says which client it was, and one ties the token to the trail', async () => {
  const relay = createTestRelay();
  const { pkce, code } = await signInAt(relay);
  await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
  expect(relay.lines.map(({ event, endpoint, client, status }) => [event, endpoint, client, status])).toEqual([
    ['request', '/oauth/authorize', CLAUDE, 200],
    ['request', '/oauth/consent', CLAUDE, 302],
    ['request', '/oauth/callback', CLAUDE, 302],
    ['oauth.token', undefined, CLAUDE, undefined],
    ['request', '/oauth/token', CLAUDE, 200],
  ]);
  expect(relay.lines.find(({ event }) => event === 'oauth.token')).toMatchObject({
    grant: 'authorization_code',
    subject: expect.stringMatching(/^[0-9a-f]{32}$/),
    tokenId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
});
