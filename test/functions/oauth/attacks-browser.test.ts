import { afterEach, describe, expect, test } from '@jest/globals';
import { ISSUER } from '../../support/config.ts';
import {
  approve,
  askConsent,
  CLAUDE,
  CLAUDE_CALLBACK,
  CLAUDE_CODE,
  codeGrant,
  createTestRelay,
  type Fields,
  goodRequest,
  newPkce,
  ORIGIN,
  type RelayAnswer,
  type TestRelay,
  takeLeaks,
} from '../../support/relay.ts';

afterEach(() => expect(takeLeaks()).toEqual([]));

const { verifier, challenge } = newPkce();
const UPSTREAM_CODE = 'upstream-code-of-somebody';

/** A sign-in that was approved, so that only the provider's answer is missing. */
async function approved(relay: TestRelay, changes: Fields = {}) {
  const prompted = await askConsent(relay, goodRequest(challenge, changes));
  const { location } = await approve(relay, prompted);
  return { ...prompted, state: location?.searchParams.get('state') ?? '' };
}

const callback = (relay: TestRelay, query: Fields, cookies: readonly string[] = []) =>
  relay.get('/oauth/callback', query, { cookies });

/** A page and nothing else: no redirect, nobody asked. The reason is for the log alone. */
const pageWith = (relay: TestRelay, { status, location, cookies }: RelayAnswer) => ({
  status,
  location,
  cookies,
  upstream: relay.upstream.calls,
  reason: relay.lines.at(-1)?.['reason'],
});
const page = (reason: string) => ({ status: 400, location: undefined, cookies: [], upstream: [], reason });

describe('attack 1: an answer of another authorization server', () => {
  test('the answer to the client has our issuer, once, and nothing of the provider', async () => {
    const relay = createTestRelay();
    const { cookie, state } = await approved(relay);
    const { headers, location } = await callback(
      relay,
      { code: UPSTREAM_CODE, state, iss: ISSUER, session_state: 'x' },
      [cookie],
    );
    expect({
      issuers: location?.searchParams.getAll('iss'),
      names: [...(location?.searchParams.keys() ?? [])],
    }).toEqual({
      issuers: [ORIGIN],
      names: ['code', 'state', 'iss'],
    });
    expect(headers['location']).not.toContain('login.example.com');
  });

  test.each(['https://login.evil.example', `${ISSUER}/`, ORIGIN])(
    'an answer in the name of %s is refused',
    async (iss) => {
      const relay = createTestRelay();
      const { cookie, state } = await approved(relay);
      const answer = await callback(relay, { code: UPSTREAM_CODE, state, iss }, [cookie]);
      expect(pageWith(relay, answer)).toEqual(page('upstream_iss_differs'));
    },
  );

  test('an error, and a denial, have our issuer too', async () => {
    const relay = createTestRelay();
    const { cookie, state } = await approved(relay);
    const failed = await callback(relay, { error: 'access_denied', state }, [cookie]);
    const denied = await approve(relay, await askConsent(relay, goodRequest(challenge)), 'deny');
    const wanted = `${CLAUDE_CALLBACK}?error=access_denied&state=state-of-the-client&iss=https%3A%2F%2Fmcp.example.com`;
    expect([failed.headers['location'], denied.headers['location']]).toEqual([wanted, wanted]);
  });
});

test('attack 9: a state replayed in another browser is a page, and the code is not exchanged', async () => {
  const relay = createTestRelay();
  const { state } = await approved(relay);
  const answer = await callback(relay, { code: UPSTREAM_CODE, state });
  expect(pageWith(relay, answer)).toEqual(page('state_of_another_browser'));
});

test('attack 9: nor does it work again in its own browser, which has forgotten its secret', async () => {
  const relay = createTestRelay();
  const { cookie, state } = await approved(relay);
  const first = await callback(relay, { code: UPSTREAM_CODE, state }, [cookie]);
  const name = cookie.split('=', 1)[0];
  const second = await callback(relay, { code: UPSTREAM_CODE, state }, []);
  expect([first.cookies, second.status]).toEqual([
    [`${name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`],
    400,
  ]);
});

test('attack 10: an answer to the sign-in of an attacker does not finish in the browser of a victim', async () => {
  const relay = createTestRelay();
  const [attacker, victim] = [await approved(relay), await approved(relay)];
  const answer = await callback(relay, { code: UPSTREAM_CODE, state: attacker.state }, [victim.cookie]);
  expect(pageWith(relay, answer)).toEqual(page('state_of_another_browser'));
});

describe('attack 11: a cookie that another host of the domain has set', () => {
  const forms: ReadonlyArray<readonly [string, (cookie: string) => readonly string[]]> = [
    ['without __Host-', (cookie) => [cookie.replace('__Host-', '')]],
    ['in other letters', (cookie) => [cookie.replace('__Host-', '__host-')]],
    ['under the name of another tab', (cookie) => [cookie.replace(/_[0-9a-f]{8}=/, '_00000000=')]],
    ['with another value', (cookie) => [`${cookie.split('=', 1)[0]}=${'A'.repeat(43)}`]],
    ['beside the right one', (cookie) => [cookie, `${cookie.split('=', 1)[0]}=${'A'.repeat(43)}`]],
  ];
  test.each(forms)('%s counts for nothing', async (_name, plant) => {
    const relay = createTestRelay();
    const { cookie, state } = await approved(relay);
    const answer = await callback(relay, { code: UPSTREAM_CODE, state }, plant(cookie));
    expect(pageWith(relay, answer)).toEqual(page('state_of_another_browser'));
  });

  test('the same holds where the cookies come as a header', async () => {
    const relay = createTestRelay();
    const { cookie, state } = await approved(relay);
    const query = new URLSearchParams({ code: UPSTREAM_CODE, state }).toString();
    const send = (header: string) =>
      relay.send({ method: 'GET', path: '/oauth/callback', query, headers: { cookie: header } });
    const [planted, good] = [await send(cookie.replace('__Host-', '')), await send(`a=b; ${cookie}; c=d`)];
    expect([planted.status, good.status]).toEqual([400, 302]);
  });
});

describe('attack 12: to the callback without having been asked', () => {
  test.each<readonly [string, Fields]>([
    ['no state', { code: UPSTREAM_CODE }],
    ['a state of somebody’s own', { code: UPSTREAM_CODE, state: 'made-up' }],
    ['an error without a state', { error: 'access_denied' }],
  ])('%s is a page', async (_name, query) => {
    const relay = createTestRelay();
    expect(pageWith(relay, await callback(relay, query))).toEqual(page('state_unreadable'));
  });

  test('a consent page that was not answered makes no state: what is in it opens nothing here', async () => {
    const relay = createTestRelay();
    const { consent, cookie } = await askConsent(relay, goodRequest(challenge));
    const answer = await callback(relay, { code: UPSTREAM_CODE, state: consent }, [cookie]);
    expect(pageWith(relay, answer)).toEqual(page('state_unreadable'));
  });

  test.each<readonly [string, Fields]>([
    ['both code and error', { code: UPSTREAM_CODE, error: 'access_denied' }],
    ['neither', {}],
  ])('an answer with %s is none', async (_name, query) => {
    const relay = createTestRelay();
    const { cookie, state } = await approved(relay);
    expect(pageWith(relay, await callback(relay, { ...query, state }, [cookie]))).toEqual(
      page('upstream_answer_malformed'),
    );
  });
});

describe('attack 13: a consent that another site sends', () => {
  const send = async (headers: Record<string, string>, change: (fields: Fields) => Fields = (fields) => fields) => {
    const relay = createTestRelay();
    const { consent, cookie } = await askConsent(relay, goodRequest(challenge));
    const other = await askConsent(relay, goodRequest(challenge, { client_id: CLAUDE_CODE, redirect_uri: LOOPBACK }));
    const form = change({ consent, decision: 'approve', other: other.consent });
    return pageWith(relay, await relay.post('/oauth/consent', form, { cookies: [cookie], headers }));
  };
  const LOOPBACK = 'http://127.0.0.1:5000/callback';

  test.each<readonly [string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin that can be named', { origin: 'null' }],
    ['the same origin over http', { origin: 'http://mcp.example.com' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another host of this site', { origin: ORIGIN, 'sec-fetch-site': 'same-site' }],
    ['the address line', { 'sec-fetch-site': 'none' }],
  ])('from %s is a page', async (_name, headers) => {
    expect(await send(headers)).toEqual(page('consent_cross_site'));
  });

  test.each<readonly [string, string, (fields: Fields) => Fields]>([
    ['of another tab or client', 'consent_of_another_browser', ({ other, decision }) => ({ consent: other, decision })],
    ['without a decision', 'consent_unreadable', ({ consent }) => ({ consent })],
    ['with another decision', 'consent_unreadable', ({ consent }) => ({ consent, decision: 'Approve' })],
    ['without the page’s seal', 'consent_unreadable', () => ({ decision: 'approve', client_id: CLAUDE })],
  ])('%s is a page', async (_name, reason, change) => {
    expect(await send({ origin: ORIGIN }, change)).toEqual(page(reason));
  });

  test('a browser that says where the form was, or does not, may answer it', async () => {
    const relay = createTestRelay();
    const answer = async (headers: Record<string, string>) => {
      const { consent, cookie } = await askConsent(relay, goodRequest(challenge));
      return relay.post('/oauth/consent', { consent, decision: 'approve' }, { cookies: [cookie], headers });
    };
    const answers = [await answer({ origin: ORIGIN, 'sec-fetch-site': 'same-origin' }), await answer({})];
    expect(answers.map(({ status }) => status)).toEqual([302, 302]);
  });
});

describe('attack 14: the page in a frame', () => {
  const CSP = /^default-src 'none'; style-src 'nonce-([A-Za-z0-9+/]{22}==)'; frame-ancestors 'none'; base-uri 'none'$/;
  const headersOf = ({ headers }: RelayAnswer) => ({
    frame: headers['x-frame-options'],
    referrer: headers['referrer-policy'],
    transport: headers['strict-transport-security'],
    cache: headers['cache-control'],
    sniff: headers['x-content-type-options'],
    cors: headers['access-control-allow-origin'],
  });
  const WANTED = {
    frame: 'DENY',
    referrer: 'same-origin',
    transport: 'max-age=31536000',
    cache: 'no-store',
    sniff: 'nosniff',
    cors: undefined,
  };

  test('neither consent nor error page can be framed, and their styles have a nonce of their own', async () => {
    const relay = createTestRelay();
    const consent = (await askConsent(relay, goodRequest(challenge))).page;
    const again = (await askConsent(relay, goodRequest(challenge))).page;
    const error = await relay.get('/oauth/authorize', {});
    const policies = [consent, again, error].map(({ headers }) => headers['content-security-policy'] ?? '');
    const nonces = policies.map((policy) => CSP.exec(policy)?.[1]);
    expect({ headers: [consent, error].map(headersOf), different: new Set(nonces).size }).toEqual({
      headers: [WANTED, WANTED],
      different: 3,
    });
    expect(consent.text).toContain(`<style nonce="${nonces[0]}">`);
  });

  test('the policy has no form-action, which browsers would apply to the redirects after the form', async () => {
    const { page: shown } = await askConsent(createTestRelay(), goodRequest(challenge));
    expect(shown.headers['content-security-policy']).not.toContain('form-action');
  });
});

describe('attack 20: what has expired', () => {
  const MINUTE = 60_000;

  test('a consent page after ten minutes', async () => {
    const relay = createTestRelay();
    const prompted = await askConsent(relay, goodRequest(challenge));
    relay.time.now += 10 * MINUTE;
    expect(pageWith(relay, await approve(relay, prompted))).toEqual(page('consent_expired'));
  });

  test('not a sign-in that began with a late consent: it has ten minutes of its own, in the browser too', async () => {
    const relay = createTestRelay();
    const prompted = await askConsent(relay, goodRequest(challenge));
    relay.time.now += 9 * MINUTE;
    const away = await approve(relay, prompted);
    relay.time.now += 9 * MINUTE;
    const state = away.location?.searchParams.get('state') ?? '';
    const back = await callback(relay, { code: UPSTREAM_CODE, state }, [prompted.cookie]);
    const kept = `${prompted.cookie}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600`;
    expect([away.cookies, back.status]).toEqual([[kept], 302]);
  });

  test('a state after eleven minutes, although the sign-in began with the consent', async () => {
    const relay = createTestRelay();
    const { cookie, state } = await approved(relay);
    relay.time.now += 11 * MINUTE;
    const answer = await callback(relay, { code: UPSTREAM_CODE, state }, [cookie]);
    expect(pageWith(relay, answer)).toEqual(page('state_expired'));
  });

  test.each([
    [60, 200],
    [61, 400],
  ])('a code after %i seconds is %i', async (seconds, status) => {
    const relay = createTestRelay();
    const { cookie, state } = await approved(relay);
    const back = await callback(relay, { code: UPSTREAM_CODE, state }, [cookie]);
    relay.time.now += seconds * 1000 - 1;
    const grant = codeGrant(back.location?.searchParams.get('code') ?? '', verifier);
    const answer = await relay.post('/oauth/token', grant);
    expect([answer.status, relay.upstream.calls.length]).toEqual([status, status === 200 ? 1 : 0]);
  });
});

describe('attack 33: what the provider says of a sign-in that failed', () => {
  test.each([
    ['access_denied', 'access_denied'],
    ['login_required', 'access_denied'],
    ['invalid_scope', 'invalid_scope'],
    ['temporarily_unavailable', 'temporarily_unavailable'],
    ['server_error', 'server_error'],
    ['<script>alert(1)</script>', 'server_error'],
    ['__proto__', 'server_error'],
  ])('%s is %s to the client, and no word more', async (error, told) => {
    const relay = createTestRelay();
    const { cookie, state } = await approved(relay);
    const query = { error, error_description: '<b>canary</b>', error_uri: 'https://evil.example', state };
    const { headers } = await callback(relay, query, [cookie]);
    expect(headers['location']).toBe(
      `${CLAUDE_CALLBACK}?error=${told}&state=state-of-the-client&iss=https%3A%2F%2Fmcp.example.com`,
    );
  });
});
