import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { getJson } from '../../../shared/net/get-json.ts';
import { postForm } from '../../../shared/net/post-form.ts';
import { type RealProvider, startProvider } from '../../support/real-provider.ts';
import {
  approve,
  askConsent,
  codeGrant,
  createTestRelay,
  type Fields,
  goodRequest,
  newPkce,
  ORIGIN,
  refreshGrant,
  type TestRelay,
  takeLeaks,
} from '../../support/relay.ts';

let provider: RealProvider;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider?.close());
afterEach(() => expect(takeLeaks()).toEqual([]));

const ALL = 'starter.echo starter.whoami offline_access';

const startRelay = () =>
  createTestRelay({ config: { idp: { issuer: provider.issuer } }, time: { now: Date.now() }, getJson, postForm });

/** Everything but the token request, with a person who says yes to both. */
async function signIn(relay: TestRelay, challenge: string, changes: Fields = {}) {
  const prompted = await askConsent(relay, goodRequest(challenge, { scope: ALL, ...changes }));
  const { location } = await approve(relay, prompted);
  const upstream = await provider.signIn(location as URL);
  const query = upstream.search.slice(1);
  const back = await relay.send({ method: 'GET', path: '/oauth/callback', query, cookies: [prompted.cookie] });
  return { code: back.location?.searchParams.get('code') ?? '', back, upstream };
}

async function redeem(relay: TestRelay, code: string, verifier: string) {
  const { status, json } = await relay.post('/oauth/token', codeGrant(code, verifier));
  return { status, error: json['error'], tokens: json };
}

async function refresh(relay: TestRelay, token: unknown) {
  const { status, json } = await relay.post('/oauth/token', refreshGrant(token));
  return { status, error: json['error'], tokens: json };
}

test('from its discovery document alone a provider is fronted: tokens, and their renewal', async () => {
  const relay = startRelay();
  const { verifier, challenge } = newPkce();
  const { code, back, upstream } = await signIn(relay, challenge);
  const first = await redeem(relay, code, verifier);
  const second = await refresh(relay, first.tokens['refresh_token']);
  const [, payload = ''] = String(second.tokens['access_token']).split('.');
  const { iss, aud, sub, scope } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  expect({
    issuers: [upstream.searchParams.get('iss'), back.location?.searchParams.get('iss')],
    token: { iss, aud, sub, scope },
    said: second.tokens['scope'],
  }).toEqual({
    issuers: [provider.issuer, ORIGIN],
    token: {
      iss: provider.issuer,
      aud: 'https://mcp.example.com/mcp',
      sub: 'alice',
      scope: 'starter.echo starter.whoami',
    },
    said: 'starter.echo starter.whoami',
  });
});

test('attack 2: the provider checks the verifier too, against the challenge that it saw', async () => {
  const relay = startRelay();
  const { verifier, challenge } = newPkce();
  const prompted = await askConsent(relay, goodRequest(challenge));
  const { location } = await approve(relay, prompted);
  // As if it had been exchanged on the way: our own check is content then, and the provider's is not.
  location?.searchParams.set('code_challenge', newPkce().challenge);
  const upstream = await provider.signIn(location as URL);
  const query = upstream.search.slice(1);
  const back = await relay.send({ method: 'GET', path: '/oauth/callback', query, cookies: [prompted.cookie] });
  const before = provider.asked();
  const { status, error } = await redeem(relay, back.location?.searchParams.get('code') ?? '', verifier);
  expect({ status, error, asked: provider.asked() - before }).toEqual({
    status: 400,
    error: 'invalid_grant',
    asked: 1,
  });
});

test('attack 5: a code without a verifier stays unused, and is good for its owner', async () => {
  const relay = startRelay();
  const { verifier, challenge } = newPkce();
  const { code } = await signIn(relay, challenge);
  const before = provider.asked();
  const without = await relay.post('/oauth/token', codeGrant(code, verifier, { code_verifier: undefined }));
  const asked = provider.asked() - before;
  expect([without.status, without.json['error'], asked, (await redeem(relay, code, verifier)).status]).toEqual([
    400,
    'invalid_request',
    0,
    200,
  ]);
});

test('attack 19: a code used twice is refused the second time, and its refresh token ends', async () => {
  const relay = startRelay();
  const { verifier, challenge } = newPkce();
  const { code } = await signIn(relay, challenge);
  const first = await redeem(relay, code, verifier);
  const second = await redeem(relay, code, verifier);
  const after = await refresh(relay, first.tokens['refresh_token']);
  expect([first.status, second.status, second.error, after.status, after.error]).toEqual([
    200,
    400,
    'invalid_grant',
    400,
    'invalid_grant',
  ]);
});

test('attack 19: a code used twice at once gives tokens at most once', async () => {
  const relay = startRelay();
  const { verifier, challenge } = newPkce();
  const { code } = await signIn(relay, challenge);
  const answers = await Promise.all([1, 2, 3, 4].map(() => redeem(relay, code, verifier)));
  const good = answers.filter(({ status }) => status === 200);
  expect(good.length).toBeLessThanOrEqual(1);
  expect(answers.filter(({ status }) => status !== 200).map(({ error }) => error)).toEqual(
    Array(4 - good.length).fill('invalid_grant'),
  );
});

test('attack 22: a refresh token used again after it was rotated is refused, logged with its client, and ends them all', async () => {
  const relay = startRelay();
  const { verifier, challenge } = newPkce();
  const { code } = await signIn(relay, challenge);
  const first = await redeem(relay, code, verifier);
  const second = await refresh(relay, first.tokens['refresh_token']);
  const replayed = await refresh(relay, first.tokens['refresh_token']);
  const line = relay.lines.at(-1);
  const rotated = await refresh(relay, second.tokens['refresh_token']);
  expect({ answers: [second.status, replayed.status, replayed.error, rotated.error], line }).toMatchObject({
    answers: [200, 400, 'invalid_grant', 'invalid_grant'],
    line: {
      event: 'request',
      code: 'OAUTH_REFUSED',
      reason: 'upstream_refused_grant',
      client: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    },
  });
});

test('a revoked refresh token is refused from then on', async () => {
  const relay = startRelay();
  const { verifier, challenge } = newPkce();
  const { code } = await signIn(relay, challenge);
  const { tokens } = await redeem(relay, code, verifier);
  const token = tokens['refresh_token'];
  const form = { client_id: codeGrant('', '')['client_id'], token: String(token) };
  const revoked = await relay.post('/oauth/revoke', form);
  expect([revoked.status, revoked.text, (await refresh(relay, token)).error]).toEqual([200, '', 'invalid_grant']);
});
