import { from, type Persona } from '../persona.ts';

const docs = from('documented', '2026-11', 'Anthropic, claude.com/docs/connectors/building/authentication');
const guess = from('inferred', '2026-11', 'nothing published; the stricter reading is taken');

export const claudeWeb: Persona = {
  id: 'claude',
  name: 'Claude (web, desktop, mobile)',
  discovery: docs({
    first: 'message',
    resourceMetadata: ['challenge', 'path inserted', 'root'],
    resourceMustBe: 'equal',
    withoutIt: 'own origin',
    serverMetadata: ['oauth', 'openid'],
  }),
  issuer: guess('exact'),
  pkce: from('reported', '2026-08', 'anthropics/claude-ai-mcp#946, #786')('required'),
  iss: from('reported', '2026-09-01', 'letehaha/budget-tracker#551')('not looked at'),
  registration: docs({
    order: ['document', 'dynamic'],
    documentNeedsNone: true,
    identity: {
      document: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
      redirect: 'https://claude.ai/api/mcp/auth_callback',
    },
    body: {
      client_name: 'Claude',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    typed: true,
  }),
  scopes: from(
    'reported',
    '2026-09',
    'anthropics/claude-ai-mcp#228, #42',
  )({
    from: ['server metadata', 'resource metadata', 'challenge'],
    adds: ['offline_access'],
  }),
  resource: docs({ on: ['authorization', 'token', 'refresh'], value: 'as typed' }),
  refusal: docs({ stepUp: 'union', reads: 'status', signInsAfterForbidden: 0 }),
  refreshScope: from('reported', '2026-09-10', 'anthropics/claude-ai-mcp#228')(false),
  protocol: docs({
    revision: '2025-11-25',
    clientInfo: { name: 'claude-ai', version: '0.1.0' },
    userAgent: 'Claude-User',
  }),
};

const code = from('documented', '2026-11', 'Anthropic, code.claude.com/docs/en/mcp');

export const claudeCode: Persona = {
  id: 'claude-code',
  name: 'Claude Code',
  discovery: from(
    'reported',
    '2026-04',
    'anthropics/claude-code#44652, #14428',
  )({
    first: 'message',
    resourceMetadata: ['challenge', 'path inserted', 'root'],
    resourceMustBe: 'a prefix',
    withoutIt: 'own origin',
    serverMetadata: ['oauth', 'openid'],
  }),
  issuer: guess('exact'),
  pkce: from('reported', '2026-03', 'anthropics/claude-code#13275, #35846')('required'),
  iss: from('measured', '2026-09-19', 'error text of 2.1.277 in higgsfield-ai/cli#68')('checked'),
  registration: from(
    'measured',
    '2026-08-28',
    'anthropics/claude-code#90370, #37747',
  )({
    order: ['document', 'dynamic'],
    documentNeedsNone: true,
    identity: {
      document: 'https://claude.ai/oauth/claude-code-client-metadata',
      // It has no application_type, which means `web` to a provider that goes by OpenID registration.
      documentRedirects: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      redirect: 'http://localhost:{port}/callback',
    },
    body: {
      client_name: 'Claude Code',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    typed: true,
    fixedPort: true,
  }),
  scopes: from(
    'reported',
    '2026-04-07',
    'anthropics/claude-code#44652',
  )({
    from: ['challenge', 'resource metadata', 'server metadata'],
    adds: ['offline_access'],
  }),
  resource: from(
    'reported',
    '2026-08-14',
    'getsentry/sentry-mcp#1247; #90497 says that 2.1.251 sends none',
  )({
    on: ['authorization', 'token', 'refresh'],
    value: 'as typed',
  }),
  refusal: from(
    'reported',
    '2026-09-06',
    'anthropics/claude-code#92518, #68720',
  )({
    stepUp: 'by hand',
    reads: 'status',
    signInsAfterForbidden: 0,
  }),
  refreshScope: from('measured', '2026-08-26', 'anthropics/claude-code#89862')(false),
  protocol: code({
    revision: '2025-11-25',
    clientInfo: { name: 'claude-code', version: '2.1.277' },
    opensStream: true,
  }),
};
