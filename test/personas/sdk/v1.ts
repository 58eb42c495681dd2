import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import type { Typed } from '../driver/identify.ts';
import type { Target } from '../gateways/open.ts';
import type { TestedClient } from '../tested-client.ts';
import { type Sdk, SdkConnection } from './connection.ts';
import { Memory } from './memory.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { SDK_REDIRECT } from './v2.ts';

/** The official client of the first generation. */
export function createSdkV1({ url, fetch: send }: Target, typed: Typed): TestedClient {
  const recorder = createRecorder(send);
  return {
    trail: recorder.trail,
    connect: async (person) => {
      const connection = new SdkConnection(createSdk(url, typed, recorder), recorder, person);
      await connection.open();
      return connection;
    },
  };
}

function createSdk(url: string, typed: Typed, recorder: Recorder): Sdk {
  const known = typed.clientId === undefined ? undefined : { client_id: typed.clientId };
  const memory = new Memory<OAuthClientInformationMixed, OAuthTokens>(known);
  const authProvider = createProvider(memory);
  let transport: StreamableHTTPClientTransport | undefined;
  return {
    typed: known !== undefined,
    connect: async () => {
      transport = new StreamableHTTPClientTransport(new URL(url), { authProvider, fetch: recorder.fetch });
      const client = new Client({ name: 'sdk-v1', version: '1.0.0' });
      await client.connect(transport as Parameters<Client['connect']>[0]);
      return {
        list: async () => (await client.listTools()).tools.map(({ name }) => name).sort(),
        call: async (name, args) => (await client.callTool({ name, arguments: { ...args } })).structuredContent,
      };
    },
    takePending: () => memory.takePending(),
    finish: async (back) => transport?.finishAuth(back.searchParams.get('code') ?? ''),
    expire: () => memory.expire(),
    forget: () => memory.invalidate('tokens'),
    refreshToken: () => memory.granted?.refresh_token,
    clientId: () => memory.information?.client_id ?? '',
  };
}

function createProvider(memory: Memory<OAuthClientInformationMixed, OAuthTokens>): OAuthClientProvider {
  return {
    redirectUrl: SDK_REDIRECT,
    clientMetadata: {
      client_name: 'An SDK client',
      redirect_uris: [SDK_REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    },
    state: () => memory.expected,
    clientInformation: () => memory.information,
    saveClientInformation: (information) => {
      memory.information = information;
    },
    tokens: () => memory.granted,
    saveTokens: (tokens) => {
      memory.granted = tokens;
    },
    codeVerifier: () => memory.verifier,
    saveCodeVerifier: (verifier) => {
      memory.verifier = verifier;
    },
    redirectToAuthorization: (to) => {
      memory.pending = to;
    },
    invalidateCredentials: (what) => memory.invalidate(what),
  };
}
