import { inspect } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { hideToken } from '../../../../shared/backend/auth/subject-token.ts';
import type { RawToken } from '../../../../shared/core/principal.ts';
import { answerJson, createBackendWorld, type RunningBackend, startBackend } from '../../../support/backend.ts';
import { RESOURCE } from '../../../support/config.ts';

const TOKEN = 'alice.token.signature';
let backend: RunningBackend;
afterEach(() => backend.stop());

async function call(tokenAudience: readonly string[], bearer: string | undefined) {
  backend = await startBackend((_request, response) => answerJson(response, 200, {}));
  const { backends, caller } = createBackendWorld({
    url: backend.url,
    backend: { auth: { mode: 'forward-token' } },
    settings: { audience: RESOURCE, forwardToken: true },
  });
  const outcome = await backends
    .call(
      'crm',
      { method: 'GET', path: '/deals' },
      {
        ...caller,
        principal: { ...caller.principal, audience: tokenAudience },
        bearer: bearer === undefined ? undefined : hideToken(bearer as RawToken),
      },
    )
    .then(
      ({ status }) => status,
      ({ code, reason }) => `${code} ${reason}`,
    );
  return [outcome, backend.received.map(({ headers }) => headers.authorization)];
}

test('the backend gets the token as it came, if it is meant for both', async () => {
  expect(await call(['other', RESOURCE], TOKEN)).toEqual([200, [`Bearer ${TOKEN}`]]);
});

test.each<[string, readonly string[], string | undefined]>([
  ['for another audience of the gateway', ['https://other.example'], TOKEN],
  ['that was not kept', [RESOURCE], undefined],
])('a token %s goes nowhere', async (_name, audience, token) => {
  expect(await call(audience, token)).toEqual(['BACKEND_REFUSED token_not_for_backend', []]);
});

test('what stands for a token shows nothing of it', () => {
  const handle = hideToken(TOKEN as RawToken);
  expect([
    JSON.stringify(handle),
    String(handle),
    inspect(handle, { showHidden: true }),
    Reflect.ownKeys(handle),
  ]).toEqual(['{}', '[object Object]', '{}', []]);
});
