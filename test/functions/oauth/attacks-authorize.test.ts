import { afterEach, describe, expect, test } from '@jest/globals';
import { ISSUER, RESOURCE } from '../../support/config.ts';
import {
  approve,
  askConsent,
  CLAUDE,
  CLAUDE_CALLBACK,
  CLAUDE_CODE,
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
const outcome = (relay: TestRelay, { status, location, cookies }: RelayAnswer) => ({
  status,
  location: location?.href,
  cookies: cookies.length,
  upstream: relay.upstream.calls.length,
});
const PAGE = { status: 400, location: undefined, cookies: 0, upstream: 0 };

async function authorize(changes: Fields) {
  const relay = createTestRelay();
  return outcome(relay, await relay.get('/oauth/authorize', goodRequest(challenge, changes)));
}

/** What the client is told, at its own address and with our issuer. */
const told = (error: string) =>
  expect.stringMatching(
    new RegExp(
      `^${CLAUDE_CALLBACK}\\?error=${error}&error_description=[^&]+&state=state-of-the-client&iss=https%3A%2F%2Fmcp\\.example\\.com$`,
    ),
  );

describe('attack 4: a weak or missing PKCE challenge', () => {
  test.each<readonly [string, Fields]>([
    ['none', { code_challenge: undefined, code_challenge_method: undefined }],
    ['no method, which means plain', { code_challenge_method: undefined }],
    ['plain', { code_challenge_method: 'plain', code_challenge: verifier }],
    ['another method', { code_challenge_method: 's256' }],
    ['42 characters', { code_challenge: 'a'.repeat(42) }],
    ['44 characters, which no SHA-256 has', { code_challenge: 'a'.repeat(44) }],
    ['129 characters', { code_challenge: 'a'.repeat(129) }],
    ['another alphabet', { code_challenge: `${challenge.slice(0, 42)}=` }],
  ])('%s goes back to the client as invalid_request', async (_name, changes) => {
    expect(await authorize(changes)).toEqual({
      status: 302,
      location: told('invalid_request'),
      cookies: 0,
      upstream: 0,
    });
  });
});

describe('attack 6: a redirect URI nearly like the registered one', () => {
  test.each([
    `${CLAUDE_CALLBACK}/x`,
    `${CLAUDE_CALLBACK}/`,
    `${CLAUDE_CALLBACK}?x=1`,
    `${CLAUDE_CALLBACK}#f`,
    'https://claude.ai@evil.example/api/mcp/auth_callback',
    'https://claude.ai\\@evil.example/api/mcp/auth_callback',
    'https://claude.ai\\.evil.example/api/mcp/auth_callback',
    'https://claude.ai/api/mcp/%2e%2e/mcp/auth_callback',
    'https://claude.ai/api/mcp/../mcp/auth_callback',
    'https://CLAUDE.AI/api/mcp/auth_callback',
    'https://claude.ai:443/api/mcp/auth_callback',
    'https://claude.ai./api/mcp/auth_callback',
    'https://sub.claude.ai/api/mcp/auth_callback',
    'http://claude.ai/api/mcp/auth_callback',
    ` ${CLAUDE_CALLBACK}`,
    `${CLAUDE_CALLBACK}\u0000`,
    `${CLAUDE_CALLBACK}\r\nSet-Cookie: a=b`,
    'https://claude.аi/api/mcp/auth_callback',
    'javascript:alert(1)',
    '//claude.ai/api/mcp/auth_callback',
    undefined,
  ])('%j is a page, and no redirect', async (redirect_uri) => {
    expect(await authorize({ redirect_uri })).toEqual(PAGE);
  });
});

describe('attack 7: a redirect URI nearly like a loopback one', () => {
  const atClaudeCode = (redirect_uri: string) => authorize({ client_id: CLAUDE_CODE, redirect_uri });

  test.each([
    'http://127.0.0.1.evil.example/callback',
    'http://localhost.evil.example:5000/callback',
    'http://[::1]:5000/callback',
    'https://127.0.0.1:5000/callback',
    'https://localhost/callback',
    'http://127.0.0.1:99999/callback',
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:5000/callback/x',
    'http://127.0.0.1:5000/callback?x=1',
    'http://127.0.0.1:5000/callback#x',
    'http://user@127.0.0.1:5000/callback',
    'http://127.0.0.1:5000@evil.example/callback',
    'http://127.0.0.1:5000\\@evil.example/callback',
    'http://127.1:5000/callback',
    'http://0x7f000001/callback',
    'http://LOCALHOST:5000/callback',
    'http://localhost.:5000/callback',
  ])('%j is a page, and no redirect', async (redirect_uri) => {
    expect(await atClaudeCode(redirect_uri)).toEqual(PAGE);
  });

  test.each(['http://127.0.0.1:5000/callback', 'http://localhost:65535/callback', 'http://127.0.0.1/callback'])(
    '%s, whatever its port, is the registered one',
    async (redirect_uri) => {
      expect(await atClaudeCode(redirect_uri)).toEqual({ ...PAGE, status: 200, cookies: 1 });
    },
  );
});

describe('attack 8: a parameter sent twice', () => {
  const good = () => new URLSearchParams(goodRequest(challenge) as Record<string, string>).toString();

  test.each([
    `&client_id=${encodeURIComponent(CLAUDE)}`,
    '&client_id=https%3A%2F%2Fevil.example',
    '&redirect_uri=https%3A%2F%2Fevil.example',
    '&redirect%5Furi=https%3A%2F%2Fevil.example',
    '&state=other',
    '&code_challenge=',
    '&scope=a&scope=b',
  ])('%s is a page at /oauth/authorize', async (more) => {
    const relay = createTestRelay();
    const answer = await relay.send({ method: 'GET', path: '/oauth/authorize', query: good() + more });
    expect(outcome(relay, answer)).toEqual(PAGE);
  });

  test.each(['grant_type', 'client_id', 'code', 'redirect_uri', 'code_verifier', 'resource'])(
    '%s is invalid_request at /oauth/token',
    async (name) => {
      const relay = createTestRelay();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = `grant_type=authorization_code&${name}=a&${name}=b`;
      const { status, json } = await relay.send({ path: '/oauth/token', headers, body });
      expect({ status, error: json['error'], upstream: relay.upstream.calls }).toEqual({
        status: 400,
        error: 'invalid_request',
        upstream: [],
      });
    },
  );
});

describe('attack 15: markup in whatever a page could show', () => {
  const MARKUP = '<img src=x onerror=alert(1)>"\'&</title><script>alert(1)</script>';

  test('the name of a registered client is text', async () => {
    const relay = createTestRelay({ relay: { registration: true } });
    const redirect_uri = 'http://127.0.0.1:5050/callback';
    const body = JSON.stringify({ client_name: MARKUP, redirect_uris: [redirect_uri] });
    const headers = { 'content-type': 'application/json' };
    const { json } = await relay.send({ path: '/oauth/register', headers, body });
    const { page } = await askConsent(
      relay,
      goodRequest(challenge, { client_id: String(json['client_id']), redirect_uri }),
    );
    expect({ raw: /<img|<script/.test(page.text), shown: page.text.includes('&lt;script&gt;alert(1)') }).toEqual({
      raw: false,
      shown: true,
    });
  });

  test.each<readonly [string, Fields]>([
    ['client_id', { client_id: MARKUP }],
    ['redirect_uri', { redirect_uri: MARKUP }],
  ])('%s is not on the page that refuses it', async (_name, changes) => {
    const relay = createTestRelay();
    const { status, text, headers } = await relay.get('/oauth/authorize', goodRequest(challenge, changes));
    expect({ status, raw: /<img|<script|alert\(1\)/.test(text), policy: headers['content-security-policy'] }).toEqual({
      status: 400,
      raw: false,
      policy: expect.stringMatching(/^default-src 'none'; style-src 'nonce-[A-Za-z0-9+/]{22}=='; /),
    });
  });

  test('a state is not on the page, and comes back encoded', async () => {
    const relay = createTestRelay();
    const prompted = await askConsent(relay, goodRequest(challenge, { state: MARKUP }));
    const denied = await approve(relay, prompted, 'deny');
    expect({
      onPage: prompted.page.text.includes('alert(1)'),
      state: denied.location?.searchParams.get('state'),
      header: /[<>"]/.test(denied.headers['location'] ?? ''),
    }).toEqual({ onPage: false, state: MARKUP, header: false });
  });

  test('a scope that is none of ours is named nowhere', async () => {
    const { location, ...rest } = await authorize({ scope: MARKUP });
    expect({ location, ...rest, named: location?.includes('onerror') }).toEqual({
      status: 302,
      location: told('invalid_scope'),
      cookies: 0,
      upstream: 0,
      named: false,
    });
  });
});

test('attack 16: after one client was approved, another one is asked for by its own name', async () => {
  const relay = createTestRelay();
  const first = await askConsent(relay, goodRequest(challenge));
  await approve(relay, first);
  const redirect_uri = 'http://127.0.0.1:5000/callback';
  const query = goodRequest(challenge, { client_id: CLAUDE_CODE, redirect_uri });
  const second = await relay.get('/oauth/authorize', query, { cookies: [first.cookie] });
  expect({ status: second.status, named: second.text.includes('Claude Code'), asked: relay.upstream.calls }).toEqual({
    status: 200,
    named: true,
    asked: [],
  });
});

describe('attack 17: a client id that would have us fetch something', () => {
  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/client.json',
    'https://10.0.0.1/client.json',
    'https://[::ffff:7f00:1]/client.json',
    'https://localhost/client.json',
    'https://rebinds.example/client.json',
    'https://redirects.example/client.json',
    'https://answers-with-6-kb.example/client.json',
    'http://claude.ai/oauth/mcp-oauth-client-metadata',
    'https://claude.ai/oauth/../oauth/mcp-oauth-client-metadata',
    'file:///etc/passwd',
  ])('%s is unknown, and nothing is fetched', async (client_id) => {
    const fetched: string[] = [];
    const getJson = async (url: string) => {
      fetched.push(url);
      throw new Error('not to be asked');
    };
    const relay = createTestRelay({ getJson });
    const answer = await relay.get('/oauth/authorize', goodRequest(challenge, { client_id }));
    expect({ ...outcome(relay, answer), fetched }).toEqual({ ...PAGE, fetched: [] });
  });
});

describe('attack 18: a client id that looks like a known one', () => {
  test.each([
    `${CLAUDE}/`,
    `${CLAUDE}?x=1`,
    `${CLAUDE}#x`,
    'https://claude.ai:443/oauth/mcp-oauth-client-metadata',
    'https://CLAUDE.AI/oauth/mcp-oauth-client-metadata',
    'https://claude.ai/oauth/mcp%2Doauth-client-metadata',
    ` ${CLAUDE}`,
    '__proto__',
    'constructor',
    undefined,
  ])('%s is unknown', async (client_id) => {
    expect(await authorize({ client_id })).toEqual(PAGE);
  });
});

describe('attack 25: more than a request may be', () => {
  test('a state of 1,025 bytes is a page, and one of 1,024 is not', async () => {
    const [longer, longest] = [
      await authorize({ state: 'é'.repeat(513) }),
      await authorize({ state: 'é'.repeat(512) }),
    ];
    expect([longer, longest]).toEqual([PAGE, { ...PAGE, status: 200, cookies: 1 }]);
  });

  test('a query over 8 KB is a page, and so are 41 parameters', async () => {
    const many = Object.fromEntries(Array.from({ length: 41 }, (_, at) => [`p${at}`, 'x']));
    expect([await authorize({ x: 'x'.repeat(8192) }), await authorize(many)]).toEqual([PAGE, PAGE]);
  });

  test.each([
    ['/oauth/token', 'application/x-www-form-urlencoded'],
    ['/oauth/revoke', 'application/x-www-form-urlencoded'],
    ['/oauth/consent', 'application/x-www-form-urlencoded'],
    ['/oauth/register', 'application/json'],
  ])('a body of 64 KB is 413 at %s', async (path, type) => {
    const relay = createTestRelay({ relay: { registration: true } });
    const answer = await relay.send({ path, headers: { 'content-type': type }, body: `a=${'x'.repeat(65_536)}` });
    expect(outcome(relay, answer)).toEqual({ ...PAGE, status: 413 });
  });

  test('among 100 cookies only the one of this tab counts', async () => {
    const relay = createTestRelay();
    const { consent, cookie } = await askConsent(relay, goodRequest(challenge));
    const others = Array.from({ length: 100 }, (_, at) => `__Host-mcp_tx_${String(at).padStart(8, '0')}=other`);
    const post = (cookies: readonly string[]) =>
      relay.post('/oauth/consent', { consent, decision: 'approve' }, { cookies });
    const [without, among] = [await post(others), await post([...others, cookie])];
    expect([without.status, among.status]).toEqual([400, 302]);
  });
});

describe('attack 26: a redirect to somewhere else by any parameter', () => {
  const EVIL = ['//evil.example', 'https://evil.example/', '/\\evil.example', 'https:evil.example'];
  const NAMES = ['post_logout_redirect_uri', 'redirect', 'return_to', 'state', 'login_hint', 'iss', 'error_uri'];
  const allowed = (answer: RelayAnswer) =>
    answer.location === undefined || ['https://claude.ai', ISSUER].includes(answer.location.origin);

  test.each(EVIL)('%s leads nowhere from any endpoint', async (evil) => {
    const relay = createTestRelay();
    const extra = Object.fromEntries(NAMES.map((name) => [name, evil]));
    const prompted = await askConsent(relay, goodRequest(challenge, extra));
    const { consent, cookie } = prompted;
    const more = { cookies: [cookie] };
    const away = await relay.post('/oauth/consent', { consent, decision: 'approve', ...extra }, more);
    const state = away.location?.searchParams.get('state') ?? '';
    const answers = [
      away,
      await relay.post('/oauth/consent', { consent, decision: 'deny', redirect_uri: evil, ru: evil }, more),
      await relay.get('/oauth/callback', { ...extra, iss: undefined, state, code: 'c', redirect_uri: evil }, more),
      await relay.get('/oauth/callback', { state, error: evil, error_uri: evil, redirect_uri: evil }, more),
      await relay.get('/oauth/authorize', goodRequest(challenge, { scope: evil, resource: evil })),
      await relay.get('/oauth/authorize', goodRequest(challenge, { redirect_uri: evil })),
    ];
    expect(answers.map(allowed)).toEqual(answers.map(() => true));
    expect(answers.map(({ status }) => status)).toEqual([302, 302, 302, 302, 302, 400]);
  });

  test('nothing is served beside the endpoints', async () => {
    const relay = createTestRelay();
    const paths = [
      '/oauth',
      '/oauth/',
      '/oauth/logout',
      '/oauth/authorize/',
      '/oauth//evil.example',
      '/oauth/__proto__',
    ];
    const answers = await Promise.all(paths.map((path) => relay.get(path, { redirect_uri: EVIL[0] })));
    expect(answers.map((answer) => outcome(relay, answer))).toEqual(paths.map(() => ({ ...PAGE, status: 404 })));
  });
});

describe('attack 28: a resource that is not this gateway, at /oauth/authorize', () => {
  test.each(['https://other.example.com/mcp', `${RESOURCE}/`, ORIGIN, RESOURCE.toUpperCase(), 'mcp'])(
    '%s is invalid_target',
    async (resource) => {
      const expected = { status: 302, location: told('invalid_target'), cookies: 0, upstream: 0 };
      expect(await authorize({ resource })).toEqual(expected);
    },
  );

  test('none at all is this gateway', async () => {
    expect(await authorize({ resource: undefined })).toEqual({ ...PAGE, status: 200, cookies: 1 });
  });
});

describe('attack 29: scopes that are not offered, at /oauth/authorize', () => {
  test.each(['admin', 'starter.echo admin', 'Starter.Echo', 'starter.echo\tstarter.whoami'])(
    '%s is invalid_scope',
    async (scope) => {
      const expected = { status: 302, location: told('invalid_scope'), cookies: 0, upstream: 0 };
      expect(await authorize({ scope })).toEqual(expected);
    },
  );
});

test.each<readonly [string, Fields, string]>([
  ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
  ['no response type', { response_type: undefined }, 'invalid_request'],
  ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
  ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
  ['a request object elsewhere', { request_uri: 'https://evil.example' }, 'request_uri_not_supported'],
])('%s goes back to the client as %s', async (_name, changes, error) => {
  expect(await authorize(changes)).toEqual({ status: 302, location: told(error), cookies: 0, upstream: 0 });
});
