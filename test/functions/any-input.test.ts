import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { goodClaims, NOW } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await startDatabase();
  gateway = createTestGateway(database);
});
afterAll(() => database.stop());

const { privateKey } = generateKeyPairSync('ed25519');
const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const META = 'io.modelcontextprotocol/protocolVersion';
const name = fc.constantFrom('alg', 'kid', 'typ', 'crit', 'jwk', 'jku', 'b64', '__proto__', 'constructor');
const claim = fc.constantFrom(
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'scope',
  'client_id',
  'jti',
  'nonce',
  'roles',
  '__proto__',
);
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, '', -1, 1e308, [], {}, '\u0000', '\ud800', NOW),
);

/** Neither a stack trace nor a server error, whatever is in a token; only the codes of 400 and 401, or it is let in. */
async function answer(token: string) {
  const report = await gateway.send({
    method: 'GET',
    path: '/debug-token',
    headers: { authorization: `Bearer ${token}` },
  });
  const call = await gateway.rpc(legacy('tools/call', { name: 'whoami' }), { token });
  return [report.status, call.status];
}

test('any JSON in header and claims, signed by somebody else, is 401', async () => {
  const key = createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, odd), fc.dictionary(claim, odd), async (header, claims) => {
      const input = `${part({ alg: 'EdDSA', kid: 'key-EdDSA', ...header })}.${part({ ...goodClaims(), ...claims })}`;
      const token = `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
      expect(await answer(token)).toEqual([401, 401]);
    }),
    { numRuns: 200 },
  );
});

test('any claims, signed by the issuer, are 401 or let in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(claim, odd, { minKeys: 1, maxKeys: 3 }), async (claims) => {
      const token = await gateway.token(JSON.parse(JSON.stringify(claims)) as object);
      const [report, call] = await answer(token);
      // A user without the scope is 403; 200 is a token that is still good.
      expect([report === 401 || report === 200, call === 401 || call === 403 || call === 200]).toEqual([true, true]);
    }),
    { numRuns: 200 },
  );
});

test('any text as a token is 400 or 401', async () => {
  const base64 = fc.stringMatching(/^[A-Za-z0-9_-]{0,40}$/);
  const texts = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.array(base64, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.')),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const statuses = await answer(text);
      expect(statuses.filter((status) => status !== 400 && status !== 401)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('any JSON as a message, in any era, is answered without a server error', async () => {
  const member = fc.constantFrom('jsonrpc', 'id', 'method', 'params', 'result', 'error', '__proto__');
  const value = fc.oneof(
    odd,
    fc.constantFrom<unknown>('2.0', 'tools/call', 'tools/list', 'initialize', 'server/discover', { name: 'echo' }),
    fc.record({ name: odd, arguments: odd, _meta: fc.dictionary(fc.constantFrom(META, `${META}x`), odd), cursor: odd }),
  );
  const headers = fc.dictionary(
    fc.constantFrom('mcp-protocol-version', 'mcp-method', 'mcp-name', 'accept', 'origin'),
    fc.constantFrom('2026-07-28', '2025-06-18', 'tools/call', '=?base64?w6Q=?=', '=?base64?/w==?=', '*/*', 'x', ''),
  );
  const token = await gateway.token();
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.dictionary(member, value), odd), headers, async (message, more) => {
      const { status, body } = await gateway.rpc(message, { token, headers: more });
      expect([status < 500, JSON.stringify(body ?? '').includes('    at ')]).toEqual([true, false]);
    }),
    { numRuns: 500 },
  );
});
