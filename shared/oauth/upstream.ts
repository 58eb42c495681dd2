import { OFFLINE_ACCESS } from '../auth/scopes.ts';
import { type GatewayConfig, type RelayConfig, resourceUrl } from '../core/config.ts';
import { type JsonObject, own } from '../core/json-object.ts';
import type { Log } from '../core/logger.ts';
import { PRESETS } from '../idp/presets.ts';
import type { Endpoints } from './endpoints.ts';
import { OAuthError, unavailable } from './errors.ts';
import { withParameters } from './redirect-uri.ts';
import type { UpstreamAnswer, UpstreamClient } from './upstream-client.ts';

/** Tokens as the identity provider gave them. */
export interface UpstreamTokens {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number | undefined;
  readonly refreshToken: string | undefined;
  readonly scope: string | undefined;
}

/** The identity provider, asked by the one client that the gateway is there. */
export interface Upstream {
  /** Host of the sign-in page. */
  signInHost(): Promise<string>;
  authorizationUrl(request: { state: string; challenge: string; scopes: readonly string[] }): Promise<string>;
  /** @throws OAuthError invalid_grant and others by what the provider said, temporarily_unavailable */
  exchange(code: string, verifier: string, log: Log): Promise<UpstreamTokens>;
  refresh(token: string, scopes: readonly string[] | undefined, log: Log): Promise<UpstreamTokens>;
  /** @throws OAuthError unsupported_token_type where the provider cannot */
  revoke(token: string, log: Log): Promise<void>;
}

type RelayMode = GatewayConfig & { readonly relay: RelayConfig };

export function createUpstream(
  config: RelayMode,
  endpoints: () => Promise<Endpoints>,
  client: UpstreamClient,
): Upstream {
  const { relay, publicUrl } = config;
  const asks = PRESETS[config.idp.preset].relay;
  const callback = `${publicUrl}/oauth/callback`;
  const target = targetOf(config);
  const ask = async (form: Readonly<Record<string, string>>, log: Log): Promise<UpstreamTokens> => {
    const { token } = await endpoints();
    return readTokens(await client.post(token, { ...form, ...target }, log), log);
  };
  return {
    signInHost: async () => new URL((await endpoints()).authorization).host,
    authorizationUrl: async ({ state, challenge, scopes }) =>
      withParameters((await endpoints()).authorization, {
        response_type: 'code',
        client_id: relay.clientId,
        redirect_uri: callback,
        scope: [...new Set([...asks.scopes, ...scopes])].join(' '),
        state,
        // The client's own: its verifier has to satisfy the provider too.
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...target,
        prompt: promptOf(config, scopes),
      }),
    exchange: (code, verifier, log) =>
      ask({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }, log),
    refresh: (token, scopes, log) => {
      const narrowed = scopes === undefined ? {} : { scope: scopes.join(' ') };
      return ask({ grant_type: 'refresh_token', refresh_token: token, ...narrowed }, log);
    },
    revoke: async (token, log) => {
      const { revocation } = await endpoints();
      if (revocation === undefined) {
        throw new OAuthError('unsupported_token_type', 'the identity provider revokes no tokens');
      }
      const { status } = await client.post(revocation, { token, token_type_hint: 'refresh_token' }, log);
      if (status >= 400) throw unavailable(`http_${status}`);
    },
  };
}

/** The parameter that puts our audience into the token. An audience that is an id and no URI cannot be a resource. */
function targetOf(config: RelayMode): Readonly<Record<string, string>> {
  const { audienceBy } = PRESETS[config.idp.preset].relay;
  const { audience } = config.idp;
  const resource = resourceUrl(config);
  const name = audience.includes(resource) ? resource : (audience[0] ?? resource);
  if (audienceBy === 'none' || (audienceBy === 'resource' && !URL.canParse(name))) return {};
  return { [audienceBy]: name };
}

function promptOf({ relay, idp }: RelayMode, scopes: readonly string[]): string | undefined {
  const { refreshBy } = PRESETS[idp.preset].relay;
  const consents = refreshBy === 'offline_access and consent' && scopes.includes(OFFLINE_ACCESS);
  const prompts = [...(relay.reauth ? ['login'] : []), ...(consents ? ['consent'] : [])];
  return prompts.length === 0 ? undefined : prompts.join(' ');
}

const MAX_TOKEN = 16_384;

/** Rebuilt member by member: an `id_token`, or whatever else is in the answer, goes no further. */
function readTokens({ status, json, error }: UpstreamAnswer, log: Log): UpstreamTokens {
  if (status >= 400) throw refusalBy(error, log);
  const accessToken = text(json, 'access_token');
  const type = text(json, 'token_type');
  if (accessToken === undefined || type?.toLowerCase() !== 'bearer') {
    log.warn('upstream.failed', { dependency: 'upstream', reason: 'not_a_token_response' });
    throw unavailable('not_a_token_response');
  }
  const seconds = Number(own(json, 'expires_in'));
  return {
    accessToken,
    expiresIn: Number.isSafeInteger(seconds) && seconds > 0 ? seconds : undefined,
    refreshToken: text(json, 'refresh_token'),
    scope: text(json, 'scope'),
  };
}

function text(json: JsonObject, name: string): string | undefined {
  const value = own(json, name);
  return typeof value === 'string' && value !== '' && value.length <= MAX_TOKEN ? value : undefined;
}

const NAMED = new Set([
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unsupported_grant_type',
  'interaction_required',
]);

/** Our sentences for the provider's words; what it says beside them is for nobody. */
function refusalBy(error: string | undefined, log: Log): OAuthError {
  // An operator has to tell a grant that ended from a gateway that asks wrongly.
  log.info('upstream.refused', { error: error !== undefined && NAMED.has(error) ? error : 'other' });
  const options = { reason: 'upstream_refused_grant' };
  if (error === 'invalid_scope') {
    return new OAuthError('invalid_scope', 'the identity provider does not grant a scope', options);
  }
  if (error === 'invalid_target') {
    return new OAuthError('invalid_target', 'the identity provider does not know this resource', options);
  }
  return new OAuthError('invalid_grant', 'the grant is invalid or expired, or was used before', options);
}
