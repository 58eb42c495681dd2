import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { generatedJwk } from './generated-jwk.ts';
import type { Grant, Interaction, Provider } from 'oidc-provider';
import { publicClient, type RelayClientOptions, relayClient } from './idp-clients.ts';
import { loginPage } from './idp-page.ts';

export { DEV_CLIENT } from './idp-clients.ts';

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
  /** The gateway is the only client, with a secret: nobody else is known and nobody registers. */
  readonly relay?: RelayClientOptions | undefined;
  /** Makes another kind of provider of it: takes the configuration for oidc-provider, gives the one that is used. */
  readonly adjust?: (configuration: IdpConfiguration) => object;
}

/** What a kind of provider may differ in. */
export interface IdpConfiguration {
  readonly features: Readonly<Record<string, object>>;
  readonly [name: string]: unknown;
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
        (options.adjust ?? asItIs)(configuration(options, policy, errors.InvalidTarget, () => provider)),
      ),
  );
  const serve = provider.callback();
  return (request, response) => {
    if (!options.sendsIssuer) withoutIssuer(response);
    if (request.url?.startsWith('/login/')) void login(provider, request, response);
    else serve(request, response);
  };
}

function asItIs(configuration: IdpConfiguration): object {
  return configuration;
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
  { resource, catalogue, relay }: IdpOptions,
  policy: object,
  InvalidTarget: new () => Error,
  provider: () => Provider,
): IdpConfiguration {
  const scope = catalogue.join(' ');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    jwks: { keys: [{ ...generatedJwk(privateKey), kid: 'dev-1', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'offline_access', ...catalogue],
    clients: [relay === undefined ? publicClient : relayClient(relay)],
    interactions: { policy, url: (_context: unknown, { uid }: Interaction) => `/login/${uid}` },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    loadExistingGrant: (context: GrantContext) => grantFor(provider(), context, resource, catalogue),
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    renderError,
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
      registration: { enabled: relay === undefined },
      revocation: { enabled: true, allowedPolicy: isOwn },
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

/** Its own default is a page that says it should be replaced, on the console as well. */
function renderError(
  context: { type: string; body: string },
  { error, error_description: why }: { error: string; error_description?: string },
): void {
  context.type = 'text/plain; charset=utf-8';
  context.body = `${error}: ${why ?? 'the sign-in cannot go on'}\n`;
}

/** RFC 7009 section 2.1: a client revokes what was issued to it. */
async function isOwn(_context: unknown, client: { clientId: string }, token: { clientId: string }): Promise<boolean> {
  return token.clientId === client.clientId;
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
