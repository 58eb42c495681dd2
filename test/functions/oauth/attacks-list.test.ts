import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
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

const here = dirname(fileURLToPath(import.meta.url));

test('every attack on an authorization server in front of another one, 1 to 34, has its tests', () => {
  const sources = readdirSync(here).filter((name) => name.startsWith('attacks-') || name === 'strict.test.ts');
  const text = sources.map((name) => readFileSync(join(here, name), 'utf8')).join('\n');
  const numbers = [...text.matchAll(/\b(?:describe|test)\(\s*'attack (\d+):/g)].map(([, number]) => Number(number));
  expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(Array.from({ length: 34 }, (_, at) => at + 1));
});

describe('attack 34: secrets in the log', () => {
  /** Each endpoint, once as it should be and once refused. */
  async function walk() {
    const relay = createTestRelay({ relay: { registration: true } });
    const { code, pkce, prompted, state } = await signInAt(relay);
    const { json } = await relay.post('/oauth/token', codeGrant(code, pkce.verifier));
    const refresh = String(json['refresh_token']);
    await relay.post('/oauth/token', refreshGrant(refresh));
    await relay.post('/oauth/token', codeGrant(`${code}A`, newPkce().verifier));
    await relay.post('/oauth/token', refreshGrant('upstream-refresh-token-0'), {
      headers: { authorization: 'Basic eA==' },
    });
    await relay.post('/oauth/revoke', { client_id: 'nobody', token: refresh });
    await relay.post('/oauth/revoke', { client_id: codeGrant('', '')['client_id'], token: refresh });
    await relay.get('/oauth/callback', { code: 'upstream-code-of-somebody', state });
    await approve(relay, prompted);
    await approve(relay, { ...prompted, consent: `${prompted.consent}A` });
    await approve(relay, await askConsent(relay, goodRequest(pkce.challenge)), 'deny');
    await relay.get('/oauth/authorize', goodRequest(pkce.challenge, { redirect_uri: 'https://evil.example' }));
    relay.upstream.answer = async () => {
      throw new Error('not_reached');
    };
    await relay.post('/oauth/token', refreshGrant(refresh));
    return {
      relay,
      secrets: { code, refresh, state, cookie: prompted.cookie.split('=')[1] ?? '', verifier: pkce.verifier },
    };
  }

  test('none of a whole walk through every endpoint is in it', async () => {
    const { relay } = await walk();
    expect([relay.lines.length >= 15, takeLeaks()]).toEqual([true, []]);
  });

  test.each(['code', 'refresh', 'state', 'cookie', 'verifier'] as const)(
    'a %s in a line would be found by the scan that ends each of these tests, in base64 too',
    async (kind) => {
      const { relay, secrets } = await walk();
      const secret = secrets[kind];
      relay.lines.push({ level: 'info', event: 'careless', text: Buffer.from(`x ${secret}`).toString('base64') });
      expect(takeLeaks().length).toBeGreaterThan(0);
    },
  );
});
