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
  },
  relay: { audienceBy: 'resource', refreshBy: 'none', scopes: [] },
  fixes: {
    iss_mismatch:
      'The token is of another app or tenant of the Descope project. Its issuer must be …/v1/apps/agentic/<project id>/<MCP server id>.',
    aud_mismatch: 'Set the MCP Server URL at Descope to this server’s resource URL.',
  },
};
