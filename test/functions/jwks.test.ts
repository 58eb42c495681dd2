import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAssertingGateway } from '../support/asserting-gateway.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { FOREVER } from '../support/signing.ts';

const PATH = '/.well-known/jwks.json';
let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

test('a gateway whose backends get no assertions has no key set', async () => {
  const { status } = await createTestGateway(database).send({ method: 'GET', path: PATH });
  expect(status).toBe(404);
});

describe.each(['local', 'kms'] as const)('with assertionSigning=%s', (assertionSigning) => {
  test('the key that signs is published, for everybody to read and for five minutes to keep', async () => {
    const { signing, get } = createAssertingGateway(database, { assertionSigning });
    const { kid } = await signing.current(FOREVER);
    const { status, headers, body } = await get();
    expect({
      status,
      cache: headers['cache-control'],
      cors: headers['access-control-allow-origin'],
      type: headers['content-type'],
      body,
    }).toEqual({
      status: 200,
      cache: 'public, max-age=300',
      cors: '*',
      type: 'application/json',
      body: {
        keys: [
          {
            kty: 'EC',
            crv: 'P-256',
            use: 'sig',
            alg: 'ES256',
            kid,
            x: expect.stringMatching(/^[\w-]{43}$/),
            y: expect.stringMatching(/^[\w-]{43}$/),
          },
        ],
      },
    });
    await database.dynamo.delete(database.state, { pk: 'KEYS#assertion', sk: '000001' });
  });

  test('without KMS it is 503, so that nobody takes a good call for a forged one, and counted', async () => {
    const { signing, kms, gateway, get } = createAssertingGateway(database, { assertionSigning });
    await signing.current(FOREVER);
    kms.down = true;
    const { status, headers, body } = await get();
    expect({ status, retry: headers['retry-after'], body }).toEqual({
      status: 503,
      retry: '5',
      body: {
        ok: false,
        error: {
          code: 'SIGNING_KEYS_UNAVAILABLE',
          message: 'The keys of this gateway cannot be read now. Verify with those you have, and try again.',
        },
        requestId: 'request-1',
      },
    });
    expect(gateway.lines.filter(({ event }) => event === 'dependency.failed')).toEqual([
      { level: 'warn', event: 'dependency.failed', dependency: 'kms', error: 'KMSInternalException' },
    ]);
    await database.dynamo.delete(database.state, { pk: 'KEYS#assertion', sk: '000001' });
  });
});

test('before the first assertion the set is empty, and nobody keeps that', async () => {
  const { signing, get } = createAssertingGateway(database);
  const before = await get();
  const { kid } = await signing.current(FOREVER);
  const after = await get();
  expect([before.headers['cache-control'], before.body, after.body]).toEqual([
    'no-store',
    { keys: [] },
    { keys: [expect.objectContaining({ kid })] },
  ]);
});
