import { describe, expect, test } from '@jest/globals';
import { createIdpDocument } from '../../../shared/auth/idp-document.ts';
import { type FetchLimits, FetchTimeout } from '../../../shared/net/answer.ts';
import { ISSUER, NOW } from '../../support/config.ts';
import { captureLog } from '../../support/log.ts';

const MINUTE = 60_000;
const JWKS = 'https://keys.example.com/jwks';

function setUp(issuer = ISSUER) {
  const state = { now: NOW, answer: (_url: string): unknown => ({ issuer, jwks_uri: JWKS }) };
  const asked: { url: string; options: FetchLimits }[] = [];
  const { log, lines } = captureLog();
  const source = createIdpDocument(issuer, {
    clock: () => state.now,
    log,
    getJson: async (url, options) => {
      asked.push({ url, options });
      return { json: state.answer(url), maxAgeSeconds: undefined };
    },
  });
  return { source, state, lines, urls: () => asked.map(({ url }) => url), asked };
}

const down = () => {
  throw new Error('http_500');
};

describe('where it is looked for', () => {
  test.each([
    [
      'https://acme.okta.com/oauth2/aus1',
      [
        'https://acme.okta.com/oauth2/aus1/.well-known/openid-configuration',
        'https://acme.okta.com/.well-known/oauth-authorization-server/oauth2/aus1',
        'https://acme.okta.com/.well-known/openid-configuration/oauth2/aus1',
      ],
    ],
    [
      'https://acme.eu.auth0.com/',
      [
        'https://acme.eu.auth0.com/.well-known/openid-configuration',
        'https://acme.eu.auth0.com/.well-known/oauth-authorization-server',
      ],
    ],
  ])('the documents of %s are tried in order', async (issuer, expected) => {
    const { source, state, urls } = setUp(issuer);
    state.answer = down;
    await expect(source.get()).rejects.toMatchObject({ code: 'DISCOVERY_FETCH_FAILED' });
    expect(urls()).toEqual(expected);
  });

  test('an issuer that does not answer in time is not asked at its other addresses', async () => {
    const { source, state, urls } = setUp('https://acme.okta.com/oauth2/aus1');
    state.answer = () => {
      throw new FetchTimeout('timeout');
    };
    await expect(source.get()).rejects.toMatchObject({ code: 'DISCOVERY_FETCH_FAILED' });
    expect(urls()).toEqual(['https://acme.okta.com/oauth2/aus1/.well-known/openid-configuration']);
  });

  test('a document of another issuer is passed over for the next', async () => {
    const { source, state } = setUp();
    const good = { issuer: ISSUER, jwks_uri: JWKS };
    state.answer = (url) => (url.includes('oauth-authorization-server') ? good : { ...good, issuer: `${ISSUER}/` });
    expect(await source.get()).toEqual({ document: good, jwksUri: JWKS });
  });

  test.each([
    ['of another issuer', { issuer: `${ISSUER}/`, jwks_uri: JWKS }],
    ['without an issuer', { jwks_uri: JWKS }],
    ['with an issuer inherited only', JSON.parse(`{"__proto__":{"issuer":"${ISSUER}","jwks_uri":"${JWKS}"}}`)],
    ['without keys', { issuer: ISSUER }],
    ['with a list for the keys', { issuer: ISSUER, jwks_uri: [JWKS] }],
    ['with keys over plain http', { issuer: ISSUER, jwks_uri: 'http://login.example.com/jwks' }],
    ['with keys on this machine', { issuer: ISSUER, jwks_uri: 'http://127.0.0.1:9001/' }],
    ['with keys on this machine over https', { issuer: ISSUER, jwks_uri: 'https://127.0.0.1:9001/' }],
    ['with keys at the name of this machine', { issuer: ISSUER, jwks_uri: 'https://localhost/jwks' }],
    ['with keys in a private network', { issuer: ISSUER, jwks_uri: 'https://10.0.0.1/jwks' }],
    ['with keys at the metadata service', { issuer: ISSUER, jwks_uri: 'https://0xa9fea9fe/jwks' }],
    ['with keys behind a user', { issuer: ISSUER, jwks_uri: 'https://user@keys.example.com/jwks' }],
    ['with keys at no address', { issuer: ISSUER, jwks_uri: 'jwks' }],
    ['that is null', null],
    ['that is text', 'text'],
  ])('a document %s is none', async (_name, answer) => {
    const { source, state } = setUp();
    state.answer = () => answer;
    await expect(source.get()).rejects.toMatchObject({
      code: 'DISCOVERY_FETCH_FAILED',
      reason: 'no_discovery_document',
    });
  });

  test.each([
    ['https://login.example.com', false],
    ['http://localhost:8080', true],
    ['https://localhost:8443', true],
    ['https://localhost.example.com', false],
  ])('this machine is asked only for an issuer that is on it: %s', async (issuer, allowHttp) => {
    const { source, asked } = setUp(issuer);
    await source.get();
    expect(asked.map(({ options }) => options)).toEqual([{ allowHttp, timeoutMs: 1500, maxBytes: 65_536 }]);
  });
});

describe('how long it lasts', () => {
  test('ten minutes, then it is fetched again', async () => {
    const { source, state, urls } = setUp();
    await source.get();
    state.now += 10 * MINUTE - 1;
    await source.get();
    const before = urls().length;
    state.now += 1;
    state.answer = () => ({ issuer: ISSUER, jwks_uri: 'https://keys.example.com/new' });
    expect([before, (await source.get()).jwksUri, urls().length]).toEqual([1, 'https://keys.example.com/new', 2]);
  });

  test('many at once are one fetch', async () => {
    const { source, urls } = setUp();
    const documents = await Promise.all(Array.from({ length: 20 }, () => source.get()));
    expect([new Set(documents).size, urls().length]).toEqual([1, 1]);
  });

  test('the old one is served while the issuer is down, which is asked once in 30 s', async () => {
    const { source, state, urls, lines } = setUp();
    const first = await source.get();
    state.answer = down;
    state.now += 10 * MINUTE;
    const seen = [await source.get(), await source.get()];
    const asked = urls().length;
    state.now += 30_000;
    seen.push(await source.get());
    expect({ same: seen.every((one) => one === first), asked, later: urls().length }).toEqual({
      same: true,
      asked: 3,
      later: 5,
    });
    const line = {
      level: 'warn',
      event: 'discovery.failed',
      dependency: 'discovery',
      issuer: ISSUER,
      reason: 'http_500',
    };
    expect(lines).toEqual([line, line]);
  });

  test('without any, every request asks, so that recovery shows at once', async () => {
    const { source, state } = setUp();
    const good = state.answer;
    state.answer = down;
    await expect(source.get()).rejects.toMatchObject({ code: 'DISCOVERY_FETCH_FAILED' });
    state.answer = good;
    expect(await source.get()).toEqual({ document: { issuer: ISSUER, jwks_uri: JWKS }, jwksUri: JWKS });
  });
});
