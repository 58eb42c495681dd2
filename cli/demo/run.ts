import { createEventWriter } from '../../shared/audit/events.ts';
import { createAuditReader } from '../../shared/audit/query.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { localActor } from '../audit/actor.ts';
import { deployed, type Registry } from '../../shared/registry/index.ts';
import { auditTable } from '../audit-rows.ts';
import { createDevLog } from '../dev/dev-log.ts';
import { findFreePort } from '../dev/network.ts';
import { type DevGateway, startDev } from '../dev/start.ts';
import { Failure } from '../failure.ts';
import type { DemoMode } from './modes.ts';
import { showRefusedRead, showSales } from './sales.ts';
import { type Session, signIn } from './sign-in.ts';

const print = (line = '') => process.stdout.write(`${line}\n`);
const DAY_MS = 86_400_000;

/** The story of the product in one minute, on real parts: OAuth, the official client, the table. */
export async function runDemo(mode: DemoMode): Promise<void> {
  const port = await findFreePort();
  const problems: string[] = [];
  const log = createDevLog((line) => problems.push(line));
  const gateway = await startDev({ port, context: mode.context, log, registry: withOptional(deployed) });
  try {
    print('Gatehouse demo: two people, one gateway, every call attributed\n');
    print(`  gateway            ${gateway.state.url}`);
    print(`  identity provider  ${gateway.state.issuer}`);
    print(`  a person pastes    ${mode.pasted}\n`);
    const alice = await greet(gateway, mode, 'alice');
    await call(alice, 'alice', 'echo', { text: 'Hello from Alice' });
    const hers = await showSales(alice, 'alice', print);
    await alice.client.close();
    const bob = await greet(gateway, mode, 'bob');
    const his = await showSales(bob, 'bob', print);
    if (hers === his) throw new Failure('alice and bob were shown the same sales');
    await showRefusedRead(bob, 'alice', print);
    await refuseBob(bob);
    await showTrail(gateway);
    if (mode.note !== undefined) print(`\n${mode.note}`);
    print('\nNext: npm run dev, then connect a client to it. README.md has the steps.');
  } finally {
    await gateway.stop();
  }
}

/** A backend of yours may have no address on this machine: the demo does not ask for it, and its tools are left out. */
function withOptional(registry: Registry): Registry {
  const optional = Object.entries(registry.backends).filter(([, row]) => row.optional === true);
  return { ...registry, backends: Object.fromEntries(optional) };
}

async function greet({ state }: DevGateway, { path, createProvider }: DemoMode, user: string): Promise<Session> {
  const asked: string[] = [];
  const saw = (heading: string) => asked.push(heading);
  const session = await signIn({ url: state.url, user, provider: createProvider(state.url), saw });
  print(`${user} signed in: ${path}`);
  for (const heading of asked) print(`  consent page     "${heading}", and ${user} agreed`);
  const { tools } = await session.client.listTools();
  print(`  tools/list       ${tools.map(({ name }) => name).join(', ')}`);
  await call(session, user, 'whoami', {});
  return session;
}

async function call(session: Session, user: string, name: string, args: Record<string, unknown>): Promise<void> {
  const { structuredContent, isError } = await session.client.callTool({ name, arguments: args });
  if (isError === true) throw new Failure(`${user} could not call ${name}`);
  const shown = structuredContent as Readonly<Record<string, unknown>>;
  const summary = name === 'whoami' ? `uid ${shown['uid']}, scopes ${shown['scopes']}` : JSON.stringify(shown);
  print(`  ${name.padEnd(16)} ${summary}`);
}

/** bob lacks `starter.echo`: the client signs in once more for it, still lacks it, and is refused for good. */
async function refuseBob(session: Session): Promise<void> {
  const first = await refusal(session);
  print(`  echo             ${first.status}, so the client asks bob to sign in again for the missing scope`);
  const again = await session.stepUp();
  const { status, challenge } = await refusal(again);
  print(`  echo             ${status} ${challenge}`);
  print('                   bob was never given starter.echo at the identity provider, so nothing was run');
  await again.client.close();
  if (status !== 403) throw new Failure(`bob was answered ${status} where 403 was due`);
}

async function refusal({ client, wire }: Session) {
  const outcome = await client.callTool({ name: 'echo', arguments: { text: 'Hello from Bob' } }).then(
    () => 'ran',
    () => 'refused',
  );
  if (outcome === 'ran') throw new Failure('bob ran echo without its scope');
  return { ...wire };
}

async function showTrail({ dynamo, state }: DevGateway): Promise<void> {
  const reader = createAuditReader({ dynamo, table: state.tables.audit });
  const now = Date.now();
  const events = createEventWriter({ dynamo, table: state.tables.audit, clock: systemClock, retentionDays: 1 });
  await events.read({ actor: localActor(), action: 'audit/query', detail: 'demo' });
  const rows = await reader.query({ since: now - DAY_MS, until: now + 60_000, limit: 50 });
  print('\nThe audit trail, read back from the table:\n');
  print(auditTable([...rows].reverse()));
  if (rows.length === 0) throw new Failure('the audit table is empty');
}
