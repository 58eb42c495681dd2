import { from, type Persona } from '../persona.ts';

const probe = from(
  'measured',
  '2026-09-03',
  'erp-mafia/accounted#2225; the body without application_type by another probe',
);
const guess = from('inferred', '2026-11', 'as the official SDK of the first generation does');

export const cursor: Persona = {
  id: 'cursor',
  name: 'Cursor',
  hint: 'It waits for the answer on port 8787, which `npm run dev` takes by default: start that with `-- --port 9000` when you try Cursor on your machine.',
  discovery: guess({
    first: 'message',
    resourceMetadata: ['challenge', 'path inserted', 'root'],
    resourceMustBe: 'a prefix',
    withoutIt: 'own origin',
    serverMetadata: ['oauth', 'openid'],
    version: '2025-11-25',
  }),
  issuer: guess('not looked at'),
  pkce: guess('if listed'),
  iss: guess('not looked at'),
  registration: probe({
    order: ['dynamic'],
    identity: { redirect: 'http://localhost:8787/callback' },
    body: {
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'Cursor',
    },
    typed: true,
  }),
  scopes: from(
    'reported',
    '2026-11',
    'docs.pipeshub.com/mcp/cursor',
  )({
    from: ['resource metadata', 'challenge', 'server metadata'],
    adds: [],
  }),
  resource: guess({ on: ['authorization', 'token', 'refresh'], value: 'of the metadata' }),
  refusal: guess({ stepUp: 'by hand', reads: 'status', signInsAfterForbidden: 0 }),
  refreshScope: guess(false),
  protocol: from(
    'measured',
    '2026-09',
    'initialize of Cursor, published by an operator',
  )({
    revision: '2025-11-25',
    clientInfo: { name: 'cursor-vscode', version: '1.0.0' },
    userAgent: 'Cursor/1.0.0',
    opensStream: true,
  }),
};
