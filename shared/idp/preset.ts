/** What is known about one ability of a provider. `setting`: somebody has to turn it on there. */
export type Support = 'yes' | 'setting' | 'preview' | 'no' | 'unknown';

export interface Abilities {
  /** RFC 8707: binds the token to the `resource` that the client asks for. */
  readonly resource: Support;
  /** RFC 7591, open to clients without credentials. */
  readonly dynamicRegistration: Support;
  /** Client id metadata documents: the client id is a URL. */
  readonly clientDocuments: Support;
  /** RFC 8414; without it clients find OpenID discovery only. */
  readonly serverMetadata: Support;
  /** `code_challenge_methods_supported` in its metadata names S256. */
  readonly s256: Support;
  /** RFC 9207: its authorization responses carry `iss`. */
  readonly responseIssuer: Support;
}

/** What our own RFC 8414 document names of a provider. Revocation only where clients without a secret may use it. */
export interface Endpoints {
  readonly authorization: string;
  readonly token: string;
  readonly revocation?: string;
  readonly jwks: string;
}

/** A value of `aud` that is an id of the provider's and never our URL. */
export interface OtherAudience {
  readonly what: string;
  readonly example: string;
}

/** Relay mode: how this provider is asked for tokens that name us. */
export interface RelayAsks {
  /**
   * The parameter that decides `aud`: `resource` (RFC 8707), or `audience` where that works without a setting; none
   * where the scopes or a setting at the provider decide it, or where an unknown resource is an error.
   */
  readonly audienceBy: 'resource' | 'audience' | 'none';
  /**
   * What makes a refresh token: the scope `offline_access`, that scope and `prompt=consent` (OpenID Connect Core section
   * 11), or neither. Where it is the scope, clients are offered it.
   */
  readonly refreshBy: 'offline_access' | 'offline_access and consent' | 'none';
  /** Asked for beside ours, because the token lacks something without them. */
  readonly scopes: readonly string[];
}

/** One claim of a verified token, if it is there. */
export type ReadClaim = (name: string) => unknown;

/** One identity provider: what its tokens look like, what it can do, and how to mend what usually goes wrong. */
export interface Preset {
  /** As people call it. */
  readonly title: string;
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
  /** Where `scopePrefix` is: in requests and tokens, in requests only, or in neither unless it is given. */
  readonly scopesOnWire: 'prefixed' | 'asked-with-prefix' | 'plain';
  /** Claims that must have exactly these values in an access token. */
  readonly requiredClaims: Readonly<Record<string, string>>;
  /**
   * What tells an access token from an ID token besides `typ: at+jwt`. claims: the required claims alone do. grant:
   * only access tokens name scopes and the client. markers: nothing of its own, so what ID tokens have refuses.
   */
  readonly accessTokenBy: 'claims' | 'grant' | 'markers';
  /** A token is an app's, without a user. */
  readonly isAppOnly: (claim: ReadClaim, clientId: string | undefined) => boolean;
  /** A claim whose value must be the first path segment of the issuer: one Entra tenant's keys also sign for others. */
  readonly tenantClaim?: string;
  /** Undefined where `aud` is the MCP URL. */
  readonly otherAudience?: OtherAudience;
  /** Where any client of the provider can get our audience: what a list of those to accept is needed with. */
  readonly needsClients?: string;
  readonly can: Abilities;
  readonly defaultAuthorizationServer: 'direct' | 'metadata';
  /** Metadata mode: endpoints that follow from the issuer by a rule that the vendor documents. */
  readonly endpoints?: (issuer: string) => Endpoints;
  /** Why they do not, where there is no such rule. */
  readonly endpointsElsewhere?: string;
  /** Metadata mode: what has to be set at the provider, because clients compare `iss` with the issuer of our document. */
  readonly metadataNeeds?: string;
  readonly relay: RelayAsks;
  /** reason → how to mend it at this identity provider. */
  readonly fixes: Readonly<Record<string, string>>;
}

/** Client credentials usually name the app itself as the subject. */
const subjectIsClient: Preset['isAppOnly'] = (claim, clientId) => clientId !== undefined && claim('sub') === clientId;

export const COMMON = {
  algorithms: ['RS256'],
  types: ['', 'jwt', 'at+jwt'],
  scopeClaims: ['scope'],
  roleClaims: [],
  subjectClaims: ['sub'],
  clientIdClaims: ['client_id', 'azp'],
  scopesOnWire: 'plain',
  requiredClaims: {},
  accessTokenBy: 'markers',
  isAppOnly: subjectIsClient,
  defaultAuthorizationServer: 'direct',
  relay: { audienceBy: 'none', refreshBy: 'none', scopes: [] },
  fixes: {},
} as const satisfies Partial<Preset>;
