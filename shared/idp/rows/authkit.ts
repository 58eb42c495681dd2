import { COMMON, type Preset } from '../preset.ts';

export const authkit: Preset = {
  ...COMMON,
  title: 'WorkOS AuthKit',
  // Session tokens have the issuer api.workos.com and are another thing.
  issuerPattern: /^https:\/\/(?!api\.workos\.com$)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/,
  issuerExample: 'https://acme.authkit.app',
  clientIdClaims: ['client_id'],
  isAppOnly: (claim) => !String(claim('sub')).startsWith('user_'),
  can: {
    resource: 'yes',
    dynamicRegistration: 'setting',
    clientDocuments: 'setting',
    serverMetadata: 'yes',
    s256: 'yes',
  },
  relay: { audienceBy: 'resource', refreshBy: 'offline_access', scopes: [] },
  fixes: {
    iss_mismatch:
      'A session token of WorkOS has the issuer api.workos.com and is not for an MCP server: sign in with AuthKit’s own domain as the authorization server.',
    aud_mismatch:
      'Add this server’s resource URL as a Resource Indicator (Connect → Configuration); without it `aud` is the environment’s client id.',
    app_only: 'This is a machine-to-machine token of WorkOS, without a user. Sign in with the authorization code flow.',
  },
};
