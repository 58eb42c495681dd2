import { COMMON, type Preset } from '../preset.ts';

export const clerk: Preset = {
  ...COMMON,
  title: 'Clerk',
  issuerPattern: /^https:\/\/(?:[a-z0-9-]+\.clerk\.accounts\.dev|clerk(?:\.[a-z0-9-]+){2,})$/,
  issuerExample: 'https://clerk.acme.com',
  // ID tokens and session tokens have the same issuer: the type is what separates them.
  types: ['at+jwt'],
  scopeClaims: ['scope', 'scp'],
  clientIdClaims: ['client_id'],
  isAppOnly: (claim) => !String(claim('sub')).startsWith('user_'),
  can: {
    resource: 'yes',
    dynamicRegistration: 'setting',
    clientDocuments: 'setting',
    serverMetadata: 'yes',
    s256: 'yes',
    responseIssuer: 'unknown',
  },
  // clerk.com/docs, OAuth applications: the application configuration URLs below the Frontend API URL.
  endpoints: (issuer) => ({
    authorization: `${issuer}/oauth/authorize`,
    token: `${issuer}/oauth/token`,
    jwks: `${issuer}/.well-known/jwks.json`,
  }),
  relay: { audienceBy: 'resource', refreshBy: 'none', scopes: [] },
  fixes: {
    typ_not_allowed:
      'This is a Clerk ID or session token. Send the OAuth access token, and let Clerk issue it as a JWT.',
    opaque: 'Turn on JWT access tokens for OAuth applications in Clerk.',
    aud_missing: 'Add this server at Clerk (Agents → MCP servers → Add): only then its tokens have an audience.',
    aud_mismatch: 'The URL of the MCP server at Clerk must be this server’s resource URL.',
    app_only: 'This is a machine token of Clerk, without a user. Sign in with the authorization code flow.',
  },
};
