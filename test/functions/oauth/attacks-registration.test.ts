import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  codeGrant,
  createTestRelay,
  type Fields,
  goodRequest,
  newPkce,
  type RelayAnswer,
  refreshGrant,
  signInAt,
  type TestRelay,
  takeLeaks,
} from '../../support/relay.ts';
import { KEYS_ARN } from '../../support/secrets.ts';

afterEach(() => expect(takeLeaks()).toEqual([]));

const LOOPBACK = 'http://127.0.0.1:5050/callback';
const { challenge } = newPkce();

function register(relay: TestRelay, metadata: unknown): Promise<RelayAnswer> {
  const body = typeof metadata === 'string' ? metadata : JSON.stringify(metadata);
  return relay.send({ path: '/oauth/register', headers: { 'content-type': 'application/json' }, body });
}

const open = () => createTestRelay({ relay: { registration: true } });
const registered = async (relay: TestRelay) => String((await register(relay, GOOD)).json['client_id']);
const GOOD = { client_name: 'Inspector', redirect_uris: [LOOPBACK], token_endpoint_auth_method: 'none' };

test('a client that registers is public, whatever it asked for, and its id is all there is of it', async () => {
  const relay = open();
  const { status, json, headers } = await register(relay, {
    ...GOOD,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['password'],
    application_type: 'native',
  });
  expect({ status, json, cache: headers['cache-control'] }).toEqual({
    status: 201,
    json: {
      client_id: expect.stringMatching(/^dcr1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/),
      client_id_issued_at: Math.floor(relay.time.now / 1000),
      client_name: 'Inspector',
      redirect_uris: [LOOPBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    cache: 'no-store',
  });
  expect(String(json['client_id']).length).toBeLessThanOrEqual(1024);
});

test('what registered at one instance signs in at another, at any port, and is not called verified', async () => {
  const relay = open();
  const client_id = await registered(relay);
  const redirect_uri = 'http://127.0.0.1:6060/callback';
  const other = relay.restart();
  const { pkce, code, prompted } = await signInAt(other, { client_id, redirect_uri });
  const answer = await other.post('/oauth/token', codeGrant(code, pkce.verifier, { client_id, redirect_uri }));
  const clients = new Set(other.lines.map(({ client }) => client));
  expect({
    status: answer.status,
    unverified: prompted.page.text.includes('Not verified'),
    clients: [...clients],
  }).toEqual({
    status: 200,
    unverified: true,
    clients: [expect.stringMatching(/^dcr1:[0-9a-f]{16}$/)],
  });
});

describe('attack 32: what may not register', () => {
  const uris = (...redirect_uris: unknown[]) => ({ ...GOOD, redirect_uris });

  test.each<readonly [string, unknown]>([
    ['a script', uris('javascript:alert(1)')],
    ['data', uris('data:text/html,x')],
    ['a scheme of an app', uris('cursor://callback')],
    ['a fragment', uris(`${LOOPBACK}#x`)],
    ['a host that nobody vouches for', uris('https://evil.example/callback')],
    ['another page of a known host', uris('https://claude.ai/redirect?to=https://evil.example')],
    ['a good one and a bad one', uris(LOOPBACK, 'https://evil.example/callback')],
    ['a host nearly loopback', uris('http://127.0.0.1.evil.example/callback')],
    ['100 of them', uris(...Array.from({ length: 100 }, (_, at) => `http://127.0.0.1:${5000 + at}/callback`))],
    ['none', uris()],
    ['no list', { ...GOOD, redirect_uris: LOOPBACK }],
    ['no text', uris({ toString: LOOPBACK })],
    ['nothing said', {}],
  ])('%s is invalid_redirect_uri', async (_name, metadata) => {
    const { status, json } = await register(open(), metadata);
    expect([status, json['error']]).toEqual([400, 'invalid_redirect_uri']);
  });

  test.each<readonly [string, unknown]>([
    ['a name of 101 characters', { ...GOOD, client_name: 'a'.repeat(101) }],
    ['no name but blanks', { ...GOOD, client_name: '  ' }],
    ['a name that turns the line around', { ...GOOD, client_name: 'Claude\u202e' }],
    ['a name on two lines', { ...GOOD, client_name: 'Claude\nVerified' }],
    ['a name that is no text', { ...GOOD, client_name: ['Claude'] }],
    ['an id that would be too long', { ...GOOD, redirect_uris: Array(5).fill(`http://localhost/${'a'.repeat(200)}`) }],
    ['a list', []],
    ['no JSON', '{'],
    ['JSON that says a name twice', `{"redirect_uris":["${LOOPBACK}"],"redirect_uris":["${LOOPBACK}"]}`],
  ])('%s is invalid_client_metadata', async (_name, metadata) => {
    const { status, json } = await register(open(), metadata);
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata']);
  });

  test('a body over 8 KB is 413, and one that is no JSON by its type is 415', async () => {
    const relay = open();
    const large = await register(relay, { ...GOOD, software_statement: 'a'.repeat(8192) });
    const form = await relay.post('/oauth/register', { redirect_uris: LOOPBACK });
    expect([large.status, form.status]).toEqual([413, 415]);
  });

  test('where registration is off there is no such endpoint, and no id of an earlier time is known', async () => {
    const relay = open();
    const client_id = await registered(relay);
    const closed = createTestRelay({ secrets: relay.secrets, upstream: relay.upstream });
    const request = goodRequest(challenge, { client_id, redirect_uri: LOOPBACK });
    expect([
      (await register(closed, GOOD)).status,
      (await closed.get('/oauth/authorize', request)).status,
      (await closed.post('/oauth/token', refreshGrant('x', { client_id }))).status,
    ]).toEqual([404, 400, 401]);
  });
});

describe('attack 32: an id that this gateway did not make', () => {
  const payload = Buffer.from(JSON.stringify({ n: 'Claude', r: ['https://evil.example/cb'], t: 1 })).toString(
    'base64url',
  );
  const FORGED: ReadonlyArray<readonly [string, (good: string) => string]> = [
    ['another payload', (good) => good.replace(/\.[A-Za-z0-9_-]+\.([^.]+)$/, `.${payload}.$1`)],
    ['another signature', (good) => good.replace(/[^.]+$/, 'A'.repeat(43))],
    [
      'a signature by another key',
      (good) => {
        const head = good.split('.').slice(0, 2).join('.');
        const mac = createHmac('sha256', 'guess').update(`${head}.${payload}`).digest('base64url');
        return `${head}.${payload}.${mac}`;
      },
    ],
    ['another key id', (good) => good.replace(/^dcr1\.[0-9a-f]{8}/, 'dcr1.00000000')],
    ['__proto__ as key id', (good) => good.replace(/^dcr1\.[0-9a-f]{8}/, 'dcr1.__proto__')],
    ['no signature', (good) => good.replace(/\.[^.]+$/, '.')],
    ['another end', (good) => `${good}=`],
    ['more than 1 KB', (good) => good.replace(/\.([^.]+)$/, `${'A'.repeat(1024)}.$1`)],
  ];

  test.each(FORGED)('%s is an unknown client everywhere', async (_name, forge) => {
    const relay = open();
    const client_id = forge(await registered(relay));
    const page = await relay.get('/oauth/authorize', goodRequest(challenge, { client_id, redirect_uri: LOOPBACK }));
    const token = await relay.post('/oauth/token', refreshGrant('x', { client_id }));
    expect([page.status, page.location, token.status, token.json['error'], relay.upstream.calls]).toEqual([
      400,
      undefined,
      401,
      'invalid_client',
      [],
    ]);
  });

  test('nor does one of another origin with the same keys count', async () => {
    const relay = open();
    const elsewhere = createTestRelay({
      secrets: relay.secrets,
      relay: { registration: true },
      config: { publicUrl: 'https://other.example.com' },
    });
    const client_id = await registered(elsewhere);
    const { status, json } = await relay.post('/oauth/token', refreshGrant('x', { client_id }));
    expect([status, json['error']]).toEqual([401, 'invalid_client']);
  });
});

test('a registration outlives one rotation of the keys; after the second the client hears invalid_client', async () => {
  const relay = open();
  const client_id = await registered(relay);
  const told = async () => {
    relay.time.now += 6 * 60_000;
    const changes: Fields = { client_id };
    const { status, json } = await relay.post('/oauth/token', refreshGrant('x', changes));
    return [status, json['error']];
  };
  const before = await told();
  relay.secrets.rotate(KEYS_ARN, 'b2'.repeat(32));
  const once = await told();
  relay.secrets.rotate(KEYS_ARN, 'c3'.repeat(32));
  const twice = await told();
  const again = await registered(relay);
  expect({ before, once, twice, again: again === client_id }).toEqual({
    before: [400, 'invalid_grant'],
    once: [400, 'invalid_grant'],
    twice: [401, 'invalid_client'],
    again: false,
  });
});
