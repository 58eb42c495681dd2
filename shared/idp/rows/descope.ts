import { COMMON, type Preset } from '../preset.ts';

export const descope: Preset = {
  ...COMMON,
  title: 'Descope',
  // The keys of the project also sign for its other apps and tenants: the issuer is the one of this MCP server.
  issuerPattern: /^https:\/\/api\.descope\.com\/v1\/apps\/agentic\/[A-Za-z0-9]+\/[A-Za-z0-9]+$/,
  issuerExample: 'https://api.descope.com/v1/apps/agentic/P2abcDEF/MS35ghi',
  clientIdClaims: ['azp', 'client_id'],
  can: {
    resource: 'yes',
    dynamicRegistration: 'yes',
    clientDocuments: 'setting',
    serverMetadata: 'unknown',
    s256: 'yes',
    responseIssuer: 'unknown',
  },
  // docs.descope.com/agentic-identity-hub/mcp-servers/discovery-url: the example document.
  endpoints: (issuer) => {
    const server = issuer.replace('/v1/apps/', '/oauth2/v1/apps/');
    const [project] = issuer.split('/').slice(-2);
    return {
      authorization: `${server}/authorize`,
      token: `${server}/token`,
      jwks: `https://api.descope.com/${project}/.well-known/jwks.json`,
    };
  },
  relay: { audienceBy: 'resource', refreshBy: 'none', scopes: [] },
  fixes: {
    iss_mismatch:
      'The token is of another app or tenant of the Descope project. Its issuer must be …/v1/apps/agentic/<project id>/<MCP server id>.',
    aud_mismatch: 'Set the MCP Server URL at Descope to this server’s resource URL.',
  },
};
