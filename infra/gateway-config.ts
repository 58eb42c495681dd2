import type { BackendsSettings } from '../shared/core/backend-settings.ts';
import { type GatewayConfig, type IdpConfig, type RelayConfig, resourceUrl } from '../shared/core/config.ts';
import type { IssuerEntry } from '../shared/core/issuer-entries.ts';
import type { Parameters } from '../shared/core/parameters.ts';
import { PRESETS } from '../shared/idp/presets.ts';
import { primaryEntry } from './idp-checks.ts';
import { modeOf } from './mode-checks.ts';
import { projectName, projectVersion } from './project.ts';

/** What an app client that the stack makes contributes, with its pool; known when the stack is deployed. */
export interface IdpFacts {
  readonly issuer: string;
  readonly clientId: string;
  readonly endpoints: NonNullable<GatewayConfig['endpoints']>;
}

const HOSTS = {
  origins: ['https://chatgpt.com', 'https://claude.ai'],
  inspectorOrigin: 'http://localhost:6274',
  callbacks: [
    'https://claude.ai/api/mcp/auth_callback',
    'https://claude.com/api/mcp/auth_callback',
    'https://chatgpt.com/connector_platform_oauth_redirect',
  ],
  inspectorCallbacks: ['http://localhost:6274/oauth/callback', 'http://localhost:6274/oauth/callback/debug'],
} as const;

export const byDefault = {
  callbackUrls: ({ environment }: Parameters): readonly string[] =>
    environment === 'dev' ? [...HOSTS.callbacks, ...HOSTS.inspectorCallbacks] : HOSTS.callbacks,
  allowedOrigins: ({ environment }: Parameters, publicUrl: string): readonly string[] =>
    environment === 'dev' ? [publicUrl, ...HOSTS.origins, HOSTS.inspectorOrigin] : [publicUrl, ...HOSTS.origins],
};

/** Parameters + what the stack creates → the one configuration that functions get. May hold CDK tokens. */
export function toGatewayConfig(
  parameters: Parameters,
  publicUrl: string,
  created: IdpFacts | undefined,
  { assertions, backends }: { readonly assertions: boolean; readonly backends: BackendsSettings },
): GatewayConfig {
  const authorizationServer = modeOf(parameters);
  const endpoints = authorizationServer === 'direct' ? undefined : endpointsOf(parameters, created);
  const { environment, openaiAppsChallenge, issuers } = parameters;
  return {
    service: projectName,
    version: projectVersion,
    environment,
    publicUrl,
    idp: idpOf(primaryEntry(parameters), publicUrl, created),
    ...(issuers === undefined ? {} : { otherIdps: issuers.map((entry) => idpOf(entry, publicUrl)) }),
    authorizationServer,
    ...(authorizationServer === 'relay' ? { relay: relayOf(parameters, created) } : {}),
    ...(endpoints === undefined ? {} : { endpoints }),
    allowedOrigins: [...(parameters.allowedOrigins ?? byDefault.allowedOrigins(parameters, publicUrl))],
    debugToken: parameters.debugToken ?? environment === 'dev',
    provisioning: parameters.provisioning,
    ...(openaiAppsChallenge === undefined ? {} : { openaiAppsChallenge }),
    auditRetentionDays: parameters.auditRetentionDays,
    ...(assertions ? { assertionSigning: parameters.assertionSigning } : {}),
    ...(Object.keys(backends).length === 0 ? {} : { backends }),
  };
}

/** What stands before a logical scope at the identity provider. */
export function scopePrefixOf(
  { idp, scopePrefix }: Pick<IssuerEntry, 'idp' | 'scopePrefix'>,
  resource: string,
): string {
  return scopePrefix ?? (PRESETS[idp].scopesOnWire === 'prefixed' ? `${resource}/` : '');
}

function idpOf(entry: IssuerEntry, publicUrl: string, created?: IdpFacts): IdpConfig {
  const resource = resourceUrl({ publicUrl });
  const { idp: preset, algorithms, requireAtJwt, claims } = entry;
  return {
    preset,
    // readParameters refuses a configuration with neither.
    issuer: created?.issuer ?? entry.issuer ?? '',
    audience: [...(entry.audience ?? [resource])],
    scopePrefix: scopePrefixOf(entry, resource),
    allowedClientIds: [...(created ? [created.clientId] : []), ...(entry.allowedClientIds ?? [])],
    ...(algorithms === undefined ? {} : { algorithms: [...algorithms] }),
    ...(requireAtJwt === undefined ? {} : { requireAtJwt }),
    ...(claims === undefined ? {} : { claims }),
  };
}

/** Undefined in relay mode where none is given: the provider's own document names all that it has. */
function endpointsOf(parameters: Parameters, created: IdpFacts | undefined): GatewayConfig['endpoints'] {
  if (created) return created.endpoints;
  const { idp, issuer = '', authorizationEndpoint, tokenEndpoint, revocationEndpoint, jwksEndpoint } = parameters;
  const given = [authorizationEndpoint, tokenEndpoint, revocationEndpoint, jwksEndpoint];
  if (modeOf(parameters) === 'relay' && given.every((endpoint) => endpoint === undefined)) return undefined;
  const known = PRESETS[idp].endpoints?.(issuer);
  const revocation = revocationEndpoint ?? known?.revocation;
  const [authorization, token, jwks] = [
    authorizationEndpoint ?? known?.authorization,
    tokenEndpoint ?? known?.token,
    jwksEndpoint ?? known?.jwks,
  ];
  if (authorization === undefined || token === undefined || jwks === undefined) return undefined;
  return {
    authorization,
    token,
    ...(revocation === undefined ? {} : { revocation }),
    jwks,
  };
}

function relayOf(parameters: Parameters, created: IdpFacts | undefined): RelayConfig {
  const { relayRegistration, relayStrict, relayReauth, relayClients = [] } = parameters;
  return {
    // readParameters refuses a configuration with neither.
    clientId: created?.clientId ?? parameters.upstreamClientId ?? '',
    clientAuth: parameters.upstreamClientAuth ?? 'client_secret_basic',
    registration: relayRegistration ?? false,
    strict: relayStrict ?? false,
    reauth: relayReauth ?? false,
    clients: relayClients.map((client) => ({ ...client, redirect_uris: [...client.redirect_uris] })),
  };
}
