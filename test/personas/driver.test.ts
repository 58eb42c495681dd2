import { expect, test } from '@jest/globals';
import { chatgpt } from './clients/chatgpt.ts';
import { claudeWeb } from './clients/claude.ts';
import { codex } from './clients/codex.ts';
import { cursor } from './clients/cursor.ts';
import { vscode } from './clients/vscode.ts';
import { readChallenge } from './driver/challenge.ts';
import { type Discovered, discover } from './driver/discover.ts';
import { identify } from './driver/identify.ts';
import { scopesToAsk } from './driver/scopes.ts';
import { createWire } from './driver/wire.ts';

const URL_TYPED = 'https://mcp.example/mcp';
const RESOURCE = 'https://mcp.example/.well-known/oauth-protected-resource';
const TENANT = 'https://login.example/tenant';

const server = (issuer: string, more: object = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  code_challenge_methods_supported: ['S256'],
  scopes_supported: ['openid', 'offline_access', 'read', 'write'],
  ...more,
});
const resource = { resource: URL_TYPED, authorization_servers: [TENANT], scopes_supported: ['read'] };

/** A wire to these documents and nothing else; what is posted is answered with 201 and itself. */
function wireTo(documents: Readonly<Record<string, object>>) {
  const send = async (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
    if (init?.method === 'POST')
      return Response.json({ client_id: 'made', ...JSON.parse(String(init.body)) }, { status: 201 });
    const document = Object.hasOwn(documents, String(input)) ? documents[String(input)] : undefined;
    return document === undefined ? new Response('', { status: 404 }) : Response.json(document);
  };
  return createWire(send as typeof fetch, {});
}

test('documents are looked for in the order of the specification, with an issuer that has a path', async () => {
  const appended = `${TENANT}/.well-known/openid-configuration`;
  const wire = wireTo({ [`${RESOURCE}/mcp`]: resource, [appended]: server(TENANT) });
  const found = await discover(wire, claudeWeb, URL_TYPED, undefined);
  expect({ issuer: found.server.issuer, trail: wire.trail }).toEqual({
    issuer: TENANT,
    trail: [
      'GET mcp.example/.well-known/oauth-protected-resource/mcp 200',
      'GET login.example/.well-known/oauth-authorization-server/tenant 404',
      'GET login.example/.well-known/openid-configuration/tenant 404',
      'GET login.example/tenant/.well-known/openid-configuration 200',
    ],
  });
});

test('Codex also looks below the path of the server, as its library does', async () => {
  const wire = wireTo({
    [RESOURCE]: { ...resource, authorization_servers: ['https://login.example'] },
    'https://login.example/.well-known/oauth-authorization-server': server('https://login.example'),
  });
  await discover(wire, codex, URL_TYPED, undefined);
  expect(wire.trail.slice(0, 3)).toEqual([
    'GET mcp.example/.well-known/oauth-protected-resource/mcp 404',
    'GET mcp.example/mcp/.well-known/oauth-protected-resource 404',
    'GET mcp.example/.well-known/oauth-protected-resource 200',
  ]);
});

test('VS Code forgets a document about another resource, and takes the own host for the server', async () => {
  const wire = wireTo({
    [`${RESOURCE}/mcp`]: { ...resource, resource: 'https://mcp.example' },
    [RESOURCE]: { ...resource, resource: 'https://mcp.example' },
    'https://mcp.example/.well-known/oauth-authorization-server': server('https://mcp.example'),
  });
  const found = await discover(wire, vscode, URL_TYPED, undefined);
  expect([found.resource, found.server.issuer]).toEqual([undefined, 'https://mcp.example']);
});

const discovered = (more: object = {}): Discovered => ({
  resource: URL_TYPED,
  resourceScopes: ['read'],
  server: {
    issuer: TENANT,
    authorization: '',
    token: '',
    registration: `${TENANT}/register`,
    revocation: undefined,
    scopes: ['openid', 'offline_access', 'read', 'write'],
    takesDocuments: true,
    takesPublicClients: true,
    announcesIss: true,
    ...more,
  },
});

test.each([
  ['ChatGPT', chatgpt, {}, 'https://chatgpt.com/oauth/client.json'],
  [
    'ChatGPT where iss is not announced',
    chatgpt,
    { announcesIss: false },
    'https://chatgpt.com/oauth/a1B2c3D4e5F6/client.json',
  ],
  ['Claude', claudeWeb, {}, 'https://claude.ai/oauth/mcp-oauth-client-metadata'],
  ['Claude where none is not offered', claudeWeb, { takesPublicClients: false }, 'made'],
  [
    'VS Code where none is not offered',
    vscode,
    { takesPublicClients: false },
    'https://vscode.dev/oauth/client-metadata.json',
  ],
  ['Cursor', cursor, {}, 'made'],
])('%s is known by the identity it would choose', async (_name, persona, more, id) => {
  const client = await identify(wireTo({}), persona, discovered(more).server, {}, ['read']);
  expect(client.id).toBe(id);
});

test.each([
  ['ChatGPT', chatgpt, ['write', 'openid', 'offline_access']],
  ['Claude', claudeWeb, ['openid', 'offline_access', 'read', 'write']],
  ['Codex', codex, ['openid', 'offline_access', 'read', 'write']],
  ['VS Code', vscode, ['write']],
  ['Cursor', cursor, ['read']],
])('%s asks for the scopes it would ask for', (_name, persona, scopes) => {
  const challenge = { error: undefined, scopes: ['write'], resourceMetadata: undefined };
  expect(scopesToAsk(persona, discovered(), challenge)).toEqual(scopes);
});

test('a challenge is read with its quotes and escapes, in any order', () => {
  const header =
    'Bearer scope="a b", error=insufficient_scope, error_description="a \\"b\\", c", resource_metadata="https://x/y"';
  expect(readChallenge(header)).toEqual({
    error: 'insufficient_scope',
    scopes: ['a', 'b'],
    resourceMetadata: 'https://x/y',
  });
  expect([readChallenge('Basic realm="x"'), readChallenge(null)]).toEqual([undefined, undefined]);
});
