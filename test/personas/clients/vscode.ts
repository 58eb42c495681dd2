import { from, type Persona } from '../persona.ts';

const mcp = from('source code', '2026-11', 'microsoft/vscode src/vs/workbench/api/common/extHostMcp.ts at 67cc69f');
const oauth = from('source code', '2026-11', 'microsoft/vscode src/vs/base/common/oauth.ts at 05f882b');
const auth = from('source code', '2026-11', 'microsoft/vscode src/vs/workbench/api/common/extHostAuthentication.ts');

export const vscode: Persona = {
  id: 'vscode',
  name: 'VS Code',
  discovery: oauth({
    first: 'message',
    resourceMetadata: ['challenge', 'path inserted', 'root'],
    resourceMustBe: 'equal or ignored',
    withoutIt: 'own origin',
    serverMetadata: ['oauth', 'openid'],
    version: '2025-11-25',
  }),
  issuer: oauth('not looked at'),
  pkce: auth('not looked at'),
  iss: auth('not looked at'),
  registration: oauth({
    order: ['document', 'dynamic'],
    identity: {
      document: 'https://vscode.dev/oauth/client-metadata.json',
      documentRedirects: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
      documentType: 'native',
      redirect: 'http://127.0.0.1:33418/',
    },
    body: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    sendsScope: true,
    typed: true,
  }),
  scopes: mcp({ from: ['challenge', 'resource metadata', 'server metadata'], adds: [] }),
  // Later copies send it on the other two as well; the less is the stricter test.
  resource: auth({ on: ['authorization'], value: 'of the metadata' }),
  refusal: mcp({ stepUp: 'challenge', reads: 'status', signInsAfterForbidden: 1 }),
  refreshScope: auth(false),
  protocol: from(
    'measured',
    '2026-04-13',
    'microsoft/vscode#308766',
  )({
    revision: '2025-11-25',
    clientInfo: { name: 'Visual Studio Code', version: '1.110.0' },
    userAgent: 'Visual Studio Code/1.110.0',
    opensStream: true,
  }),
};
