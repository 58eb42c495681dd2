import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { findingsTable } from '../../../cli/smoke/finding.ts';
import { runSmoke } from '../../../cli/smoke/run.ts';
import { createAuditReader } from '../../../shared/audit/query.ts';
import { createDynamo } from '../../../shared/aws/dynamodb.ts';
import { listed } from '../account.ts';
import type { AwsApi } from '../aws-api.ts';
import { gatehouse } from '../cdk.ts';
import type { Step } from '../story.ts';
import { type Gateway, rpc, tokenOf, type World } from '../world.ts';

/** Policies at run time, and the script that people run against a real account. */
export async function checkDev(world: World, gateway: Gateway, alice: string, step: Step): Promise<void> {
  const token = await tokenOf(world, gateway, 'alice');
  await step('the role of the debug function lets it read who a token belongs to', async () => {
    const response = await gateway.fetch(`${new URL(gateway.url).origin}/debug-token`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { uid } = (await response.json()) as { readonly uid?: string };
    assert.deepEqual([response.status, uid], [200, alice]);
  });
  await step('a role that may not write the audit runs no tool: 503, and as before once it may again', () =>
    refuseAuditWrites(world.api, gateway, token),
  );
  await step('the smoke checks pass, but for the preflight, which the emulator answers itself', () =>
    smoke(gateway, token),
  );
  await step('gatehouse smoke says what is no gateway', async () => {
    await assert.rejects(gatehouse(world.environment, 'smoke', 'CDKToolkit'), /CDKToolkit has no output McpUrl/);
    await assert.rejects(gatehouse(world.environment, 'smoke', 'Nothing'), /The stack Nothing cannot be read/);
  });
}

async function refuseAuditWrites(api: AwsApi, gateway: Gateway, token: string): Promise<void> {
  const role = await roleOf(api, 'Mcp');
  const call = () => rpc(gateway, token, 'tools/call', { name: 'echo', arguments: { text: 'hi' } });
  await iam(api, 'PutRolePolicy', role, {
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'dynamodb:PutItem', Resource: `*${gateway.outputs['AuditTable']}` }],
    }),
  });
  const denied = await call();
  await iam(api, 'DeleteRolePolicy', role, {});
  const { status } = await call();
  assert.deepEqual([denied, status], [{ status: 503, code: 'AUDIT_UNAVAILABLE', result: undefined }, 200]);
}

async function smoke({ url, fetch, outputs }: Gateway, token: string): Promise<void> {
  const audit = createAuditReader({ dynamo: createDynamo(), table: outputs['AuditTable'] ?? '' });
  const findings = await runSmoke({ url, audit, fetch, token, pause });
  process.stdout.write(`${findingsTable(findings)}\n`);
  assert.deepEqual(
    findings.map(({ check, result }) => `${check}: ${result}`),
    [
      'challenge on 401: ok',
      'resource metadata: ok',
      'authorization server: ok',
      'unknown path: ok',
      'GET /mcp: ok',
      'CORS preflight: failed',
      'header size: ok',
      'tool call: ok',
      'audit row: ok',
      'latency: ok',
    ],
  );
  assert.equal(findings[5]?.detail, '403 CORS not configured');
}

async function roleOf(api: AwsApi, construct: string): Promise<string> {
  const { Functions } = await api.get('lambda', '/2015-03-31/functions/');
  const found = listed(Functions).find(({ FunctionName }) => String(FunctionName).includes(`${construct}Function`));
  return String(found?.['Role']).split('/').at(-1) ?? '';
}

function iam(api: AwsApi, action: string, role: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const PolicyName = 'deploy-test';
  return api.query('iam', '2010-05-08', { Action: action, RoleName: role, PolicyName, ...fields });
}
