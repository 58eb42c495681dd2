import {
  Client,
  type ClientOptions,
  type OAuthClientInformationMixed,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { followLogin } from '../dev/person.ts';

const REDIRECT = 'http://127.0.0.1:33418/callback';

/** The last HTTP answer of the gateway, for showing what was on the wire. */
export interface Wire {
  status: number;
  challenge: string | null;
}

export interface Session {
  readonly client: Client;
  readonly wire: Wire;
  /** Signs in once more after the transport asked for it, and retries on a new connection. */
  stepUp(): Promise<Session>;
}

/** The official client with everything of OAuth kept in memory; the person at the browser is `followLogin`. */
export class HeadlessProvider implements OAuthClientProvider {
  readonly redirectUrl: string;
  pending: URL | undefined;
  private readonly expected = crypto.randomUUID();
  private information: OAuthClientInformationMixed | undefined;
  private granted: OAuthTokens | undefined;
  private verifier = '';
  private discovered: OAuthDiscoveryState | undefined;

  constructor(preregistered?: OAuthClientInformationMixed, redirectUrl: string = REDIRECT) {
    this.information = preregistered;
    this.redirectUrl = redirectUrl;
  }

  get clientMetadata() {
    return {
      client_name: 'Gatehouse demo',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    };
  }
  state = () => this.expected;
  clientInformation = () => this.information;
  saveClientInformation = (information: OAuthClientInformationMixed) => {
    this.information = information;
  };
  tokens = () => this.granted;
  saveTokens = (tokens: OAuthTokens) => {
    this.granted = tokens;
  };
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier: string) => {
    this.verifier = verifier;
  };
  discoveryState = () => this.discovered;
  saveDiscoveryState = (state: OAuthDiscoveryState) => {
    this.discovered = state;
  };
  redirectToAuthorization = (url: URL) => {
    this.pending = url;
  };
}

interface ConnectOptions {
  readonly url: string;
  readonly provider?: HeadlessProvider;
  readonly client?: ClientOptions;
  /** Every request of the client goes through it. */
  readonly fetch?: typeof fetch;
}

export interface SignInOptions extends ConnectOptions {
  readonly user: string;
  /** Told the heading of each page that asked for consent. */
  readonly saw?: (heading: string) => void;
}

export interface LoginOptions extends ConnectOptions {
  /** The person at the browser: from the authorization URL to the redirect back. */
  readonly login: (authorization: URL) => Promise<URL>;
}

/** From nothing to a connected client: 401, discovery, registration, consent, login, token, and connect again. */
export function signIn({ user, saw, ...options }: SignInOptions): Promise<Session> {
  const browser = { saw, fetch: options.fetch };
  return signInBy({ ...options, login: (authorization) => followLogin(authorization, user, browser) });
}

export async function signInBy(options: LoginOptions): Promise<Session> {
  const provider = options.provider ?? new HeadlessProvider();
  const first = connection(options, provider);
  try {
    await first.client.connect(first.transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    return finish(options, provider, first.transport);
  }
  return sessionOf(options, provider, first);
}

interface Connection {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  readonly wire: Wire;
}

function connection({ url, client, ...options }: LoginOptions, provider: HeadlessProvider): Connection {
  const wire: Wire = { status: 0, challenge: null };
  const send = options.fetch ?? fetch;
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    authProvider: provider,
    fetch: async (input, init) => {
      const response = await send(input, init);
      if (String(input).startsWith(url)) {
        wire.status = response.status;
        wire.challenge = response.headers.get('www-authenticate');
      }
      return response;
    },
  });
  return { client: new Client({ name: 'gatehouse-demo', version: '1.0.0' }, client), transport, wire };
}

async function finish(
  options: LoginOptions,
  provider: HeadlessProvider,
  transport: StreamableHTTPClientTransport,
): Promise<Session> {
  if (provider.pending === undefined) throw new Error('the client asked for no login');
  const back = await options.login(provider.pending);
  if (back.searchParams.get('state') !== provider.state()) throw new Error('the state came back changed');
  await transport.finishAuth(back.searchParams);
  const next = connection(options, provider);
  await next.client.connect(next.transport);
  return sessionOf(options, provider, next);
}

function sessionOf(
  options: LoginOptions,
  provider: HeadlessProvider,
  { client, transport, wire }: Connection,
): Session {
  return {
    client,
    wire,
    stepUp: async () => {
      await client.close();
      return finish(options, provider, transport);
    },
  };
}
