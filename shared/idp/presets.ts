import type { IdpPresetName } from '../core/config.ts';

/**
 * Identity providers as rows: adding one is a row here and a token fixture in the tests. Facts about each come from
 * the vendor's documentation; docs/swap-the-idp.md has the console steps.
 */
export interface Preset {
  /** The exact issuer, whole string. A trailing slash is part of it. */
  readonly issuerPattern: RegExp;
  readonly issuerExample: string;
  /** JWS algorithms accepted; `algorithms` in the configuration may only narrow them. */
  readonly algorithms: readonly string[];
  /** Allowed header `typ`, lower case, without `application/`; '' stands for an absent one. */
  readonly types: readonly string[];
  readonly scopeClaims: readonly string[];
  /** Claims with role names; a dot leads into an object (`realm_access.roles`). */
  readonly roleClaims: readonly string[];
  /** Joined with `/` in this order to make the stable subject. */
  readonly subjectClaims: readonly string[];
  readonly clientIdClaims: readonly string[];
  /** Scopes in the token carry the configured prefix (Cognito); elsewhere only requests do, or nothing. */
  readonly prefixedScopes: boolean;
  /** Claims that must have exactly these values in an access token. */
  readonly requiredClaims: Readonly<Record<string, string>>;
  /** A token is an app's, without a user, when this claim's value equals the client id. */
  readonly appOnlyWhenEqualsClient: string | undefined;
  /** A claim whose value must be the first path segment of the issuer: one Entra tenant's keys also sign for others. */
  readonly tenantClaim?: string;
  readonly defaultAuthorizationServer: 'direct' | 'metadata';
  /** Metadata mode: endpoints that follow from the issuer. Cognito's come from its domain at deploy. */
  readonly endpoints?: (issuer: string) => {
    readonly authorization: string;
    readonly token: string;
    readonly jwks: string;
  };
  /** False where `aud` is an id and never our URL, so that synth does not warn about it. */
  readonly audienceIsUrl: boolean;
  /** reason → how to mend it at this identity provider. */
  readonly fixes: Readonly<Record<string, string>>;
}

const ANY_JWT = ['', 'jwt', 'at+jwt'] as const;

const COMMON = {
  algorithms: ['RS256'],
  types: ANY_JWT,
  scopeClaims: ['scope'],
  roleClaims: [],
  subjectClaims: ['sub'],
  clientIdClaims: ['client_id', 'azp'],
  prefixedScopes: false,
  requiredClaims: {},
  appOnlyWhenEqualsClient: 'sub',
  defaultAuthorizationServer: 'direct',
  audienceIsUrl: true,
  fixes: {},
} as const satisfies Partial<Preset>;

export const PRESETS: Readonly<Record<IdpPresetName, Preset>> = {
  cognito: {
    ...COMMON,
    issuerPattern: /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/[a-z0-9-]+_[A-Za-z0-9]+$/,
    issuerExample: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34',
    types: ['', 'jwt'],
    roleClaims: ['cognito:groups'],
    clientIdClaims: ['client_id'],
    prefixedScopes: true,
    requiredClaims: { token_use: 'access' },
    defaultAuthorizationServer: 'metadata',
    fixes: {
      aud_mismatch:
        'Cognito binds `aud` only when the client sends `resource` to managed login: connect with a client that does, on the Essentials or Plus plan.',
      claim_token_use: 'This is a Cognito ID token. Send the access token.',
      client_not_allowed:
        'The token came from another app client of the pool. Use the client id in the stack output ClientId, or add it with -c allowedClientIds=…',
    },
  },
  auth0: {
    ...COMMON,
    issuerPattern: /^https:\/\/[a-z0-9.-]+\/$/,
    issuerExample: 'https://acme.eu.auth0.com/',
    algorithms: ['RS256', 'PS256'],
    scopeClaims: ['scope', 'permissions'],
    fixes: {
      opaque:
        'Auth0 issues opaque tokens when no audience was asked for: create an API whose Identifier is this server, and turn on the Resource Parameter Compatibility Profile.',
      encrypted: 'Auth0 encrypts tokens without an audience: create an API whose Identifier is this server.',
      alg_not_allowed: 'Set the signing algorithm of the Auth0 API to RS256.',
      aud_mismatch: 'The Identifier of the Auth0 API must be this server’s resource URL.',
    },
  },
  okta: {
    ...COMMON,
    issuerPattern: /^https:\/\/[a-z0-9.-]+\/oauth2\/[A-Za-z0-9]+$/,
    issuerExample: 'https://acme.okta.com/oauth2/aus1a2b3c4',
    scopeClaims: ['scp'],
    roleClaims: ['groups'],
    subjectClaims: ['uid'],
    clientIdClaims: ['cid'],
    fixes: {
      iss_mismatch:
        'Tokens of the Okta org authorization server are not for this API. Use a custom authorization server, whose issuer ends in /oauth2/<id>.',
      aud_mismatch: 'Set the Audience of the Okta authorization server to this server’s resource URL.',
      no_subject: 'The token has no `uid`: it was issued to an app and not to a user.',
    },
  },
  'entra-v2': {
    ...COMMON,
    issuerPattern:
      /^https:\/\/login\.(?:microsoftonline\.com|microsoftonline\.us|partner\.microsoftonline\.cn)\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/v2\.0$/,
    issuerExample: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
    types: ['jwt'],
    scopeClaims: ['scp'],
    roleClaims: ['roles'],
    subjectClaims: ['tid', 'oid'],
    clientIdClaims: ['azp'],
    requiredClaims: { ver: '2.0' },
    tenantClaim: 'tid',
    defaultAuthorizationServer: 'metadata',
    endpoints: (issuer) => {
      const tenant = issuer.slice(0, -'/v2.0'.length);
      return {
        authorization: `${tenant}/oauth2/v2.0/authorize`,
        token: `${tenant}/oauth2/v2.0/token`,
        jwks: `${tenant}/discovery/v2.0/keys`,
      };
    },
    audienceIsUrl: false,
    fixes: {
      iss_mismatch:
        'A v1 token has the issuer sts.windows.net: set requestedAccessTokenVersion to 2 in the manifest of the API registration.',
      claim_ver: 'Set requestedAccessTokenVersion to 2 in the manifest of the API registration.',
      aud_mismatch:
        'v2 tokens carry the client id (GUID) of the API registration as `aud`: give it with -c audience=<GUID>.',
      no_subject: 'The token names no user: ask for the `profile` scope, and sign in as a user, not as an app.',
    },
  },
  keycloak: {
    ...COMMON,
    issuerPattern: /^https?:\/\/[^/?#]+(?:\/[^/?#]+)*\/realms\/[^/?#]+$/,
    issuerExample: 'https://keycloak.acme.com/realms/prod',
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    roleClaims: ['realm_access.roles'],
    requiredClaims: { typ: 'Bearer' },
    clientIdClaims: ['azp', 'client_id'],
    fixes: {
      aud_mismatch:
        'Keycloak puts no audience in by itself: add an Audience mapper with this server’s resource URL to the client scope.',
      claim_typ: 'This is a Keycloak ID or refresh token. Send the access token.',
      no_subject: 'Keep the client scope `basic`, which carries `sub`.',
    },
  },
  oidc: {
    ...COMMON,
    issuerPattern: /^https?:\/\/[^\s?#]+$/,
    issuerExample: 'https://login.example.com',
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    scopeClaims: ['scope', 'scp'],
    roleClaims: ['roles'],
  },
};
