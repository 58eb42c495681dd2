import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ClientOptions } from '@modelcontextprotocol/client';
import { HeadlessProvider, signIn } from '../../cli/demo/sign-in.ts';
import { DEV_CLIENT } from '../../cli/dev/idp.ts';
import { findFreePort } from '../../cli/dev/network.ts';
import { type DevGateway, startDev } from '../../cli/dev/start.ts';
import { dayOf, partitionKey, shardOf } from '../../shared/audit/item-keys.ts';
import { createAuditReader } from '../../shared/audit/query.ts';
import { PHASE } from '../../shared/audit/record.ts';
import { deployed } from '../../shared/registry/index.ts';
import { captureLog } from '../support/log.ts';
import { signInWithV1 } from '../support/v1-client.ts';

const gateways = new Map<'direct' | 'metadata', DevGateway>();
const { log } = captureLog();

beforeAll(async () => {
  for (const mode of ['direct', 'metadata'] as const) {
    const port = await findFreePort();
    gateways.set(mode, await startDev({ port, context: { authorizationServer: mode }, log }));
  }
});

afterAll(async () => {
  for (const gateway of gateways.values()) await gateway.stop();
});

const gatewayOf = (mode: 'direct' | 'metadata') => gateways.get(mode)!;
/** Our own metadata offers no registration: the client id is known beforehand. */
const providerFor = (mode: 'direct' | 'metadata') =>
  mode === 'direct'
    ? new HeadlessProvider()
    : new HeadlessProvider({ client_id: DEV_CLIENT.id, issuer: new URL(gatewayOf(mode).state.url).origin });

const CLIENTS: ReadonlyArray<readonly [string, ClientOptions, string]> = [
  ['by default', {}, '2025-11-25'],
  ['with auto negotiation', { versionNegotiation: { mode: 'auto' } }, '2026-07-28'],
  ['pinned to the modern revision', { versionNegotiation: { mode: { pin: '2026-07-28' } } }, '2026-07-28'],
];

for (const mode of ['direct', 'metadata'] as const) {
  for (const [name, client, revision] of CLIENTS) {
    test(`the official v2 client ${name} signs in and calls tools in ${mode} mode`, async () => {
      const { url } = gatewayOf(mode).state;
      const session = await signIn({ url, user: 'alice', provider: providerFor(mode), client });
      const { tools } = await session.client.listTools();
      const echoed = await session.client.callTool({ name: 'echo', arguments: { text: 'hi' } });
      expect({
        revision: session.client.getNegotiatedProtocolVersion(),
        tools: tools.map((tool) => tool.name),
        echoed: echoed.structuredContent,
      }).toEqual({ revision, tools: deployed.tools.map(({ name }) => name), echoed: { text: 'hi' } });
      await session.client.close();
    });
  }

  test(`the official v1 client signs in and calls tools in ${mode} mode`, async () => {
    const known = mode === 'direct' ? undefined : { client_id: DEV_CLIENT.id };
    const client = await signInWithV1(gatewayOf(mode).state.url, 'alice', known);
    const { tools } = await client.listTools();
    const echoed = await client.callTool({ name: 'echo', arguments: { text: 'hi' } });
    expect({ tools: tools.map(({ name }) => name), echoed: echoed.structuredContent }).toEqual({
      tools: deployed.tools.map(({ name }) => name),
      echoed: { text: 'hi' },
    });
    await client.close();
  });
}

test('a user without the scope steps up once, is refused for good, and both refusals are in the table', async () => {
  const { state, dynamo } = gatewayOf('direct');
  const session = await signIn({ url: state.url, user: 'bob' });
  const { structuredContent } = await session.client.callTool({ name: 'whoami' });
  const uid = String((structuredContent as Record<string, unknown>)['uid']);
  const refuse = (client: typeof session.client) => client.callTool({ name: 'echo', arguments: { text: 'hi' } });
  await expect(refuse(session.client)).rejects.toThrow();
  const again = await session.stepUp();
  await expect(refuse(again.client)).rejects.toThrow();
  await again.client.close();
  const reader = createAuditReader({ dynamo, table: state.tables.audit });
  const rows = await reader.query({ who: uid, since: Date.now() - 60_000, until: Date.now() + 60_000, limit: 10 });
  expect({
    wire: again.wire.status,
    rows: rows.map(({ tool, decision, outcome, detail }) => ({ tool, decision, outcome, detail })),
  }).toEqual({
    wire: 403,
    rows: [
      { tool: 'echo', decision: 'denied', outcome: 'INSUFFICIENT_SCOPE', detail: 'scope_missing' },
      { tool: 'echo', decision: 'denied', outcome: 'INSUFFICIENT_SCOPE', detail: 'scope_missing' },
      { tool: 'whoami', decision: 'allowed', outcome: 'ok', detail: null },
    ],
  });
});

test('the disabled user gets a token and is refused with 403 on connecting', async () => {
  const session = signIn({ url: gatewayOf('direct').state.url, user: 'mallory' });
  await expect(session).rejects.toThrow(/disabled/i);
});

test('the rows that the demo prints come from the table: one removed is one missing', async () => {
  const { state, dynamo } = gatewayOf('direct');
  const session = await signIn({ url: state.url, user: 'alice' });
  const marked = Date.now();
  await session.client.callTool({ name: 'echo', arguments: { text: 'one' } });
  await session.client.close();
  const reader = createAuditReader({ dynamo, table: state.tables.audit });
  const query = { since: marked, until: Date.now() + 60_000, limit: 50 };
  const before = await reader.query(query);
  const { callId, time } = before[0]!;
  for (const phase of [PHASE.intent, PHASE.outcome]) {
    await dynamo.delete(state.tables.audit, {
      pk: partitionKey(dayOf(time), shardOf(callId)),
      sk: `${callId}#${phase}`,
    });
  }
  expect({ before: before.length, after: (await reader.query(query)).length }).toEqual({ before: 1, after: 0 });
});
