import assert from 'node:assert/strict';
import type { ClientOptions } from '@modelcontextprotocol/client';
import { type Session, signIn } from '../../../cli/demo/sign-in.ts';
import { gatehouse } from '../cdk.ts';
import type { Step } from '../story.ts';
import { type Gateway, STACK, type World } from '../world.ts';

/** The official client against the deployed API, and what it left in the table. Returns the uid of alice. */
export async function callDev(world: World, gateway: Gateway, step: Step): Promise<string> {
  await step('a request without a token is 401, and WWW-Authenticate arrives as the function wrote it', () =>
    refuseStranger(gateway),
  );
  await step('the functions run on Node 24', async () => {
    assert.deepEqual(
      world.ministack.nodeVersions().map((version) => version.split('.')[0]),
      ['v24'],
    );
  });
  const alice = await step('the official client signs alice in, lists and calls tools, by default', () =>
    callAsAlice(gateway, {}, '2025-11-25'),
  );
  await step('and pinned to the modern revision, as the same user', async () => {
    const again = await callAsAlice(gateway, { versionNegotiation: { mode: { pin: '2026-07-28' } } }, '2026-07-28');
    assert.equal(again, alice);
  });
  await step('bob lacks a scope: 403 with a challenge, a new sign-in for it, and 403 for good', () =>
    refuseBob(gateway),
  );
  await step('gatehouse audit query --stack reads all of it from the deployed table', async () => {
    const lines = await gatehouse(world.environment, 'audit', 'query', '--stack', STACK, '--json');
    const rows = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const shown = rows.map(({ subject, tool, decision, outcome }) => [subject, tool, decision, outcome].join(' '));
    const calls = ['alice echo allowed ok', 'alice whoami allowed ok'];
    const refused = 'bob echo denied INSUFFICIENT_SCOPE';
    assert.deepEqual(shown, [refused, refused, ...calls, ...calls]);
    assert.deepEqual([...new Set(rows.filter(({ subject }) => subject === 'alice').map(({ uid }) => uid))], [alice]);
  });
  return alice;
}

async function refuseStranger({ url, fetch }: Gateway): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  });
  const metadata = `${new URL(url).origin}/.well-known/oauth-protected-resource/mcp`;
  assert.deepEqual(
    [response.status, response.headers.get('www-authenticate')],
    [401, `Bearer resource_metadata="${metadata}", scope="starter.echo starter.whoami"`],
  );
}

async function callAsAlice({ url, fetch }: Gateway, client: ClientOptions, revision: string): Promise<string> {
  const session = await signIn({ url, user: 'alice', client, fetch });
  const { tools } = await session.client.listTools();
  const me = await session.client.callTool({ name: 'whoami' });
  const echoed = await session.client.callTool({ name: 'echo', arguments: { text: 'hi' } });
  const uid = String((me.structuredContent as Readonly<Record<string, unknown>>)['uid']);
  assert.deepEqual(
    {
      revision: session.client.getNegotiatedProtocolVersion(),
      tools: tools.map(({ name }) => name),
      echoed: echoed.structuredContent,
      uid: /^usr_[0-9A-HJKMNP-TV-Z]{26}$/.test(uid),
    },
    { revision, tools: ['echo', 'whoami'], echoed: { text: 'hi' }, uid: true },
  );
  await session.client.close();
  return uid;
}

async function refuseBob({ url, fetch }: Gateway): Promise<void> {
  const first = await signIn({ url, user: 'bob', fetch });
  await assert.rejects(echo(first));
  const again = await first.stepUp();
  await assert.rejects(echo(again));
  const metadata = `${new URL(url).origin}/.well-known/oauth-protected-resource/mcp`;
  assert.deepEqual(
    [again.wire.status, again.wire.challenge],
    [
      403,
      `Bearer error="insufficient_scope", scope="starter.echo starter.whoami", resource_metadata="${metadata}", error_description="the token lacks a scope this tool needs"`,
    ],
  );
  await again.client.close();
}

function echo({ client }: Session) {
  return client.callTool({ name: 'echo', arguments: { text: 'hi' } });
}
