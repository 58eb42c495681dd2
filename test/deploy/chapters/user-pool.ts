import assert from 'node:assert/strict';
import type { AwsApi, Json } from '../aws-api.ts';
import type { Outputs } from '../cdk.ts';
import { ACCOUNT, REGION } from '../environment.ts';
import { gatewayOf, type World } from '../world.ts';

const SCOPES = ['starter.echo', 'starter.whoami'];

/** Tokens and pages of the pool are stubs in the emulator: what it holds is compared with what clients need. */
export async function checkUserPool(api: AwsApi, outputs: Outputs): Promise<void> {
  const UserPoolId = outputs['Issuer']?.split('/').at(-1) ?? '';
  const cognito = (action: string, input: object) =>
    api.json('cognito-idp', `AWSCognitoIdentityProviderService.${action}`, input);
  const { UserPool } = await cognito('DescribeUserPool', { UserPoolId });
  const { UserPoolClient } = await cognito('DescribeUserPoolClient', { UserPoolId, ClientId: outputs['ClientId'] });
  const { ResourceServer } = await cognito('DescribeResourceServer', { UserPoolId, Identifier: outputs['McpUrl'] });
  const { DomainDescription } = await cognito('DescribeUserPoolDomain', { Domain: `gatehouse-${ACCOUNT}` });
  assert.deepEqual(
    {
      pool: pick(UserPool, ['UserPoolTier', 'AdminCreateUserConfig', 'MfaConfiguration', 'DeletionProtection']),
      client: pick(UserPoolClient, [
        'ClientSecret',
        'ExplicitAuthFlows',
        'AllowedOAuthFlows',
        'AllowedOAuthScopes',
        'CallbackURLs',
        'SupportedIdentityProviders',
        'AccessTokenValidity',
        'RefreshTokenValidity',
        'EnableTokenRevocation',
        'PreventUserExistenceErrors',
      ]),
      server: pick(ResourceServer, ['Identifier', 'Name', 'Scopes']),
      login: pick(DomainDescription, ['UserPoolId', 'ManagedLoginVersion']),
    },
    expected(UserPoolId, outputs['McpUrl'] ?? ''),
  );
}

function expected(UserPoolId: string, url: string) {
  return {
    pool: {
      UserPoolTier: 'ESSENTIALS',
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'OPTIONAL',
      DeletionProtection: 'ACTIVE',
    },
    client: {
      ClientSecret: undefined,
      ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'],
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: SCOPES.map((scope) => `${url}/${scope}`),
      CallbackURLs: [
        'https://claude.ai/api/mcp/auth_callback',
        'https://claude.com/api/mcp/auth_callback',
        'https://chatgpt.com/connector_platform_oauth_redirect',
      ],
      SupportedIdentityProviders: ['COGNITO'],
      AccessTokenValidity: 60,
      RefreshTokenValidity: 43_200,
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
    },
    server: {
      Identifier: url,
      Name: 'mcp-gateway',
      Scopes: SCOPES.map((scope) => ({ ScopeDescription: `Use ${scope}`, ScopeName: scope })),
    },
    login: { UserPoolId, ManagedLoginVersion: 2 },
  };
}

/** Clients find the pool's login page through the gateway's own metadata. */
export async function checkMetadata(world: World, outputs: Outputs): Promise<void> {
  const apiId = new URL(outputs['McpUrl'] ?? '').hostname.split('.')[0] ?? '';
  const { url, fetch } = gatewayOf(world, outputs, apiId);
  const { origin } = new URL(url);
  const response = await fetch(`${origin}/.well-known/oauth-authorization-server`);
  const login = `https://gatehouse-${ACCOUNT}.auth.${REGION}.amazoncognito.com/oauth2`;
  assert.deepEqual(pick(await response.json(), ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri']), {
    issuer: origin,
    authorization_endpoint: `${login}/authorize`,
    token_endpoint: `${login}/token`,
    jwks_uri: `${outputs['Issuer']}/.well-known/jwks.json`,
  });
}

function pick(described: unknown, names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, (described as Json)[name]]));
}
