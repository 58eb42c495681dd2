import { createHash } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createAssertionSigner } from '../../../../shared/backend/assertion.ts';
import { bodyHash, requestHash } from '../../../../shared/backend/request-hash.ts';
import { answerJson, createBackendWorld, type RunningBackend, startBackend } from '../../../support/backend.ts';
import { createSigningWorld } from '../../../support/signing.ts';

let backend: RunningBackend;
afterEach(() => backend.stop());

const GATEWAY = 'https://mcp.example.com';

async function world(settings: { readonly audience?: string } = {}) {
  let failures = 0;
  backend = await startBackend((_request, response) =>
    failures-- > 0 ? response.destroy() : answerJson(response, 200, {}),
  );
  const signing = createSigningWorld();
  const { clock } = signing.ports;
  const signer = createAssertionSigner({ keys: signing.signer(), clock, issuer: GATEWAY });
  const options = {
    url: backend.url,
    backend: { auth: { mode: 'assertion' } },
    settings,
    auth: { signer },
    clock,
  } as const;
  return {
    ...createBackendWorld(options),
    signing,
    failOnce: () => {
      failures = 1;
    },
    assertions: () => backend.received.map(({ headers }) => headers.authorization?.replace('Bearer ', '') ?? ''),
  };
}

test('the backend gets a word for this user, this tool and exactly this request', async () => {
  const { backends, caller, assertions } = await world({ audience: 'urn:crm' });
  const request = {
    method: 'POST',
    path: '/deals/{id}',
    params: { id: 'a b' },
    query: { q: 'ü' },
    body: { a: 1 },
  } as const;
  await backends.call('crm', request, caller);
  const [{ target, body }] = backend.received as [(typeof backend.received)[0]];
  const [path = '', query = ''] = target.split('?');
  const { jti, iat, exp, ...claims } = decodeJwt(assertions()[0] ?? '');
  expect([typeof jti, Number(exp) - Number(iat), claims]).toEqual([
    'string',
    60,
    {
      iss: GATEWAY,
      aud: 'urn:crm',
      sub: caller.uid,
      sub_id: { format: 'iss_sub', iss: caller.principal.issuer, sub: 'auth0|alice' },
      client_id: 'client-1',
      scope: 'crm.read',
      tool: 'getDeal',
      txn: 'request-1',
      req_hash: requestHash({ method: 'POST', path, query, body }, bodyHash(body)),
      body_hash: createHash('sha256').update('{"a":1}').digest('base64url'),
    },
  ]);
});

test('without a name of its own the backend is its URL', async () => {
  const { backends, caller, assertions } = await world();
  await backends.call('crm', { method: 'GET', path: '/deals' }, caller);
  expect(decodeJwt(assertions()[0] ?? '').aud).toBe(backend.url);
});

test('a second attempt carries another assertion', async () => {
  const { backends, caller, assertions, failOnce } = await world();
  failOnce();
  await backends.call('crm', { method: 'GET', path: '/deals' }, caller);
  const ids = assertions().map((token) => decodeJwt(token).jti);
  expect([ids.length, new Set(ids).size]).toEqual([2, 2]);
});

test('without a key to sign with nothing is sent', async () => {
  const { backends, caller, signing } = await world();
  signing.kms.down = true;
  await expect(backends.call('crm', { method: 'GET', path: '/deals' }, caller)).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    reason: 'signing_failed',
    hadNoEffect: true,
  });
  expect(backend.received).toEqual([]);
});
