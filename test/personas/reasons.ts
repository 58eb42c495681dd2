import type { Source } from './persona.ts';

export interface Reason {
  readonly text: string;
  readonly source: Source;
}

const spec: Source = {
  where: 'MCP 2026-07-28, authorization, client registration',
  date: '2026-07-28',
  sure: 'documented',
};

/** Why a cell is not simply "works". */
export const REASONS = {
  byHand: {
    text: 'Nobody can register at this provider. An administrator creates a public client with the redirect URI below, and the user enters its id beside the URL.',
    source: spec,
  },
  noDocument: {
    text: 'The client publishes no metadata document, so that a provider that only takes those does not know it. Enter a client id.',
    source: spec,
  },
  documentPort: {
    text: 'Its document does not say `application_type: native`, so a provider that goes by OpenID registration compares the port as well, and the port is another one each time. Enter a client id, or use a provider that ignores the port of loopback URIs (RFC 8252 section 7.3), as the relay does.',
    source: { where: 'anthropics/claude-code#37747, #90370', date: '2026-08-28', sure: 'reported' },
  },
  noS256: {
    text: 'The metadata does not list S256, and the client refuses such a server, as MCP wants it since 2025-11-25. Use metadata or relay mode.',
    source: {
      where:
        'anthropics/claude-ai-mcp#946, anthropics/claude-code#13275; OpenAI, developers.openai.com/plugins/build/auth',
      date: '2026-11',
      sure: 'reported',
    },
  },
  exactPort: {
    text: 'The provider compares redirect URIs with their port, and the client takes a free one each time. Fix it (Claude Code: `--callback-port`; Codex: `mcp_oauth_callback_port`) and register that one.',
    source: {
      where: 'identity provider documentation of redirect URIs; anthropics/claude-code#37747',
      date: '2026-11',
      sure: 'documented',
    },
  },
  privateScheme: {
    text: 'It registers a `cursor://` redirect URI beside two others, without `application_type`. The provider used here refuses all three for it; others take them. Enter a client id where yours refuses.',
    source: { where: 'makeplane/plane-mcp-server#159, erp-mafia/accounted#2225', date: '2026-09-03', sure: 'reported' },
  },
  formFirst: {
    text: 'The redirect URI of a connector is shown in its form and known only then: register it before pressing connect.',
    source: { where: 'OpenAI, developers.openai.com/plugins/build/auth', date: '2026-11', sure: 'documented' },
  },
  registration: {
    text: 'The client has no metadata document. Deploy with `relayRegistration=true`: it then registers itself, and nothing is stored.',
    source: { where: 'parameters of this project', date: '2026-11', sure: 'source code' },
  },
  ownClient: {
    text: 'Only the stable identity of ChatGPT is built in, which it uses where `iss` is announced, as the relay does. For a connector that keeps an identity of its own, put what its form shows into `relayClients`.',
    source: {
      where: 'guides of several operators for chatgpt.com/oauth/client.json, agreeing',
      date: '2026-10',
      sure: 'reported',
    },
  },
} as const satisfies Record<string, Reason>;

export type ReasonId = keyof typeof REASONS;

/** What a user notices in every mode, because the client is so. */
export const NOTES: ReadonlyMap<string, string> = new Map([
  [
    'steps up by hand',
    'After a call was refused for a missing scope it asks for nothing by itself. Sign in again in the client; the call then works.',
  ],
  [
    'sends a disabled user to sign in twice',
    'Takes any 403 for a matter of signing in: somebody whose account is disabled is sent to the browser once more for each request, and no further.',
  ],
]);
