import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';
import { ERRORS } from '../../shared/core/error-table.ts';
import { ISSUER } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

const page = readFileSync(join(projectRoot, 'docs/troubleshooting.md'), 'utf8');
let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database);
});
afterAll(() => database.stop());

/** What a user sees for this token: the code on /mcp, and the check that /debug-token names. */
async function symptom(token: string) {
  const call = await gateway.rpc(legacy('tools/list'), { token });
  const report = await gateway.send({
    method: 'GET',
    path: '/debug-token',
    headers: { authorization: `Bearer ${token}` },
  });
  const code = (call.body as { error?: { data: { code: string } } }).error?.data.code;
  const check = (report.body as { error?: { check: string } }).error?.check;
  return { status: call.status, code, check };
}

const seconds = () => Math.floor(gateway.time.now / 1000);
const SYMPTOMS: ReadonlyArray<readonly [string, () => Promise<string>, object]> = [
  [
    'a slash too many in the issuer',
    () => gateway.token({ iss: `${ISSUER}/` }),
    { status: 401, code: 'JWT_VERIFY_FAILED', check: 'iss_mismatch' },
  ],
  [
    'a token for another audience',
    () => gateway.token({ aud: 'https://other.example' }),
    { status: 401, code: 'TOKEN_WRONG_AUDIENCE', check: 'aud_mismatch' },
  ],
  [
    'a token without an audience',
    () => gateway.token({ aud: undefined }),
    { status: 401, code: 'TOKEN_WRONG_AUDIENCE', check: 'aud_missing' },
  ],
  [
    'an expired token',
    () => gateway.token({ exp: seconds() - 60 }),
    { status: 401, code: 'TOKEN_EXPIRED', check: 'expired' },
  ],
  [
    'a clock that is behind',
    () => gateway.token({ iat: seconds() + 120 }),
    { status: 401, code: 'JWT_VERIFY_FAILED', check: 'iat_in_future' },
  ],
  [
    'an encrypted token',
    async () => 'a.b.c.d.e',
    { status: 401, code: 'ACCESS_TOKEN_IS_ENCRYPTED_JWE', check: 'encrypted' },
  ],
  ['an opaque token', async () => 'b3BhcXVl', { status: 401, code: 'ACCESS_TOKEN_NOT_JWS', check: 'opaque' }],
  ['an ID token', () => gateway.token({ nonce: 'n' }), { status: 401, code: 'JWT_VERIFY_FAILED', check: 'id_token' }],
  [
    'an app’s token',
    () => gateway.token({ sub: 'test-client' }),
    { status: 401, code: 'TOKEN_NO_SUB', check: 'app_only' },
  ],
];
test.each(SYMPTOMS)('%s shows as the page says', async (_name, make, expected) => {
  const seen = await symptom(await make());
  expect(seen).toEqual(expected);
  expect([seen.check, seen.code].filter((word) => page.includes(`\`${word}\``))).not.toEqual([]);
});

test('scopes come as text, as an array, or as permissions of the provider’s own claim', async () => {
  const statuses = await Promise.all(
    [{ scope: 'starter.echo' }, { scope: '', scp: ['starter.echo'] }, { scope: '', scp: 'starter.echo' }].map(
      async (claims) => {
        const token = await gateway.token(claims);
        return (await gateway.rpc(legacy('tools/call', { name: 'echo', arguments: { text: 'x' } }), { token })).status;
      },
    ),
  );
  expect(statuses).toEqual([200, 200, 200]);
});

test('a client that keeps asking to sign in finds each document under the URL that the one before names', async () => {
  const { headers, body } = await gateway.rpc(legacy('tools/list'), { token: undefined });
  const challenge = headers['www-authenticate'] ?? '';
  const metadataUrl = new URL(/resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '');
  const metadata = await gateway.send({ method: 'GET', path: metadataUrl.pathname });
  const { resource, authorization_servers } = metadata.body as { resource: string; authorization_servers: string[] };
  const server = await gateway.send({ method: 'GET', path: '/.well-known/oauth-authorization-server' });
  expect({
    inBody: (body as { error: { data: { challenge: string } } }).error.data.challenge === challenge,
    resource,
    issuers: [authorization_servers[0], (server.body as { issuer: string }).issuer],
  }).toEqual({ inBody: true, resource: 'https://mcp.example.com/mcp', issuers: [ISSUER, ISSUER] });
});

test('every code on the page is in the table of errors', () => {
  const codes = [...page.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, code = '']) => code);
  expect(codes.filter((code) => !Object.hasOwn(ERRORS, code))).toEqual([]);
});
