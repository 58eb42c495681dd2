import { describe, expect, test } from '@jest/globals';
import { readParameters } from '../../infra/config.ts';
import { byDefault } from '../../infra/gateway-config.ts';
import { synthGateway } from '../../infra/synth.ts';
import { PINNED_CLIENTS } from '../../shared/oauth/pinned-clients.ts';
import { PERSONAS } from '../personas/clients/index.ts';
import { deployContexts, fencedIn, readGuide } from '../support/guide-page.ts';

const page = readGuide('connect.md');
const CLIENTS = [
  'ChatGPT',
  'Claude on the web, desktop and mobile',
  'Claude Code',
  'Codex',
  'VS Code',
  'Cursor',
  'MCP Inspector',
  'The official SDKs',
];

test('has a section for each client, and one table of redirect URLs', () => {
  expect(page.headings).toEqual([...CLIENTS, 'Redirect URLs']);
});

test.each(CLIENTS)('%s: what is said of it has a source', (heading) => {
  expect(page.section(heading)).toMatch(/^Source: .*\w/m);
});

describe('the table of redirect URLs', () => {
  const table = page.section('Redirect URLs');

  test.each(PINNED_CLIENTS.map(({ client_name, redirect_uris }) => [client_name, redirect_uris] as const))(
    'has those of %s, which the relay has built in',
    (_name, uris) => {
      expect(uris.filter((uri) => !table.includes(`\`${uri}\``))).toEqual([]);
    },
  );

  test.each(PERSONAS.map(({ name, registration }) => [name, registration.value] as const))(
    'has those that %s is known to send',
    (_name, { identity, withoutIss }) => {
      const sent = [identity, ...(withoutIss ? [withoutIss] : [])].map(({ redirect }) => redirect);
      // A free port, or one that the user fixes; and what a client makes up for each gateway.
      const shown = sent.map((uri) => uri.replace('{port}', '<port>').replace(/\/[A-Za-z0-9]{12}$/, '/<id>'));
      expect(shown.filter((uri) => !table.includes(`\`${uri}\``))).toEqual([]);
    },
  );

  test('has those that a created Cognito pool gets', () => {
    const dev = byDefault.callbackUrls(readParameters({ environment: 'dev' }));
    expect(dev.filter((uri) => !table.includes(`\`${uri}\``))).toEqual([]);
  });
});

test('every deploy line synthesises', () => {
  const contexts = deployContexts(page.text);
  for (const context of contexts) synthGateway({ context, bundling: false });
  expect(contexts.length).toBe(4);
});

test('what goes into files of clients is JSON', () => {
  const files = fencedIn(page.text, 'json').map((block) => Object.keys(JSON.parse(block)));
  expect(files).toEqual([['servers'], ['servers'], ['mcpServers'], ['mcpServers']]);
});
