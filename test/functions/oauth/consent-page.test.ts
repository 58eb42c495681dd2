import { afterEach, expect, test } from '@jest/globals';
import { CLAUDE_CODE, createTestRelay, goodRequest, newPkce, takeLeaks } from '../../support/relay.ts';

afterEach(() => expect(takeLeaks()).toEqual([]));

const AGENT = {
  client_id: 'acme-agent',
  client_name: 'Acme Agent',
  redirect_uris: ['https://agent.acme.com/callback', 'http://localhost/callback', 'cursor://claude.ai/callback'],
};

/** What the page says of the name, and of where access goes. */
async function shownTo(client_id: string, redirect_uri: string) {
  const relay = createTestRelay({ relay: { clients: [AGENT] } });
  const { challenge } = newPkce();
  const { text } = await relay.get('/oauth/authorize', { ...goodRequest(challenge), client_id, redirect_uri });
  const read = (pattern: RegExp) => (pattern.exec(text)?.[1] ?? '').replace(/<[^>]*>/g, '').replace(/\s+/g, ' ');
  return {
    standing: read(/<div class="note[^>]*>.*?<p>(.*?)<\/p>/s),
    goesTo: read(/Access goes to<\/dt><dd>(.*?)<\/dd>/),
  };
}

const known = 'The name was entered by those who run mcp.example.com';
const local = 'but any program on this computer can use it. Allow it only if you have just started this yourself.';

test.each([
  ['https://agent.acme.com/callback', `Verified. ${known}.`, 'agent.acme.com'],
  [
    'http://localhost:5050/callback',
    `Name verified, program not. ${known}, ${local}`,
    'a program on this computer (localhost:5050)',
  ],
  [
    // The text after a private scheme is nobody's host, whatever it looks like.
    'cursor://claude.ai/callback',
    `Name verified, program not. ${known}, ${local}`,
    'a program on this computer (cursor:)',
  ],
])('a client of the configuration that wants its answer at %s', async (redirectUri, standing, goesTo) => {
  expect(await shownTo('acme-agent', redirectUri)).toEqual({ standing, goesTo });
});

test('a client with published metadata has the domain of its id, and no other', async () => {
  expect(await shownTo(CLAUDE_CODE, 'http://127.0.0.1:9/callback')).toEqual({
    standing: `Name verified, program not. The name belongs to claude.ai, ${local}`,
    goesTo: 'a program on this computer (127.0.0.1:9)',
  });
});
