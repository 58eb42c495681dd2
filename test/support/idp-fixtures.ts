import type { IdpConfig, IdpPresetName } from '../../shared/core/config.ts';
import { RESOURCE } from './config.ts';

/** 72f9… is the tenant of the example issuer of entra-v2. */
export const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';

export interface TokenShape {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly header?: { readonly alg?: string; readonly typ?: string | undefined };
}

export interface Refused extends TokenShape {
  readonly what: string;
  readonly reason: string;
}

export interface IdpFixture {
  readonly idp: Partial<IdpConfig>;
  /** Laid over by the issuer and the times: an access token as the provider's documentation shows it. */
  readonly access: TokenShape;
  /** What the principal says beyond issuer and times. */
  readonly expected: object;
  /** Claims in which this provider puts scopes, with one of ours in its wire form. */
  readonly scopes: { readonly claim: string; readonly echo: string };
  /** The claim with the client. */
  readonly client: string;
  /** Whole tokens of the same issuer and keys that are no access tokens of a user. */
  readonly idTokens: readonly Refused[];
  readonly appOnly: Refused;
  /** An issuer of the same provider that is somebody else's. */
  readonly otherTenant: string;
  /** What synthesis must not take for an issuer of this provider. */
  readonly noIssuers: readonly string[];
}

const OURS = 'starter.echo starter.whoami';
const id = (claims: object, reason = 'id_token', header?: TokenShape['header'], what = 'an ID token'): Refused => ({
  what,
  reason,
  claims: { sub: 'user-1', ...claims },
  ...(header === undefined ? {} : { header }),
});
const app = (claims: object, reason = 'app_only', header?: TokenShape['header']): Refused =>
  id(claims, reason, header, 'a token of an app');

const cognitoToken = {
  sub: 'user-1',
  token_use: 'access',
  version: 2,
  aud: RESOURCE,
  client_id: 'client-1',
  origin_jti: 'o-1',
  auth_time: 1_795_480_000,
  scope: `openid ${RESOURCE}/starter.echo ${RESOURCE}/starter.whoami`,
  username: 'user-1',
  'cognito:groups': ['admins'],
};
const entraToken = {
  ver: '2.0',
  sub: 'pairwise',
  tid: TENANT,
  oid: 'object-1',
  azp: 'client-1',
  azpacr: '0',
  aud: 'api-guid',
  scp: OURS,
  roles: ['Reader'],
  uti: 'u-1',
};
/** Entra: ID tokens have neither `azp` nor `scp`. */
const entraIdToken = { ver: '2.0', sub: 'pairwise', tid: TENANT, oid: 'object-1', aud: 'api-guid', name: 'Eva' };
const keycloakToken = {
  sub: 'kc-1',
  typ: 'Bearer',
  azp: 'client-1',
  aud: [RESOURCE, 'account'],
  sid: 's-1',
  scope: `openid ${OURS}`,
  realm_access: { roles: ['staff'] },
};

/** Tokens as each provider's documentation shows them, with two of our scopes granted. */
export const FIXTURES: Readonly<Record<IdpPresetName, IdpFixture>> = {
  cognito: {
    idp: { scopePrefix: `${RESOURCE}/`, allowedClientIds: ['client-1'] },
    access: { claims: cognitoToken, header: { typ: undefined } },
    expected: { subject: 'user-1', clientId: 'client-1', roles: ['admins'], audience: [RESOURCE] },
    scopes: { claim: 'scope', echo: `${RESOURCE}/starter.echo` },
    client: 'client_id',
    idTokens: [
      id({ token_use: 'id', aud: 'client-1', at_hash: 'h', nonce: 'n' }, 'claim_token_use', { typ: undefined }),
      id({ token_use: 'id', aud: RESOURCE }, 'claim_token_use', { typ: undefined }),
    ],
    appOnly: app({ ...cognitoToken, sub: 'client-1', username: undefined }, 'app_only', { typ: undefined }),
    otherTenant: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other',
    noIssuers: [
      'https://cognito-idp.eu-central-1.amazonaws.com.evil.example/eu-central-1_Ab12Cd34',
      'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34/',
      'https://login.acme.com/eu-central-1_Ab12Cd34',
    ],
  },
  auth0: {
    idp: {},
    access: {
      claims: {
        sub: 'auth0|1',
        aud: [RESOURCE, 'https://acme.eu.auth0.com/userinfo'],
        client_id: 'client-1',
        scope: 'openid starter.echo',
        permissions: ['starter.whoami'],
      },
      header: { typ: 'at+jwt' },
    },
    expected: {
      subject: 'auth0|1',
      clientId: 'client-1',
      roles: [],
      audience: [RESOURCE, 'https://acme.eu.auth0.com/userinfo'],
    },
    scopes: { claim: 'scope', echo: 'starter.echo' },
    client: 'client_id',
    idTokens: [id({ aud: 'client-1', nonce: 'n' }), id({ aud: RESOURCE, sid: 's' })],
    appOnly: app({
      sub: 'client-1@clients',
      azp: 'client-1',
      aud: RESOURCE,
      scope: 'starter.echo',
      gty: 'client-credentials',
    }),
    otherTenant: 'https://other.eu.auth0.com/',
    noIssuers: ['https://acme.eu.auth0.com', 'http://acme.eu.auth0.com/', 'https://acme.eu.auth0.com/x/'],
  },
  okta: {
    idp: {},
    access: {
      claims: {
        ver: 1,
        sub: 'a@acme.com',
        uid: '00u1',
        cid: 'client-1',
        aud: RESOURCE,
        scp: ['starter.echo', 'starter.whoami'],
        groups: ['ops'],
      },
      header: { typ: undefined },
    },
    expected: { subject: '00u1', clientId: 'client-1', roles: ['ops'], audience: [RESOURCE] },
    scopes: { claim: 'scp', echo: 'starter.echo' },
    client: 'cid',
    idTokens: [id({ uid: '00u1', aud: 'client-1', at_hash: 'h' }), id({ uid: '00u1', aud: RESOURCE, name: 'Eva' })],
    appOnly: app({ sub: 'client-1', cid: 'client-1', aud: RESOURCE, scp: ['starter.echo'] }, 'no_subject'),
    otherTenant: 'https://acme.okta.com/oauth2/aus9z8y7x6',
    noIssuers: ['https://acme.okta.com', 'https://acme.okta.com/oauth2/aus1a2b3c4/', 'https://acme.okta.com/oauth2/'],
  },
  'entra-v2': {
    idp: { audience: ['api-guid'], scopePrefix: `${RESOURCE}/` },
    access: { claims: entraToken },
    expected: { subject: `${TENANT}/object-1`, clientId: 'client-1', roles: ['Reader'], audience: ['api-guid'] },
    scopes: { claim: 'scp', echo: 'starter.echo' },
    client: 'azp',
    idTokens: [
      id({ ...entraIdToken, nonce: 'n', c_hash: 'h' }),
      id(entraIdToken),
      id({ ...entraIdToken, roles: ['Reader'], preferred_username: 'eva@acme.com' }),
      id({ ...entraIdToken, azp: 'api-guid' }),
    ],
    appOnly: app({ ...entraToken, scp: undefined, roles: ['Reader'] }),
    otherTenant: 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0',
    noIssuers: [
      'https://login.microsoftonline.com/common/v2.0',
      'https://login.microsoftonline.com/organizations/v2.0',
      `https://sts.windows.net/${TENANT}/`,
      `https://login.microsoftonline.com/${TENANT}/v2.0/`,
      `https://login.microsoftonline.com.evil.example/${TENANT}/v2.0`,
    ],
  },
  keycloak: {
    idp: {},
    access: { claims: keycloakToken, header: { alg: 'PS256' } },
    expected: { subject: 'kc-1', clientId: 'client-1', roles: ['staff'], audience: [RESOURCE, 'account'] },
    scopes: { claim: 'scope', echo: 'starter.echo' },
    client: 'azp',
    idTokens: [
      id({ typ: 'ID', azp: 'client-1', aud: 'client-1', at_hash: 'h' }, 'claim_typ'),
      id({ typ: 'ID', azp: 'client-1', aud: RESOURCE }, 'claim_typ'),
      id({ typ: 'Refresh', azp: 'client-1', aud: RESOURCE }, 'claim_typ', undefined, 'a refresh token'),
    ],
    appOnly: app({
      ...keycloakToken,
      sid: undefined,
      client_id: 'client-1',
      preferred_username: 'service-account-client-1',
    }),
    otherTenant: 'https://keycloak.acme.com/realms/other',
    noIssuers: [
      'https://keycloak.acme.com/realms/prod/',
      'https://keycloak.acme.com/realms/',
      'https://keycloak.acme.com',
    ],
  },
  authkit: {
    idp: {},
    access: {
      claims: {
        sub: 'user_01H',
        aud: RESOURCE,
        client_id: 'client-1',
        org_id: 'org_01',
        sid: 'app_consent_1',
        scope: `openid offline_access ${OURS}`,
      },
    },
    expected: { subject: 'user_01H', clientId: 'client-1', roles: [], audience: [RESOURCE] },
    scopes: { claim: 'scope', echo: 'starter.echo' },
    client: 'client_id',
    idTokens: [id({ sub: 'user_01H', aud: 'client-1', nonce: 'n' }), id({ sub: 'user_01H', aud: RESOURCE })],
    appOnly: app({ sub: 'client-1', aud: RESOURCE, client_id: 'client-1', scope: 'starter.echo' }),
    otherTenant: 'https://other.authkit.app',
    noIssuers: ['https://api.workos.com', 'https://acme.authkit.app/', 'http://acme.authkit.app'],
  },
  stytch: {
    idp: { audience: ['project-live-1'], allowedClientIds: ['client-1'] },
    access: {
      claims: { sub: 'user-live-16d9', aud: ['project-live-1'], client_id: 'client-1', scope: `openid email ${OURS}` },
    },
    expected: { subject: 'user-live-16d9', clientId: 'client-1', roles: [], audience: ['project-live-1'] },
    scopes: { claim: 'scope', echo: 'starter.echo' },
    client: 'client_id',
    idTokens: [id({ aud: ['client-1'], nonce: 'n' }), id({ aud: ['project-live-1'], email: 'eva@acme.com' })],
    appOnly: app({ sub: 'client-1', aud: ['project-live-1'], client_id: 'client-1', scope: 'starter.echo' }),
    otherTenant: 'https://other.customers.stytch.com',
    noIssuers: ['stytch.com/project-live-1', 'https://stytch.com/project-live-1', 'https://acme.customers.stytch.com/'],
  },
  clerk: {
    idp: {},
    access: {
      claims: { sub: 'user_2x', aud: RESOURCE, client_id: 'client-1', scope: `profile email ${OURS}`, jti: 'oat_1' },
      header: { typ: 'at+jwt' },
    },
    expected: { subject: 'user_2x', clientId: 'client-1', roles: [], audience: [RESOURCE], tokenId: 'oat_1' },
    scopes: { claim: 'scope', echo: 'starter.echo' },
    client: 'client_id',
    idTokens: [
      id({ sub: 'user_2x', aud: 'client-1', nonce: 'n' }, 'typ_not_allowed'),
      id({ sub: 'user_2x', aud: RESOURCE }, 'typ_not_allowed'),
      id({ sub: 'user_2x', sid: 'sess_1', azp: 'https://acme.com' }, 'typ_not_allowed', undefined, 'a session token'),
    ],
    appOnly: app({ sub: 'mch_1', aud: RESOURCE, client_id: 'client-1', scope: 'starter.echo' }, 'app_only', {
      typ: 'at+jwt',
    }),
    otherTenant: 'https://clerk.other.com',
    noIssuers: ['https://acme.com', 'https://clerk.acme.com/', 'https://acme.clerk.accounts.dev.evil.example'],
  },
  descope: {
    idp: {},
    access: { claims: { sub: 'U2xyz', aud: [RESOURCE, 'P2abcDEF'], azp: 'client-1', scope: OURS } },
    expected: { subject: 'U2xyz', clientId: 'client-1', roles: [], audience: [RESOURCE, 'P2abcDEF'] },
    scopes: { claim: 'scope', echo: 'starter.echo' },
    client: 'azp',
    idTokens: [id({ aud: ['client-1'], nonce: 'n' }), id({ aud: [RESOURCE, 'P2abcDEF'], name: 'Eva' })],
    appOnly: app({ sub: 'client-1', aud: [RESOURCE], azp: 'client-1', scope: 'starter.echo' }),
    otherTenant: 'https://api.descope.com/v1/apps/agentic/P2abcDEF/MSother',
    noIssuers: [
      'https://api.descope.com/v1/apps/P2abcDEF',
      'https://api.descope.com/v1/apps/P2abcDEF/T1',
      'https://api.descope.com/v1/apps/agentic/P2abcDEF',
    ],
  },
  pingone: {
    idp: {},
    access: {
      claims: { sub: '7d1b', aud: [RESOURCE], client_id: 'client-1', scope: OURS, env: '4e6f', org: 'o-1', sid: 's-1' },
      header: { typ: undefined },
    },
    expected: { subject: '7d1b', clientId: 'client-1', roles: [], audience: [RESOURCE] },
    scopes: { claim: 'scope', echo: 'starter.echo' },
    client: 'client_id',
    idTokens: [id({ aud: 'client-1', at_hash: 'h' }), id({ aud: [RESOURCE], acr: 'x' })],
    appOnly: app({ sub: undefined, aud: [RESOURCE], client_id: 'client-1', scope: 'starter.echo' }, 'no_subject'),
    otherTenant: 'https://auth.pingone.eu/00000000-0c3d-4e5f-8a9b-7d1b0c3d4e6f/as',
    noIssuers: [
      'https://auth.pingone.eu/4e6f1a2b-0c3d-4e5f-8a9b-7d1b0c3d4e6f',
      'https://auth.pingone.eu.evil.example/4e6f1a2b-0c3d-4e5f-8a9b-7d1b0c3d4e6f/as',
      'https://auth.pingone.eu/acme/as',
    ],
  },
  oidc: {
    idp: {},
    access: {
      claims: { sub: 'any-1', client_id: 'client-1', aud: RESOURCE, scope: OURS },
      header: { alg: 'EdDSA', typ: 'application/at+jwt' },
    },
    expected: { subject: 'any-1', clientId: 'client-1', roles: [], audience: [RESOURCE] },
    scopes: { claim: 'scope', echo: 'starter.echo' },
    client: 'client_id',
    idTokens: [id({ aud: 'client-1', nonce: 'n' }), id({ aud: RESOURCE }), id({ aud: [RESOURCE], azp: RESOURCE })],
    appOnly: app({ sub: 'client-1', client_id: 'client-1', aud: RESOURCE, scope: 'starter.echo' }),
    otherTenant: 'https://login.other.example',
    noIssuers: ['login.example.com', 'https://login.example.com?x=1', 'https://login.example.com#x'],
  },
};
