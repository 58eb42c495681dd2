import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';
import {
  approve,
  askConsent,
  codeGrant,
  createTestRelay,
  goodRequest,
  newPkce,
  refreshGrant,
  signInAt,
  takeLeaks,
} from '../../support/relay.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
afterEach(() => expect(takeLeaks()).toEqual([]));

const strictRelay = (dynamo: Dynamo = database.dynamo) =>
  createTestRelay({ relay: { strict: true }, dynamo, stateTable: database.state });
const { challenge } = newPkce();

describe('with strict, what is sealed works once', () => {
  test('attack 19: a code used many times at once, at several instances, succeeds exactly once', async () => {
    const relay = strictRelay();
    const { code, pkce } = await signInAt(relay);
    const instances = [relay, relay.restart(), relay.restart()];
    const grant = codeGrant(code, pkce.verifier);
    const answers = await Promise.all([...instances, ...instances].map((one) => one.post('/oauth/token', grant)));
    expect({
      statuses: answers.map(({ status }) => status).sort(),
      errors: new Set(answers.map(({ json }) => json['error'])),
      upstream: relay.upstream.calls.length,
    }).toEqual({
      statuses: [200, 400, 400, 400, 400, 400],
      errors: new Set([undefined, 'invalid_grant']),
      upstream: 1,
    });
  });

  test('a wrong verifier does not use a code up', async () => {
    const relay = strictRelay();
    const { code, pkce } = await signInAt(relay);
    const wrong = await relay.post('/oauth/token', codeGrant(code, newPkce().verifier));
    const right = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
    expect([wrong.status, right.status]).toEqual([400, 200]);
  });

  test('attack 9: a state is good for one answer, in its own browser too', async () => {
    const relay = strictRelay();
    const { state, prompted } = await signInAt(relay);
    const again = await relay.get('/oauth/callback', { code: 'another', state }, { cookies: [prompted.cookie] });
    expect([again.status, relay.lines.at(-1)?.['reason']]).toEqual([400, 'state_used']);
  });

  test('a consent is given once', async () => {
    const relay = strictRelay();
    const prompted = await askConsent(relay, goodRequest(challenge));
    const answers = [
      await approve(relay, prompted),
      await approve(relay, prompted),
      await approve(relay, prompted, 'deny'),
    ];
    expect(answers.map(({ status, location }) => [status, location?.host])).toEqual([
      [302, 'login.example.com'],
      [400, undefined],
      [400, undefined],
    ]);
  });

  test('without the table nobody signs in: used and unused could not be told apart', async () => {
    const relay = strictRelay();
    const { code, pkce } = await signInAt(relay);
    const failing: Dynamo = {
      ...database.dynamo,
      putIfAbsent: async () => {
        throw new Error('no table');
      },
    };
    const blind = createTestRelay({
      relay: { strict: true },
      dynamo: failing,
      stateTable: database.state,
      secrets: relay.secrets,
    });
    const token = await blind.post('/oauth/token', codeGrant(code, pkce.verifier));
    const page = await approve(blind, await askConsent(blind, goodRequest(challenge)));
    const told = page.location?.searchParams.get('error');
    expect({ token: [token.status, token.json['error']], told, asked: blind.upstream.calls }).toEqual({
      token: [503, 'temporarily_unavailable'],
      told: 'temporarily_unavailable',
      asked: [],
    });
  });

  test('the marks hold no secret and end by themselves', async () => {
    const relay = strictRelay();
    const { code, pkce } = await signInAt(relay);
    await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
    const items = (await database.dump()) as ReadonlyArray<Record<string, unknown>>;
    expect(JSON.stringify(items)).not.toContain(code);
    expect(items.every((item) => 'ttl' in item)).toBe(true);
  });
});

test('without strict no table is touched on the whole way', async () => {
  // The relay of this test has a database of which every operation is an error.
  const relay = createTestRelay({ relay: { registration: true } });
  const { code, pkce } = await signInAt(relay);
  const first = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
  const second = await relay.post('/oauth/token', refreshGrant(first.json['refresh_token']));
  expect([first.status, second.status]).toEqual([200, 200]);
});
