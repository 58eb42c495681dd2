import { expect, test } from '@jest/globals';
import { redirectUrisOf } from '../../../shared/oauth/clients.ts';
import { createRelayKeys } from '../../../shared/oauth/keys.ts';
import { createRegistration } from '../../../shared/oauth/registration.ts';
import { captureLog } from '../../support/log.ts';

const now = () => Date.UTC(2026, 10, 25);
const readSecret = async (_arn: string, stage: 'AWSCURRENT' | 'AWSPREVIOUS') =>
  stage === 'AWSCURRENT' ? { value: 'a1'.repeat(32), id: 'v1' } : undefined;
const keys = createRelayKeys(readSecret, 'arn:keys', { clock: now, log: captureLog().log });
const registration = createRegistration({
  keys,
  origin: 'https://mcp.example.com',
  clock: now,
  allowed: redirectUrisOf([]),
});

/** As Cursor sends it. */
const CURSOR = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'https://www.cursor.com/agents/mcp/oauth/callback',
  'http://localhost:8787/callback',
];

test('Cursor registers all it asks for: a program, a web page and a port in one request', async () => {
  const answer = await registration.register({ client_name: 'Cursor', redirect_uris: CURSOR });
  expect(answer['redirect_uris']).toEqual(CURSOR);
});

test.each(['cursor://evil/oauth/callback', 'cursor://anysphere.cursor-mcp/oauth/callback/', 'other://x/callback'])(
  'nobody registers %s',
  async (uri) => {
    const asked = registration.register({ client_name: 'Cursor', redirect_uris: [uri] });
    await expect(asked).rejects.toMatchObject({ error: 'invalid_redirect_uri' });
  },
);
