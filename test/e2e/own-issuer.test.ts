import { createServer, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { close, findFreePort } from '../../cli/dev/network.ts';
import { type DevGateway, startDev } from '../../cli/dev/start.ts';
import { goodClaims } from '../support/config.ts';
import { createIssuer, type TestIssuer } from '../support/issuer.ts';
import { listenAnywhere } from '../support/listen.ts';
import { captureLog } from '../support/log.ts';
import { legacy } from '../support/messages.ts';

const AUDIENCE = 'https://api.example.com';
let gateway: DevGateway;
let idp: TestIssuer;
const server = createServer((incoming, response) => {
  const base = idp.issuer;
  idp
    .getJson(`${base}${incoming.url}`, { allowHttp: true, timeoutMs: 1000, maxBytes: 100_000 })
    .then(({ json }) => response.setHeader('content-type', 'application/json').end(JSON.stringify(json)))
    .catch(() => response.writeHead(404).end());
});

beforeAll(async () => {
  idp = createIssuer(`http://127.0.0.1:${await listenAnywhere(server)}`);
  const context = { idp: 'oidc', issuer: idp.issuer, audience: AUDIENCE };
  gateway = await startDev({ port: await findFreePort(), context, log: captureLog().log });
});
afterAll(async () => {
  await gateway.stop();
  await close(server);
});

const claims = (more: object = {}) => ({ ...goodClaims(Date.now()), iss: idp.issuer, aud: AUDIENCE, ...more });

/** Raw, because fetch would merge or refuse what an attacker may send. */
function post(headers: Readonly<Record<string, string | string[]>>) {
  return new Promise<{ status: number; challenge: string; code: string | undefined }>((resolve, reject) => {
    const out = request(gateway.state.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    out.on('error', reject);
    out.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      response.on('end', () => {
        const { error } = JSON.parse(text) as { error?: { data: { code: string } } };
        const challenge = /error="(\w+)"/.exec(response.headers['www-authenticate'] ?? '')?.[1];
        resolve({
          status: response.statusCode ?? 0,
          challenge: response.headers['www-authenticate'] === undefined ? 'none' : (challenge ?? 'bare'),
          code: error?.data.code,
        });
      });
    });
    out.end(JSON.stringify(legacy('tools/call', { name: 'whoami' })));
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const refused = (code: string) => ({ status: 401, challenge: 'invalid_token', code });

test('a gateway pointed at any issuer by parameters takes its good tokens', async () => {
  expect(await post(bearer(await idp.sign(claims())))).toEqual({ status: 200, challenge: 'none', code: undefined });
});

const HS256 = { alg: 'HS256', kid: 'key-RS256' };
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const FORGED: ReadonlyArray<readonly [string, () => Promise<string>, object]> = [
  ['without a signature', async () => `${part({ alg: 'none' })}.${part(claims())}.`, refused('JWT_VERIFY_FAILED')],
  [
    'signed with the public key as a secret',
    async () => `${part(HS256)}.${part(claims())}.AAAA`,
    refused('JWT_VERIFY_FAILED'),
  ],
  [
    'changed after signing',
    async () => {
      const [head, , signature] = (await idp.sign(claims())).split('.');
      return `${head}.${part(claims({ sub: 'admin' }))}.${signature}`;
    },
    refused('JWT_VERIFY_FAILED'),
  ],
  ['of another issuer', () => idp.sign(claims({ iss: 'https://evil.example' })), refused('JWT_VERIFY_FAILED')],
  ['for another API', () => idp.sign(claims({ aud: 'https://other.example' })), refused('TOKEN_WRONG_AUDIENCE')],
  ['without an audience', () => idp.sign(claims({ aud: undefined })), refused('TOKEN_WRONG_AUDIENCE')],
  ['expired', () => idp.sign(claims({ exp: Math.floor(Date.now() / 1000) - 60 })), refused('TOKEN_EXPIRED')],
  ['without an end', () => idp.sign(claims({ exp: undefined })), refused('JWT_VERIFY_FAILED')],
  ['with an end as text', () => idp.sign(claims({ exp: '9999999999' })), refused('JWT_VERIFY_FAILED')],
  ['without a subject', () => idp.sign(claims({ sub: undefined })), refused('TOKEN_NO_SUB')],
  ['of an app without a user', () => idp.sign(claims({ sub: 'test-client' })), refused('TOKEN_NO_SUB')],
  ['that is an ID token', () => idp.sign(claims({ nonce: 'n' })), refused('JWT_VERIFY_FAILED')],
  ['of an unknown key', () => idp.sign(claims(), { kid: 'nobody' }), refused('JWT_VERIFY_FAILED')],
  ['of another type', () => idp.sign(claims(), { typ: 'logout+jwt' }), refused('JWT_VERIFY_FAILED')],
  ['that is opaque', async () => 'dGhpcyBpcyBub3QgYSB0b2tlbg', refused('ACCESS_TOKEN_NOT_JWS')],
  ['that is encrypted', async () => 'a.b.c.d.e', refused('ACCESS_TOKEN_IS_ENCRYPTED_JWE')],
  ['of 9 KB', async () => 'a'.repeat(9000), refused('JWT_VERIFY_FAILED')],
];
test.each(FORGED)('a token %s is refused with its code and a challenge', async (_name, make, expected) => {
  expect(await post(bearer(await make()))).toEqual(expected);
});

test.each([
  ['no header', {}, { status: 401, challenge: 'bare', code: 'NO_AUTH' }],
  ['another scheme', { authorization: 'Basic YTpi' }, { status: 401, challenge: 'bare', code: 'NO_AUTH' }],
  ['no token', { authorization: 'Bearer' }, { status: 400, challenge: 'invalid_request', code: 'INVALID_AUTH_HEADER' }],
  [
    'two tokens',
    { authorization: ['Bearer a', 'Bearer b'] },
    { status: 400, challenge: 'invalid_request', code: 'INVALID_AUTH_HEADER' },
  ],
])('%s in Authorization is refused as documented', async (_name, headers, expected) => {
  expect(await post(headers as Record<string, string | string[]>)).toEqual(expected);
});
