import assert from 'node:assert/strict';
import { listed } from '../account.ts';
import type { AwsApi, Json } from '../aws-api.ts';
import type { Outputs } from '../cdk.ts';
import { dropBranding, joinProviderUrl, referToSecrets } from '../edits.ts';
import type { Step } from '../story.ts';
import { gatewayOf, type World } from '../world.ts';

/** The prod stack becomes a relay before its own pool. Nobody signs in: the emulator's pool is at another address. */
export async function relayProd(world: World, outputs: Outputs, step: Step): Promise<void> {
  const { api, cdk } = world;
  const made = await step('a deploy with the relay keeps the pool and gives it one client, the gateway', async () => {
    const deployed = await cdk.deploy({ authorizationServer: 'relay' }, [
      joinProviderUrl,
      dropBranding,
      referToSecrets,
    ]);
    assert.deepEqual(
      [deployed['Issuer'], deployed['ClientId'], deployed['RelayCallback']],
      [outputs['Issuer'], undefined, `${new URL(outputs['McpUrl'] ?? '').origin}/oauth/callback`],
    );
    return deployed;
  });
  await step('its secret at the pool is the one in Secrets Manager, and the codes go to the gateway alone', () =>
    checkClient(api, made),
  );
  await step('the deployed function shows its consent page, with a seal of the key that the stack made', async () => {
    const apiId = new URL(made['McpUrl'] ?? '').hostname.split('.')[0] ?? '';
    const { url, fetch } = gatewayOf(world, made, apiId);
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
      redirect_uri: 'https://claude.ai/api/mcp/auth_callback',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      resource: url,
    });
    const response = await fetch(`${new URL(url).origin}/oauth/authorize?${query}`);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /name="consent" value="v1\./);
  });
}

async function checkClient(api: AwsApi, outputs: Outputs): Promise<void> {
  const UserPoolId = outputs['Issuer']?.split('/').at(-1) ?? '';
  const cognito = (action: string, input: object) =>
    api.json('cognito-idp', `AWSCognitoIdentityProviderService.${action}`, { UserPoolId, ...input });
  const clients = listed((await cognito('ListUserPoolClients', { MaxResults: 50 }))['UserPoolClients']);
  assert.equal(clients.length, 1);
  const { UserPoolClient } = await cognito('DescribeUserPoolClient', { ClientId: clients[0]?.['ClientId'] });
  const { ClientSecret, CallbackURLs } = UserPoolClient as Json;
  assert.deepEqual(CallbackURLs, [outputs['RelayCallback']]);
  assert.match(String(ClientSecret), /^\S{20,}$/);
  assert.equal(await secretOf(api, 'RelayUpstream'), ClientSecret);
}

async function secretOf(api: AwsApi, construct: string): Promise<unknown> {
  const call = (action: string, input: object) => api.json('secretsmanager', `secretsmanager.${action}`, input);
  const found = listed((await call('ListSecrets', {}))['SecretList']).find(({ Name }) =>
    String(Name).includes(construct),
  );
  return (await call('GetSecretValue', { SecretId: found?.['ARN'] }))['SecretString'];
}
