import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { followLogin } from '../../cli/dev/person.ts';

const REDIRECT = 'http://127.0.0.1:33419/callback';

/** The official client of the first generation, through the whole of OAuth without a browser. */
export async function signInWithV1(url: string, user: string, known?: OAuthClientInformationMixed): Promise<Client> {
  const provider = createProvider(known);
  const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider.provider });
  const first = transport();
  try {
    await newClient().connect(first as Parameters<Client['connect']>[0]);
    throw new Error('a client without a token was let in');
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
  }
  const back = await followLogin(provider.pending(), user);
  await first.finishAuth(back.searchParams.get('code') ?? '');
  const client = newClient();
  await client.connect(transport() as Parameters<Client['connect']>[0]);
  return client;
}

function newClient(): Client {
  return new Client({ name: 'v1-client', version: '1.0.0' });
}

function createProvider(known: OAuthClientInformationMixed | undefined) {
  let information = known;
  let granted: OAuthTokens | undefined;
  let verifier = '';
  let pending: URL | undefined;
  return {
    pending: () => {
      if (pending === undefined) throw new Error('the client asked for no login');
      return pending;
    },
    provider: {
      redirectUrl: REDIRECT,
      clientMetadata: {
        client_name: 'v1',
        redirect_uris: [REDIRECT],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      },
      clientInformation: () => information,
      saveClientInformation: (saved: OAuthClientInformationMixed) => {
        information = saved;
      },
      tokens: () => granted,
      saveTokens: (tokens: OAuthTokens) => {
        granted = tokens;
      },
      codeVerifier: () => verifier,
      saveCodeVerifier: (saved: string) => {
        verifier = saved;
      },
      redirectToAuthorization: (to: URL) => {
        pending = to;
      },
    },
  };
}
