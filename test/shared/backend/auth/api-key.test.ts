import { afterEach, expect, test } from '@jest/globals';
import type { ApiKeyAuth } from '../../../../shared/backend/auth/api-key.ts';
import { answerJson, createBackendWorld, type RunningBackend, startBackend } from '../../../support/backend.ts';
import { NOW } from '../../../support/config.ts';
import { createRotatingSecret } from '../../../support/rotating-secret.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm-a1b2c3';
const MINUTE = 60_000;

let backend: RunningBackend;
afterEach(() => backend.stop());

/** A backend that takes one key, and a gateway with the secret that it should be in. */
async function world(accepted: string, secretText: string, auth: Partial<ApiKeyAuth> = {}) {
  const keys = { accepted, now: NOW };
  backend = await startBackend(({ headers }, response) =>
    answerJson(response, headers['x-api-key'] === keys.accepted ? 200 : 401, {}),
  );
  const secret = createRotatingSecret(secretText);
  const { backends, caller, lines } = createBackendWorld({
    url: backend.url,
    backend: { auth: { mode: 'api-key', header: 'x-api-key', ...auth } },
    settings: { secretArn: ARN },
    auth: { readSecret: secret.readSecret },
    clock: () => keys.now,
  });
  const call = () =>
    backends.call('crm', { method: 'POST', path: '/deals', body: {} }, { ...caller, deadline: keys.now + 24_000 }).then(
      ({ status }) => status,
      ({ code, reason }) => `${code} ${reason}`,
    );
  return { keys, secret, call, lines, sent: () => backend.received.map(({ headers }) => headers['x-api-key']) };
}

test('the key goes into its header, without the line break of its file, and is read once for many calls', async () => {
  const { call, secret, sent } = await world('Key k-1', 'k-1\n', { prefix: 'Key ' });
  expect([await call(), await call(), await call(), sent(), secret.reads]).toEqual([
    200,
    200,
    200,
    ['Key k-1', 'Key k-1', 'Key k-1'],
    [ARN],
  ]);
});

test('a new key is found when the old one is refused, without a deploy and without an error', async () => {
  const { call, keys, secret, sent } = await world('k-1', 'k-1');
  const before = await call();
  keys.now += MINUTE;
  secret.value = 'k-2';
  keys.accepted = 'k-2';
  expect([before, await call(), await call(), sent(), secret.reads.length]).toEqual([
    200,
    200,
    200,
    ['k-1', 'k-1', 'k-2', 'k-2'],
    2,
  ]);
});

test('a key that is refused and has not changed is tried once, and the secret is not read for each refusal', async () => {
  const { call, keys, secret, sent } = await world('k-2', 'k-1');
  const first = await call();
  keys.now += MINUTE;
  expect([first, await call(), await call(), sent(), secret.reads.length]).toEqual([
    'BACKEND_ERROR http_401',
    'BACKEND_ERROR http_401',
    'BACKEND_ERROR http_401',
    ['k-1', 'k-1', 'k-1'],
    2,
  ]);
});

test('a change is taken after five minutes even if the old key still works', async () => {
  const { call, keys, secret, sent } = await world('k-1', 'k-1');
  await call();
  secret.value = 'k-2';
  keys.now += 5 * MINUTE;
  expect([await call(), sent()]).toEqual(['BACKEND_ERROR http_401', ['k-1', 'k-2']]);
});

test('an outage of Secrets Manager is survived for an hour with the key that is known, and then nothing is sent', async () => {
  const { call, keys, secret, lines } = await world('k-1', 'k-1');
  await call();
  secret.value = undefined;
  keys.now += 59 * MINUTE;
  const during = await call();
  keys.now += MINUTE;
  const later = await call();
  secret.value = 'k-1';
  keys.now += 10_000;
  expect([during, later, await call()]).toEqual([200, 'BACKEND_UNAVAILABLE secret_unavailable', 200]);
  expect([lines.filter(({ event }) => event === 'secret.failed').length, JSON.stringify(lines)]).toEqual([
    2,
    expect.not.stringMatching(/123|k-1/),
  ]);
});

test.each(['', 'two\nlines', 'k\r\nx-user-id: usr_1', 'schlüssel'])(
  'a secret of %j is no key, and nothing is sent',
  async (text) => {
    const { call, sent } = await world('k-1', text);
    expect([await call(), sent()]).toEqual(['BACKEND_UNAVAILABLE secret_unavailable', []]);
  },
);
