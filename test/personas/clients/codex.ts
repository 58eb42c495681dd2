import { from, type Persona } from '../persona.ts';

const docs = from('documented', '2026-08-25', 'OpenAI, learn.chatgpt.com/docs/extend/mcp');
const rmcp = from(
  'source code',
  '2026-08-20',
  'modelcontextprotocol/rust-sdk crates/rmcp/src/transport/auth.rs at 4a738b9d (3.1.4)',
);
const codexSource = from(
  'source code',
  '2026-08',
  'openai/codex codex-rs/rmcp-client/src/oauth_client_registration.rs',
);

/** The first nine bytes of the hash of the server's URL. */
const CALLBACK_ID = 'k3Zq8xT1bV0w';

export const codex: Persona = {
  id: 'codex',
  name: 'Codex',
  discovery: rmcp({
    first: 'GET',
    resourceMetadata: ['challenge', 'path inserted', 'path appended', 'root'],
    resourceMustBe: 'a prefix',
    withoutIt: 'own origin',
    serverMetadata: ['oauth', 'openid'],
    version: '2024-11-05',
  }),
  issuer: rmcp('but for a slash at the end'),
  pkce: rmcp('if listed'),
  iss: rmcp('checked'),
  registration: codexSource({
    order: ['document', 'dynamic'],
    documentNeedsNone: true,
    identity: {
      document: 'https://chatgpt.com/oauth/codex/client.json',
      documentRedirects: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      documentType: 'native',
      redirect: 'http://127.0.0.1:{port}/callback',
    },
    withoutIss: {
      document: `https://chatgpt.com/oauth/codex/${CALLBACK_ID}/client.json`,
      documentRedirects: [`http://127.0.0.1/callback/${CALLBACK_ID}`],
      documentType: 'native',
      redirect: `http://127.0.0.1:{port}/callback/${CALLBACK_ID}`,
    },
    body: {
      client_name: 'Codex',
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      response_types: ['code'],
      application_type: 'native',
    },
    sendsScope: true,
    typed: true,
    fixedPort: true,
  }),
  scopes: from(
    'reported',
    '2026-09-03',
    'openai/codex#15643, #31774',
  )({
    from: ['server metadata', 'resource metadata'],
    adds: ['offline_access'],
    retry: ['challenge', 'resource metadata'],
  }),
  resource: rmcp({ on: ['authorization', 'token', 'refresh'], value: 'of the metadata' }),
  refusal: from(
    'reported',
    '2026-04-30',
    'openai/codex#20518',
  )({
    stepUp: 'by hand',
    reads: 'status',
    signInsAfterForbidden: 0,
  }),
  refreshScope: rmcp(true),
  // 2026-07-28 is behind a feature flag of 0.147.
  protocol: docs({
    revision: '2025-11-25',
    clientInfo: { name: 'codex-mcp-client', version: '0.153.0' },
    opensStream: true,
  }),
};
