import {
  Client,
  type OAuthClientInformationMixed,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthTokens,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import type { Typed } from '../driver/identify.ts';
import type { Target } from '../gateways/open.ts';
import type { TestedClient } from '../tested-client.ts';
import { type Sdk, SdkConnection } from './connection.ts';
import { Memory } from './memory.ts';
import { createRecorder, type Recorder } from './recorder.ts';

export const SDK_REDIRECT = 'http://127.0.0.1:33418/callback';

/** The official client of the second generation, with the revision negotiated. */
export function createSdkV2({ url, fetch: send }: Target, typed: Typed): TestedClient {
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
  const authProvider = createProvider(memory, () => recorder.metadata('issuer'));
  let transport: StreamableHTTPClientTransport | undefined;
  return {
    typed: known !== undefined,
    connect: async () => {
      transport = new StreamableHTTPClientTransport(new URL(url), { authProvider, fetch: recorder.fetch });
      const client = new Client({ name: 'sdk-v2', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
      await client.connect(transport);
      return {
        list: async () => (await client.listTools()).tools.map(({ name }) => name).sort(),
        call: async (name, args) => (await client.callTool({ name, arguments: { ...args } })).structuredContent,
      };
    },
    takePending: () => memory.takePending(),
    finish: async (back) => transport?.finishAuth(back.searchParams),
    expire: () => memory.expire(),
    forget: () => memory.invalidate('tokens'),
    refreshToken: () => memory.granted?.refresh_token,
    clientId: () => memory.information?.client_id ?? '',
  };
}

function createProvider(
  memory: Memory<OAuthClientInformationMixed, OAuthTokens>,
  issuer: () => string | undefined,
): OAuthClientProvider {
  let discovered: OAuthDiscoveryState | undefined;
  return {
    redirectUrl: SDK_REDIRECT,
    clientMetadata: {
      client_name: 'An SDK client',
      redirect_uris: [SDK_REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    state: () => memory.expected,
    // It asks for the issuer that an id belongs to; whoever types one in means the server that was found.
    clientInformation: () => memory.information && { issuer: issuer(), ...memory.information },
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
    discoveryState: () => discovered,
    saveDiscoveryState: (state) => {
      discovered = state;
    },
    redirectToAuthorization: (to) => {
      memory.pending = to;
    },
    invalidateCredentials: (what) => memory.invalidate(what),
  };
}
