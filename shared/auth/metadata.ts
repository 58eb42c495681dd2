import { type GatewayConfig, idpsOf, resourceUrl } from '../core/config.ts';
import { offeredScopes, toWireScopes } from './scopes.ts';

/** RFC 9728 section 2: which resource this is, and where its tokens come from. From configuration alone. */
export function resourceMetadata(config: GatewayConfig, catalogue: readonly string[]) {
  const [primary, ...others] = idpsOf(config).map(({ issuer }) => issuer);
  return {
    resource: resourceUrl(config),
    // Many clients read only the first one.
    authorization_servers: [config.authorizationServer === 'direct' ? primary : config.publicUrl, ...others],
    scopes_supported: toWireScopes(config, catalogue),
    bearer_methods_supported: ['header'],
    resource_name: config.service,
  };
}

/**
 * RFC 8414 section 2, metadata mode: our document over the identity provider's endpoints, for providers whose own
 * lacks S256. It promises only what they do: no `iss` in answers (RFC 9207), no registration, no OpenID members.
 *
 * @throws Error at start when the configuration names no endpoints
 */
export function serverMetadata({ publicUrl, endpoints, ...config }: GatewayConfig, catalogue: readonly string[]) {
  if (endpoints === undefined) throw new Error('authorizationServer=metadata needs the endpoints');
  const { authorization, token, revocation, jwks } = endpoints;
  return {
    issuer: publicUrl,
    authorization_endpoint: authorization,
    token_endpoint: token,
    ...(revocation === undefined
      ? {}
      : { revocation_endpoint: revocation, revocation_endpoint_auth_methods_supported: ['none'] }),
    jwks_uri: jwks,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    scopes_supported: offeredScopes(config, catalogue),
  };
}

/**
 * RFC 8414 section 2, relay mode: an authorization server of our own. It says `iss` in every answer (RFC 9207), and takes
 * the URL of a metadata document as client id for the clients that are built in or configured.
 */
export function relayMetadata({ publicUrl, relay, endpoints, ...config }: GatewayConfig, catalogue: readonly string[]) {
  return {
    issuer: publicUrl,
    authorization_endpoint: `${publicUrl}/oauth/authorize`,
    token_endpoint: `${publicUrl}/oauth/token`,
    revocation_endpoint: `${publicUrl}/oauth/revoke`,
    ...(relay?.registration ? { registration_endpoint: `${publicUrl}/oauth/register` } : {}),
    // The keys are the provider's. Where its own document has to say which, this one does not wait for it.
    ...(endpoints === undefined ? {} : { jwks_uri: endpoints.jwks }),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    scopes_supported: offeredScopes(config, catalogue),
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
  };
}
