import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { close } from '../../cli/dev/network.ts';
import { createAssertionSigner } from '../../shared/backend/assertion.ts';
import { createVerifier } from '../../verifiers/node/verify-gatehouse.mjs';
import { createAssertingGateway } from '../support/asserting-gateway.ts';
import { assertionClaims, BACKEND } from '../support/assertion.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { listenAnywhere } from '../support/listen.ts';
import { DAY } from '../support/signing.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

test('a backend accepts what mcp signed by what discovery published, over HTTP and over a change of keys', async () => {
  const { gateway, signing, clock } = createAssertingGateway(database);
  const server = createServer(async ({ url = '' }, response) => {
    const { status, body } = await gateway.send({ method: 'GET', path: url });
    response.writeHead(status).end(JSON.stringify(body));
  });
  const issuer = `http://127.0.0.1:${await listenAnywhere(server)}`;
  const signer = createAssertionSigner({ keys: signing, clock, issuer });
  const verify = createVerifier({ issuer, audience: BACKEND, now: clock });
  const kids = new Set<string>();
  for (let day = 0; day < 65; day++) {
    const request = { method: 'POST', path: '/notes', query: '', body: `{"day":${day}}` };
    const assertion = await signer.sign(assertionClaims({ request }));
    const { sub } = await verify({ assertion, ...request });
    expect(sub).toBe('usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF');
    kids.add(assertion.split('.')[0]!);
    gateway.time.now += DAY;
  }
  await close(server);
  expect(kids.size).toBe(3);
});
