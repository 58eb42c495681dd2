import { afterEach, expect, test } from '@jest/globals';
import { createSignRequest } from '../../../../shared/aws/sign-request.ts';
import { regionOf } from '../../../../shared/backend/auth/aws-iam.ts';
import type { BackendRequest } from '../../../../shared/backend/request.ts';
import { answerJson, createBackendWorld, type RunningBackend, startBackend } from '../../../support/backend.ts';
import { NOW } from '../../../support/config.ts';
import { expectedAuthorization } from '../../../support/sigv4.ts';

let backend: RunningBackend;
afterEach(() => backend.stop());

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', sessionToken: 'session/token==' };
const ROLE = { id: KEYS.accessKeyId, secret: KEYS.secretAccessKey, service: 'execute-api', region: 'eu-central-1' };

async function call(request: BackendRequest, credentials = async () => KEYS) {
  backend = await startBackend((_request, response) => answerJson(response, 200, {}));
  const { backends, caller } = createBackendWorld({
    url: backend.url,
    backend: { auth: { mode: 'aws-iam', service: 'execute-api' } },
    settings: { region: 'eu-central-1' },
    auth: { signRequest: createSignRequest({ credentials, now: () => NOW }) },
  });
  return backends.call('crm', request, caller);
}

test.each<[string, BackendRequest]>([
  ['a read', { method: 'GET', path: '/deals' }],
  ['a path that is encoded', { method: 'GET', path: '/accounts/{name}', params: { name: 'Öl & Söhne (1)' } }],
  ['a query', { method: 'GET', path: '/deals', query: { z: 'ü =&', a: ['2', '1'], b: true } }],
  ['a body', { method: 'POST', path: '/deals', body: { account: 'Öl' } }],
])('%s is signed as the service verifies it', async (_name, request) => {
  await call(request);
  const [received] = backend.received;
  const { authorization } = received!.headers;
  expect([authorization, received!.headers['x-amz-security-token'], received!.headers['x-amz-date']]).toEqual([
    expectedAuthorization(received!, ROLE),
    'session/token==',
    '20261124T080000Z',
  ]);
  expect(authorization).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token');
});

test('without credentials nothing is sent, and no key is told', async () => {
  const none = async () => {
    throw new Error('no credentials for AKIDEXAMPLE');
  };
  await expect(call({ method: 'GET', path: '/deals' }, none)).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    reason: 'signing_failed',
    message: expect.not.stringContaining('AKID'),
  });
  expect(backend.received).toEqual([]);
});

test.each([
  ['a1b2c3.execute-api.eu-central-1.amazonaws.com', 'eu-central-1'],
  ['abcdef.lambda-url.us-east-1.on.aws', 'us-east-1'],
  ['api.acme.com', undefined],
  ['execute-api.eu-central-1.amazonaws.com.evil.example', undefined],
])('the region of %s is %s', (host, region) => {
  expect(regionOf(host)).toBe(region);
});
