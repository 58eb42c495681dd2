import type { GatewayConfig } from '../../shared/core/config.ts';

export const ISSUER = 'https://login.example.com';
export const RESOURCE = 'https://mcp.example.com/mcp';
/** 2026-11-24T08:00:00Z in milliseconds. Tests set the time; none waits for it. */
export const NOW = 1_795_507_200_000;

export function testConfig(
  overrides: Partial<Omit<GatewayConfig, 'idp'>> & { idp?: Partial<GatewayConfig['idp']> } = {},
) {
  const { idp, ...rest } = overrides;
  const config: GatewayConfig = {
    service: 'gatehouse',
    version: '0.0.0',
    environment: 'prod',
    publicUrl: 'https://mcp.example.com',
    idp: { preset: 'oidc', issuer: ISSUER, audience: [RESOURCE], scopePrefix: '', allowedClientIds: [], ...idp },
    authorizationServer: 'direct',
    allowedOrigins: ['https://mcp.example.com', 'https://claude.ai'],
    debugToken: true,
    provisioning: 'auto',
    auditRetentionDays: 400,
    ...rest,
  };
  return config;
}

/** Claims that pass: each test spoils one. */
export function goodClaims(now = NOW): Record<string, unknown> {
  const seconds = Math.floor(now / 1000);
  return {
    iss: ISSUER,
    sub: 'alice',
    aud: RESOURCE,
    client_id: 'test-client',
    scope: 'openid starter.whoami starter.echo',
    iat: seconds - 10,
    exp: seconds + 600,
    jti: 'token-1',
  };
}
