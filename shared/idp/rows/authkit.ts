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
    responseIssuer: 'no',
  },
  // workos.com/docs/reference/workos-connect. The documents of a live domain, as published by a user of it on 2026-09-21,
  // name the same, no `iss`, no revocation, and S256 in the RFC 8414 one only.
  endpoints: (issuer) => ({
    authorization: `${issuer}/oauth2/authorize`,
    token: `${issuer}/oauth2/token`,
    jwks: `${issuer}/oauth2/jwks`,
  }),
  relay: { audienceBy: 'resource', refreshBy: 'offline_access', scopes: [] },
  fixes: {
    iss_mismatch:
      'A session token of WorkOS has the issuer api.workos.com and is not for an MCP server: sign in with AuthKit’s own domain as the authorization server.',
    aud_mismatch:
      'Add this server’s resource URL as a Resource Indicator (Connect → Configuration); without it `aud` is the environment’s client id.',
    app_only: 'This is a machine-to-machine token of WorkOS, without a user. Sign in with the authorization code flow.',
  },
};
