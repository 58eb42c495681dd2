import assert from 'node:assert/strict';
import type { Step } from '../story.ts';
import { type Gateway, gatewayOf, type World } from '../world.ts';

const OUTPUTS = [
  'ArchiveUrl',
  'AuditLogName',
  'AuditTable',
  'AuditWorkGroup',
  'ConnectChatGPT',
  'ConnectClaude',
  'IdentitiesTable',
  'Issuer',
  'McpUrl',
  'SealKey',
  'SealsTable',
  'StateTable',
] as const;

export function devContext({ issuer }: World) {
  return { environment: 'dev', idp: 'oidc', issuer };
}

/** From nothing to a gateway under its real https URL. */
export async function deployDev(world: World, step: Step): Promise<Gateway> {
  const { cdk, ministack, issuer } = world;
  const first = await step(
    'cdk deploy makes a dev stack with an issuer of our own and prints its outputs',
    async () => {
      const outputs = await cdk.deploy(devContext(world));
      const apiId = /^http:\/\/([a-z0-9]+)\./.exec(outputs['McpUrl'] ?? '')?.[1] ?? '';
      assert.deepEqual(Object.keys(outputs).sort(), OUTPUTS);
      assert.equal(outputs['McpUrl'], `http://${ministack.hostOf(apiId)}/mcp`);
      return gatewayOf(world, outputs, apiId);
    },
  );

  await step('the endpoint that only the deploy knows reached the functions: they name it as the resource', () =>
    checkResource(first, issuer),
  );
  return step('a second deploy gives it its real https URL and keeps the API and the tables', async () => {
    const publicUrl = `https://${first.apiId}.execute-api.us-east-1.amazonaws.com`;
    const outputs = await cdk.deploy({ ...devContext(world), publicUrl });
    const url = `${publicUrl}/mcp`;
    assert.deepEqual(outputs, {
      ...first.outputs,
      McpUrl: url,
      ConnectChatGPT: `chatgpt.com/plugins > + > Add custom MCP server: server URL ${url}, authentication OAuth`,
      ConnectClaude: `Customize > Connectors > + > Add custom connector: URL ${url}`,
    });
    return gatewayOf(world, outputs, first.apiId);
  });
}

async function checkResource({ url, fetch }: Gateway, issuer: string): Promise<void> {
  const response = await fetch(`${new URL(url).origin}/.well-known/oauth-protected-resource/mcp`);
  assert.deepEqual(await response.json(), {
    resource: url,
    authorization_servers: [issuer],
    scopes_supported: ['starter.echo', 'starter.whoami'],
    bearer_methods_supported: ['header'],
    resource_name: 'gatehouse',
  });
}
