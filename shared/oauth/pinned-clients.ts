import type { RelayClient } from '../core/config.ts';

export interface PinnedClient extends RelayClient {
  /** Where its metadata can be read and compared (draft-ietf-oauth-client-id-metadata-document). */
  readonly source: string;
  /** When this row was compared last. */
  readonly asOf: string;
}

/**
 * Clients that publish a client id metadata document, as rows: nothing is fetched while somebody signs in, so no client
 * id can send a request of ours anywhere. Loopback redirects are matched with any port (RFC 8252 section 7.3). Documents
 * that name `private_key_jwt` are taken as public clients with PKCE.
 */
export const PINNED_CLIENTS: readonly PinnedClient[] = [
  {
    client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    client_name: 'Claude',
    // The second is not in the document; Anthropic announces it as the next one.
    redirect_uris: ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
    source: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    asOf: '2026-11-24',
  },
  {
    client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
    client_name: 'Claude Code',
    redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    source: 'https://claude.ai/oauth/claude-code-client-metadata',
    asOf: '2026-11-24',
  },
  {
    // The stable document, which ChatGPT uses where `iss` is announced (RFC 9207).
    client_id: 'https://chatgpt.com/oauth/client.json',
    client_name: 'ChatGPT',
    redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    source: 'https://chatgpt.com/oauth/client.json',
    asOf: '2026-11-24',
  },
  {
    client_id: 'https://chatgpt.com/oauth/codex/client.json',
    client_name: 'Codex',
    redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    source: 'https://chatgpt.com/oauth/codex/client.json',
    asOf: '2026-11-24',
  },
  {
    client_id: 'https://vscode.dev/oauth/client-metadata.json',
    client_name: 'Visual Studio Code',
    redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    source: 'https://vscode.dev/oauth/client-metadata.json',
    asOf: '2026-11-24',
  },
];

/**
 * What clients without a document register beside a URI on the person's own machine. One that is refused here would lose
 * them the whole registration (RFC 7591 section 3.2.2). Cursor: as captured in September 2026.
 */
export const KNOWN_REDIRECTS: readonly string[] = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'https://www.cursor.com/agents/mcp/oauth/callback',
];
