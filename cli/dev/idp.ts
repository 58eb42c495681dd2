import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Grant, Interaction, Provider } from 'oidc-provider';
import { loginPage } from './idp-page.ts';

export const DEV_CLIENT = { id: 'gatehouse-dev', redirectUri: 'http://127.0.0.1/callback' } as const;

export interface DevUser {
  readonly name: string;
  readonly about: string;
  /** Scopes of ours this user may have; undefined: every one. */
  readonly scopes: readonly string[] | undefined;
}

export const DEV_USERS: readonly DevUser[] = [
  { name: 'alice', about: 'may use every tool', scopes: undefined },
  { name: 'bob', about: 'may use whoami and the CRM', scopes: ['starter.whoami', 'starter.crm'] },
  { name: 'mallory', about: 'is disabled', scopes: undefined },
];

export interface IdpOptions {
  readonly issuer: string;
  readonly resource: string;
  /** Scopes of the tools. */
  readonly catalogue: readonly string[];
  /** False: answers carry no `iss` (RFC 9207), as with the providers that authorizationServer=metadata is for. */
  readonly sendsIssuer: boolean;
}

/** A real OpenID provider for this machine: login, consent, PKCE, registration, refresh tokens, JWT access tokens. */
export async function createIdp(options: IdpOptions): Promise<RequestListener> {
  const { Provider, errors, interactionPolicy } = await quietly(() => import('oidc-provider'));
  const policy = interactionPolicy.base();
  // A native client would be asked for consent every time; the grant below is the consent.
  policy.get('consent').checks.remove('native_client_prompt');
  const provider: Provider = await quietly(
    async () =>
      new Provider(
        options.issuer,
        configuration(options, policy, errors.InvalidTarget, () => provider),
      ),
  );
  const serve = provider.callback();
  return (request, response) => {
    if (!options.sendsIssuer) withoutIssuer(response);
    if (request.url?.startsWith('/login/')) void login(provider, request, response);
    else serve(request, response);
  };
}

function withoutIssuer(response: ServerResponse): void {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) => {
    if (name.toLowerCase() !== 'location' || !URL.canParse(String(value))) return setHeader(name, value);
    const location = new URL(String(value));
    location.searchParams.delete('iss');
    return setHeader(name, location.toString());
  };
}

function configuration(
  { resource, catalogue }: IdpOptions,
  policy: object,
  InvalidTarget: new () => Error,
  provider: () => Provider,
): object {
  const scope = catalogue.join(' ');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'dev-1', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'offline_access', ...catalogue],
    clients: [
      {
        client_id: DEV_CLIENT.id,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [DEV_CLIENT.redirectUri, 'http://localhost/callback'],
      },
    ],
    interactions: { policy, url: (_context: unknown, { uid }: Interaction) => `/login/${uid}` },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    loadExistingGrant: (context: GrantContext) => grantFor(provider(), context, resource, catalogue),
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    issueRefreshToken: async (_context: unknown, client: { grantTypeAllowed(type: string): boolean }) =>
      client.grantTypeAllowed('refresh_token'),
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 600,
      Session: 3600,
      RefreshToken: 86_400,
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, asked: string) => {
          if (asked !== resource) throw new InvalidTarget();
          return { scope, audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
        },
      },
    },
  };
}

interface GrantContext {
  readonly oidc: {
    readonly session: { readonly accountId: string };
    readonly client: { readonly clientId: string };
  };
}

/** What was asked for and the user may have is granted, the rest is refused in silence: both count as answered. */
async function grantFor(
  provider: Provider,
  { oidc }: GrantContext,
  resource: string,
  catalogue: readonly string[],
): Promise<Grant> {
  const { accountId } = oidc.session;
  const grant = new provider.Grant({ accountId, clientId: oidc.client.clientId });
  const entitled = DEV_USERS.find(({ name }) => name === accountId)?.scopes ?? catalogue;
  grant.addOIDCScope(['openid', 'offline_access', ...catalogue].join(' '));
  grant.addResourceScope(resource, entitled.join(' '));
  const rest = catalogue.filter((scope) => !entitled.includes(scope));
  if (rest.length > 0) grant.rejectResourceScope(resource, rest.join(' '));
  await grant.save();
  return grant;
}

async function login(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { uid, params, prompt } = await provider.interactionDetails(request, response);
    const user = await chosenUser(request, params['login_hint']);
    if (prompt.name === 'consent') return await finish(provider, request, response, { consent: {} });
    if (user !== undefined) return await finish(provider, request, response, { login: { accountId: user } });
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.end(loginPage(uid, DEV_USERS));
  } catch {
    if (response.headersSent) return void response.end();
    response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('This sign-in has expired or was finished elsewhere. Start it again from your client.\n');
  }
}

function finish(provider: Provider, request: IncomingMessage, response: ServerResponse, result: object) {
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

async function chosenUser(request: IncomingMessage, hint: unknown): Promise<string | undefined> {
  let asked = hint;
  if (request.method === 'POST') {
    let form = '';
    for await (const chunk of request) form += String(chunk);
    asked = new URLSearchParams(form.slice(0, 1000)).get('user');
  }
  return DEV_USERS.find(({ name }) => name === asked)?.name;
}

/** oidc-provider greets with notices about production use and Node versions; this one is for development only. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { info, warn } = console;
  console.info = () => undefined;
  console.warn = () => undefined;
  try {
    return await work();
  } finally {
    Object.assign(console, { info, warn });
  }
}
