import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { generatedJwk } from '../../cli/dev/generated-jwk.ts';
import type { Provider } from 'oidc-provider';
import { close } from '../../cli/dev/network.ts';
import { followLogin } from '../../cli/dev/person.ts';
import { RESOURCE } from './config.ts';
import { listenAnywhere } from './listen.ts';
import { ORIGIN, UPSTREAM_CLIENT } from './relay.ts';
import { CLIENT_SECRET } from './secrets.ts';

/** A real OpenID provider with its usual rules: codes work once, refresh tokens rotate, a replay ends the whole grant. */
export interface RealProvider {
  readonly issuer: string;
  /** How often its token endpoint was asked. */
  readonly asked: () => number;
  /** Signs alice in and follows to the redirect back. */
  signIn(authorization: URL): Promise<URL>;
  close(): Promise<void>;
}

const SCOPES = ['starter.echo', 'starter.whoami'];

export async function startProvider(): Promise<RealProvider> {
  let asked = 0;
  let serve: Parameters<typeof createServer>[1];
  const server = createServer((request, response) => {
    if (request.url === '/token') asked++;
    serve?.(request, response);
  });
  const issuer = `http://127.0.0.1:${await listenAnywhere(server)}`;
  const provider: Provider = await quietly(async () => {
    const oidc = await import('oidc-provider');
    return new oidc.Provider(
      issuer,
      configuration(() => provider),
    );
  });
  const protocol = provider.callback();
  serve = (request, response) => {
    if (!request.url?.startsWith('/go/')) return protocol(request, response);
    const result = { login: { accountId: 'alice' }, consent: {} };
    return void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  };
  return {
    issuer,
    asked: () => asked,
    signIn: (authorization) => followLogin(authorization, 'alice'),
    close: () => close(server),
  };
}

function configuration(provider: () => Provider): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    jwks: { keys: [{ ...generatedJwk(privateKey), kid: 'key-1', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'offline_access', ...SCOPES],
    clients: [
      {
        client_id: UPSTREAM_CLIENT,
        client_secret: CLIENT_SECRET,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${ORIGIN}/oauth/callback`],
      },
    ],
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/go/${uid}` },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    loadExistingGrant: async ({ oidc }: { oidc: { session: { accountId: string }; client: { clientId: string } } }) => {
      const grant = new (provider().Grant)({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope(['openid', 'offline_access', ...SCOPES].join(' '));
      grant.addResourceScope(RESOURCE, SCOPES.join(' '));
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: {
      AuthorizationCode: 60,
      AccessToken: 3600,
      RefreshToken: 86_400,
      Grant: 86_400,
      Interaction: 600,
      Session: 3600,
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: SCOPES.join(' '),
          audience: RESOURCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

/** It greets with notices about production use. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { info, warn } = console;
  Object.assign(console, { info: () => undefined, warn: () => undefined });
  try {
    return await work();
  } finally {
    Object.assign(console, { info, warn });
  }
}
