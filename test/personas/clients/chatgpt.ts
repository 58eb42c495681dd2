import { from, type Identity, type Persona } from '../persona.ts';

const docs = from('documented', '2026-11', 'OpenAI, developers.openai.com/plugins/build/auth');
const operators = from(
  'reported',
  '2026-10',
  'guides of several operators for chatgpt.com/oauth/client.json, agreeing',
);
const live = from('measured', '2026-08-17', 'requests of ChatGPT to a public MCP server, published by its operator');
const guess = from('inferred', '2026-11', 'nothing published; the stricter reading is taken');

const stable: Identity = {
  document: 'https://chatgpt.com/oauth/client.json',
  documentType: 'web',
  redirect: 'https://chatgpt.com/connector_platform_oauth_redirect',
};

/** The id of a connector is made when its form is opened. */
const perConnector: Identity = {
  document: 'https://chatgpt.com/oauth/a1B2c3D4e5F6/client.json',
  documentType: 'web',
  redirect: 'https://chatgpt.com/connector/oauth/a1B2c3D4e5F6',
};

const registration = {
  order: ['document', 'dynamic'],
  body: {
    client_name: 'ChatGPT',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  typed: true,
} as const;

export const chatgpt: Persona = {
  id: 'chatgpt',
  name: 'ChatGPT',
  discovery: live({
    first: 'message',
    resourceMetadata: ['path inserted'],
    resourceMustBe: 'equal',
    withoutIt: 'refuse',
    serverMetadata: ['oauth', 'openid'],
  }),
  issuer: guess('exact'),
  pkce: docs('required'),
  iss: docs('checked'),
  registration: docs({ ...registration, identity: stable, withoutIss: perConnector }),
  scopes: docs({
    from: ['challenge', 'resource metadata', 'server metadata'],
    adds: ['openid', 'email', 'profile', 'offline_access'],
  }),
  resource: docs({ on: ['authorization', 'token', 'refresh'], value: 'of the metadata' }),
  refusal: docs({ stepUp: 'union', reads: 'tool result', signInsAfterForbidden: 0 }),
  refreshScope: guess(false),
  protocol: live({
    revision: '2026-07-28',
    clientInfo: { name: 'openai-mcp', version: '1.0.0' },
    userAgent: 'openai-mcp/1.0.0 (ChatGPT)',
    meta: { 'openai/locale': 'en-US', 'openai/userAgent': 'ChatGPT', 'openai/subject': 'v1/persona' },
  }),
};

/** The same product, held to the identity that it shows without `iss`: a connector made before, or a form that says so. */
export const chatgptPerConnector: Persona = {
  ...chatgpt,
  id: 'chatgpt-per-connector',
  name: 'ChatGPT, identity per connector',
  registration: operators({ ...registration, identity: perConnector }),
};
