import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { GetJson } from '../../shared/net/get-json.ts';
import { goodClaims, ISSUER, RESOURCE, testConfig } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { createIssuer, makeKeys } from '../support/issuer.ts';

const OKTA = 'https://acme.okta.com/oauth2/aus1a2b3c4';
const PREFIX = 'api://partner/';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** The usual issuer, and Okta beside it with names of its own for our scopes. */
function start(more: Parameters<typeof testConfig>[0] = {}) {
  const [issuer, okta] = [createIssuer(ISSUER), createIssuer(OKTA, makeKeys())];
  const otherIdps = [
    { preset: 'okta' as const, issuer: OKTA, audience: [RESOURCE], scopePrefix: PREFIX, allowedClientIds: [] },
  ];
  const getJson: GetJson = (url, options) => (url.startsWith(OKTA) ? okta : issuer).getJson(url, options);
  const gateway = createTestGateway(database, { config: testConfig({ otherIdps, ...more }), issuer, getJson });
  const oktaToken = (claims: object = {}) => {
    const { sub, iat, exp, aud } = goodClaims();
    const good = { iss: OKTA, sub: 'login', uid: sub, cid: 'client-1', iat, exp, aud, scp: ['starter.whoami'] };
    return okta.sign({ ...good, ...claims });
  };
  return { ...gateway, oktaToken };
}

const debugToken = (gateway: ReturnType<typeof start>, token: string) =>
  gateway.send({ method: 'GET', path: '/debug-token', headers: { authorization: `Bearer ${token}` } });
const call = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } });

test('the same subject at two issuers is two users', async () => {
  const gateway = start();
  const tokens = [await gateway.token(), await gateway.oktaToken()];
  for (const token of tokens) await gateway.rpc(call('whoami'), { token });
  const seen = await Promise.all(tokens.map((token) => debugToken(gateway, token)));
  const bodies = seen.map(({ body }) => body as Record<string, unknown>);
  expect(bodies.map(({ issuer, subject }) => [issuer, subject])).toEqual([
    [ISSUER, 'alice'],
    [OKTA, 'alice'],
  ]);
  expect(new Set(bodies.map(({ uid }) => uid)).size).toBe(2);
});

test('the resource metadata lists every issuer, the primary one or its front first', async () => {
  const endpoints = { authorization: `${ISSUER}/a`, token: `${ISSUER}/t`, jwks: `${ISSUER}/j` };
  const gateways = [start(), start({ authorizationServer: 'metadata', endpoints })];
  const path = '/.well-known/oauth-protected-resource/mcp';
  const answers = await Promise.all(gateways.map((gateway) => gateway.send({ method: 'GET', path })));
  expect(answers.map(({ body }) => (body as Record<string, unknown>)['authorization_servers'])).toEqual([
    [ISSUER, OKTA],
    ['https://mcp.example.com', OKTA],
  ]);
});

test('a missing scope is asked for by the names of the token’s issuer', async () => {
  const gateway = start();
  const ask = async (token: string) => {
    const { headers } = await gateway.rpc(call('echo'), { token });
    return /scope="([^"]*)"/.exec(headers['www-authenticate'] ?? '')?.[1];
  };
  expect([await ask(await gateway.token({ scope: 'starter.whoami' })), await ask(await gateway.oktaToken())]).toEqual([
    'starter.echo starter.whoami',
    `${PREFIX}starter.echo ${PREFIX}starter.whoami`,
  ]);
});

test('/debug-token explains by the rules of the token’s issuer, and a foreign issuer by all', async () => {
  const gateway = start();
  const explain = async (claims: object) => {
    const { body } = await debugToken(gateway, await gateway.oktaToken(claims));
    return ((body as Record<string, unknown>)['error'] as Record<string, unknown>)['fix'];
  };
  expect([await explain({ aud: 'https://other.example' }), await explain({ iss: 'https://evil.example' })]).toEqual([
    'Set the Audience of the Okta authorization server to this server’s resource URL.',
    `Tokens must have iss = ${ISSUER} or ${OKTA}, byte for byte; look for a trailing slash.`,
  ]);
});
