import { from, type Persona } from '../persona.ts';

const source = from('source code', '2026-08-19', 'modelcontextprotocol/inspector core/auth at 86d5f58e (2.3.0)');
const sdk = from('source code', '2026-11', '@modelcontextprotocol/client 2.4.0, which it uses');

export const inspector: Persona = {
  id: 'inspector',
  name: 'MCP Inspector',
  hint: 'This is its web page. Its command line is run for real by `npm run inspector`, with a token, since its sign-in needs a terminal.',
  discovery: sdk({
    first: 'message',
    resourceMetadata: ['challenge', 'path inserted', 'root'],
    resourceMustBe: 'a prefix',
    withoutIt: 'own origin',
    serverMetadata: ['oauth', 'openid'],
    version: '2025-11-25',
  }),
  issuer: sdk('exact'),
  pkce: sdk('if listed'),
  iss: sdk('checked'),
  registration: source({
    order: ['dynamic'],
    identity: { redirect: 'http://localhost:6274/oauth/callback' },
    body: {
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      application_type: 'native',
    },
    sendsScope: true,
    typed: true,
  }),
  scopes: source({ from: ['challenge', 'resource metadata', 'server metadata'], adds: ['offline_access'] }),
  resource: sdk({ on: ['authorization', 'token', 'refresh'], value: 'of the metadata' }),
  refusal: source({ stepUp: 'union', reads: 'status', signInsAfterForbidden: 0 }),
  refreshScope: sdk(false),
  // From its page or from its server, as configured; a page is the stricter reading.
  protocol: from(
    'inferred',
    '2026-11',
    'modelcontextprotocol/inspector clients/web at 86d5f58e',
  )({
    revision: '2025-11-25',
    clientInfo: { name: 'inspector-client', version: '2.3.0' },
    origin: 'http://localhost:6274',
    opensStream: true,
  }),
};
