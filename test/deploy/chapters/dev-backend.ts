import assert from 'node:assert/strict';
import { inventory, listed } from '../account.ts';
import { gatehouse } from '../cdk.ts';
import { allowWithoutKmsKeys } from '../edits.ts';
import type { Step } from '../story.ts';
import { type Gateway, type RpcAnswer, rpc, STACK, tokenOf, type World } from '../world.ts';
import { devContext } from './dev-deploy.ts';

const QUARTER = { year: 2025, quarter: 4 };

/** A call of a tool as one of two people: what was said, and what is in it. */
type Ask = (name: string, input?: object) => Promise<Told>;

interface Told {
  readonly text: string;
  readonly isError: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The same stack with the demo backend beside it, a service of its own, which knows its users by assertions alone. */
export async function backendDev(world: World, gateway: Gateway, alice: string, step: Step): Promise<void> {
  await step('a deploy with demoBackend=true puts the demo backend beside it, with a table and a function URL', () =>
    deployBackend(world, gateway),
  );
  const [asAlice, asBob] = [await asking(world, gateway, 'alice'), await asking(world, gateway, 'bob')];
  await step(
    'alice calls all eight tools: keys made and opened by KMS, assertions signed, verified by the backend',
    () => callEveryTool(asAlice),
  );
  await step('the key that the backend verified them with is the one that the gateway publishes', () =>
    checkKeys(world, gateway, alice),
  );
  await step('bob is told other sales, and is refused those of alice, by whatever name he asks', () =>
    compareSales(asAlice, asBob),
  );
  await step('bob lacks the scope for notes: 403, and the backend is not asked', async () => {
    const { status, code } = await call(gateway, await tokenOf(world, gateway, 'bob'), 'listMyNotes');
    assert.deepEqual([status, code], [403, 'INSUFFICIENT_SCOPE']);
  });
  await step(
    'the backend, open to the internet, lets in no assertion twice, none for another path, and nobody without',
    () => knockAtBackend(world, asAlice),
  );
  await step('every call to it is in the trail, by user and tool', () => checkTrail(world));
}

async function deployBackend({ api, cdk, doors, ...world }: World, { url, outputs }: Gateway): Promise<void> {
  const context = { ...devContext({ api, cdk, doors, ...world }), publicUrl: new URL(url).origin, demoBackend: 'true' };
  const backends = JSON.stringify({ demo: { url: doors.functionUrl } });
  const deployed = await cdk.deploy({ ...context, backends }, [allowWithoutKmsKeys]);
  assert.deepEqual(deployed, outputs);
  const { functions, tables } = await inventory(api, STACK);
  const [backend = ''] = functions.filter((name) => name.includes('DemoBackend'));
  assert.equal(tables.filter((name) => name.includes('DemoData')).length, 1);
  const { FunctionUrl, AuthType } = await api.get('lambda', `/2021-10-31/functions/${backend}/url`);
  assert.equal(AuthType, 'NONE');
  doors.leadTo(new URL(String(FunctionUrl)).hostname.split('.')[0] ?? '');
}

function call(gateway: Gateway, token: string, name: string, input: object = {}): Promise<RpcAnswer> {
  return rpc(gateway, token, 'tools/call', { name, arguments: input });
}

async function asking(world: World, gateway: Gateway, user: string): Promise<Ask> {
  const token = await tokenOf(world, gateway, user);
  return async (name, input) => {
    const { status, code, result = {} } = await call(gateway, token, name, input);
    assert.deepEqual([status, code], [200, undefined], `${user} called ${name}: ${JSON.stringify(result)}`);
    const { content, isError = false, structuredContent = {} } = result as Readonly<Record<string, unknown>>;
    const text = String(listed(content)[0]?.['text']);
    return { text, isError: isError === true, data: structuredContent as Told['data'] };
  };
}

async function callEveryTool(ask: Ask): Promise<void> {
  const texts = [
    await ask('crmInit'),
    await ask('crmExplainAccess'),
    await ask('crmGetSalesSummary', QUARTER),
    await ask('crmResetMyData'),
    await ask('crmAttemptCrossUserRead', { targetUser: 'bob' }),
    await ask('seedMyNotes', { count: 2 }),
    await ask('addNote', { text: 'ring the dentist' }),
    await ask('listMyNotes'),
  ].map(({ text, isError }) => `${isError ? 'refused: ' : ''}${text}`.replace(/user-[0-9a-f]{6}/g, 'me'));
  const expected = [
    /^Welcome, me\. The database has \d+ deals of 1 users/,
    /^You are me\. You can read: Your own deals/,
    /^Sales in Q4 2025: \$[\d,]+ across \d+ won deals?\.$/,
    /^Reset complete for me\./,
    /^refused: .*Access denied\. Requested bob but your scope is me\./,
    /^Seeded 2 notes\.$/,
    /^Added note: ring the dentist$/,
    /^You have 3 notes\.$/,
  ];
  for (const [at, text] of texts.entries()) assert.match(text, expected[at] ?? /$./);
}

async function checkKeys({ doors }: World, { url, fetch }: Gateway, alice: string): Promise<void> {
  const response = await fetch(`${new URL(url).origin}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { readonly keys: ReadonlyArray<Readonly<Record<string, string>>> };
  const [header, claims] = (doors.lastAuthorization() ?? '').replace('Bearer ', '').split('.').map(decoded);
  assert.deepEqual(
    [keys.map(({ kid }) => kid).includes(header?.['kid']), keys.some((key) => 'd' in key)],
    [true, false],
  );
  assert.deepEqual(
    [header?.['alg'], claims?.['iss'], claims?.['aud'], claims?.['sub'], claims?.['tool']],
    ['ES256', new URL(url).origin, 'gatehouse-demo-backend', alice, 'listMyNotes'],
  );
}

function decoded(part: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return {};
  }
}

async function compareSales(asAlice: Ask, asBob: Ask): Promise<void> {
  const [hers, his] = [await asAlice('crmGetSalesSummary', QUARTER), await asBob('crmGetSalesSummary', QUARTER)];
  const revenue = ({ data }: Told) => (data['summary'] as { readonly revenue_cents: number }).revenue_cents;
  assert.notEqual(revenue(his), revenue(hers));
  assert.notEqual(his.data['user'], hers.data['user']);
  for (const targetUser of ['alice', String(hers.data['user'])]) {
    const { isError, data } = await asBob('crmAttemptCrossUserRead', { targetUser });
    assert.deepEqual(
      [isError, data['ok'], data['requested_target'], data['actual_scope']],
      [true, false, targetUser, his.data['user']],
    );
  }
}

async function knockAtBackend({ doors }: World, ask: Ask): Promise<void> {
  await ask('crmGetSalesSummary', QUARTER);
  const authorization = doors.lastAuthorization() ?? '';
  const knock = async (path: string, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(`${doors.functionUrl}${path}`, { headers });
    const { error } = (await response.json()) as { readonly error?: string };
    return `${response.status} ${error}`;
  };
  assert.deepEqual(
    [
      await knock('/crm/sales?year=2025&quarter=4', { authorization }),
      await knock('/crm/access', { authorization }),
      await knock('/crm/access', { 'x-user-id': 'alice' }),
    ],
    ['401 assertion_replayed', '401 assertion_request', '401 assertion_malformed'],
  );
}

async function checkTrail({ environment }: World): Promise<void> {
  const lines = await gatehouse(environment, 'audit', 'query', '--stack', STACK, '--json', '--limit', '500');
  const rows = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    .filter(({ tool }) => /^crm|Note/.test(String(tool)));
  const shown = rows.map(({ subject, tool, decision, outcome }) => [subject, tool, decision, outcome].join(' '));
  const told = (tools: readonly string[], who: string, how: string) => tools.map((tool) => `${who} ${tool} ${how}`);
  assert.deepEqual(shown.reverse(), [
    ...told(['crmInit', 'crmExplainAccess', 'crmGetSalesSummary', 'crmResetMyData'], 'alice', 'allowed ok'),
    'alice crmAttemptCrossUserRead allowed error',
    ...told(['seedMyNotes', 'addNote', 'listMyNotes', 'crmGetSalesSummary'], 'alice', 'allowed ok'),
    'bob crmGetSalesSummary allowed ok',
    ...told(['crmAttemptCrossUserRead', 'crmAttemptCrossUserRead'], 'bob', 'allowed error'),
    'bob listMyNotes denied INSUFFICIENT_SCOPE',
    'alice crmGetSalesSummary allowed ok',
  ]);
}
