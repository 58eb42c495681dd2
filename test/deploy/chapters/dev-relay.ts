import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { HeadlessProvider, type Session, signIn } from '../../../cli/demo/sign-in.ts';
import { RELAY_CLIENT_ID } from '../../../cli/dev/idp-clients.ts';
import { runSmoke } from '../../../cli/smoke/run.ts';
import { createAuditReader } from '../../../shared/audit/query.ts';
import { createDynamo } from '../../../shared/aws/dynamodb.ts';
import { BY_HAND, listed } from '../account.ts';
import { referToSecrets } from '../edits.ts';
import type { Step } from '../story.ts';
import { type Gateway, startIssuer, uidOf, type World } from '../world.ts';
import { devContext } from './dev-deploy.ts';
import { connectClients } from './relay-clients.ts';

/** The same stack becomes a relay: people sign in at it, with the identity provider behind. */
export async function relayDev(world: World, before: Gateway, alice: string, step: Step): Promise<void> {
  const { origin } = new URL(before.url);
  const secret = randomBytes(24).toString('base64url');
  const gateway = await step('a deploy turns it into a relay in place, with a client secret that was put there', () =>
    deployRelay(world, before, secret),
  );
  const callback = gateway.outputs['RelayCallback'] ?? '';
  assert.equal(callback, `${origin}/oauth/callback`);
  const idp = await startIssuer(world, before.url, {
    id: RELAY_CLIENT_ID,
    secret,
    auth: 'client_secret_basic',
    callback,
  });
  try {
    await step('its routes under /oauth have a throttle of their own', () => checkThrottle(world, gateway));
    const provider = new HeadlessProvider();
    const session = await step('the official client signs alice in through it: consent, login, code, token', () =>
      signInThrough(gateway, provider, alice),
    );
    const token = provider.tokens()?.access_token ?? '';
    await step('the token is refreshed through it, and the sealed one works on', () =>
      refresh(gateway, provider, alice),
    );
    await connectClients(world, gateway, step);
    await step('a code works once: its mark is in the state table', () => checkMark(world, gateway));
    await step('the smoke checks of a relay pass', () => smoke(gateway, token));
    await session.client.close();
  } finally {
    await idp.close();
  }
}

async function deployRelay(world: World, { apiId, url, outputs, fetch }: Gateway, secret: string): Promise<Gateway> {
  const made = await world.api.json('secretsmanager', 'secretsmanager.CreateSecret', {
    Name: `${BY_HAND}upstream`,
    SecretString: secret,
    ClientRequestToken: randomBytes(16).toString('hex'),
  });
  const context = {
    ...devContext(world),
    publicUrl: new URL(url).origin,
    authorizationServer: 'relay',
    relayRegistration: 'true',
    relayStrict: 'true',
    upstreamClientId: RELAY_CLIENT_ID,
    upstreamClientSecretArn: String(made['ARN']),
  };
  const deployed = await world.cdk.deploy(context, [referToSecrets]);
  const { RelayCallback, RelayKeys, ...rest } = deployed;
  assert.deepEqual(rest, outputs);
  assert.match(RelayKeys ?? '', /^arn:aws:secretsmanager:us-east-1:000000000000:secret:/);
  return { apiId, url, outputs: deployed, fetch };
}

async function checkThrottle({ api }: World, { apiId }: Gateway): Promise<void> {
  const stages = await api.get('apigateway', `/v2/apis/${apiId}/stages`);
  const settings = listed(stages['items'])[0]?.['routeSettings'] as Readonly<Record<string, object>>;
  const limit = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };
  assert.deepEqual(settings, {
    'ANY /oauth/{proxy+}': limit,
    'ANY /oauth/token': limit,
    'ANY /oauth/revoke': limit,
    'ANY /oauth/register': limit,
  });
}

async function signInThrough(gateway: Gateway, provider: HeadlessProvider, alice: string): Promise<Session> {
  const asked: string[] = [];
  const saw = (heading: string) => void asked.push(heading);
  const session = await signIn({ url: gateway.url, user: 'alice', provider, fetch: gateway.fetch, saw });
  const me = await session.client.callTool({ name: 'whoami' });
  const { uid } = me.structuredContent as Readonly<Record<string, unknown>>;
  assert.deepEqual([uid, asked.length], [alice, 1]);
  assert.match(asked[0] ?? '', /Gatehouse demo/);
  return session;
}

async function refresh(gateway: Gateway, provider: HeadlessProvider, alice: string): Promise<void> {
  const client_id = provider.clientInformation()?.client_id ?? '';
  const refreshOnce = async (refresh_token: string) => {
    const response = await gateway.fetch(`${new URL(gateway.url).origin}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token, client_id }),
    });
    assert.equal(response.status, 200);
    return (await response.json()) as { readonly access_token: string; readonly refresh_token: string };
  };
  const first = await refreshOnce(provider.tokens()?.refresh_token ?? '');
  const second = await refreshOnce(first.refresh_token);
  assert.equal(await uidOf(gateway, second.access_token), alice);
}

async function checkMark({ api }: World, { outputs }: Gateway): Promise<void> {
  const { Items } = await api.json('dynamodb', 'DynamoDB_20120810.Scan', { TableName: outputs['StateTable'] });
  const keys = listed(Items).map(({ pk }) => String((pk as Readonly<Record<string, unknown>>)['S']));
  assert.ok(keys.some((key) => key.startsWith('USED#')));
}

async function smoke({ url, fetch, outputs }: Gateway, token: string): Promise<void> {
  const audit = createAuditReader({ dynamo: createDynamo(), table: outputs['AuditTable'] ?? '' });
  const findings = await runSmoke({ url, audit, fetch, token, pause });
  assert.deepEqual(
    findings.filter(({ result }) => result !== 'ok').map(({ check, detail }) => `${check}: ${detail}`),
    ['CORS preflight: 403 CORS not configured'],
  );
  assert.deepEqual(
    findings.map(({ check }) => check).filter((check) => /relay|consent|unknown client/.test(check)),
    ['relay metadata', 'consent page', 'unknown client'],
  );
}
