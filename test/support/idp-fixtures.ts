import type { IdpPresetName } from '../../shared/core/config.ts';
import { RESOURCE } from './config.ts';
import { appToken, type IdpFixture, idToken, OURS } from './idp-fixture.ts';
import { OTHER_FIXTURES } from './idp-fixtures-other.ts';

/** 72f9… is the tenant of the example issuer of entra-v2. */
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';

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
      idToken({ token_use: 'id', aud: 'client-1', at_hash: 'h', nonce: 'n' }, 'claim_token_use', { typ: undefined }),
      idToken({ token_use: 'id', aud: RESOURCE }, 'claim_token_use', { typ: undefined }),
    ],
    appOnly: appToken({ ...cognitoToken, sub: 'client-1', username: undefined }, 'app_only', { typ: undefined }),
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
    idTokens: [idToken({ aud: 'client-1', nonce: 'n' }), idToken({ aud: RESOURCE, sid: 's' })],
    appOnly: appToken({
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
    idTokens: [
      idToken({ uid: '00u1', aud: 'client-1', at_hash: 'h' }),
      idToken({ uid: '00u1', aud: RESOURCE, name: 'Eva' }),
    ],
    appOnly: appToken({ sub: 'client-1', cid: 'client-1', aud: RESOURCE, scp: ['starter.echo'] }, 'no_subject'),
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
      idToken({ ...entraIdToken, nonce: 'n', c_hash: 'h' }),
      idToken(entraIdToken),
      idToken({ ...entraIdToken, roles: ['Reader'], preferred_username: 'eva@acme.com' }),
      idToken({ ...entraIdToken, azp: 'api-guid' }),
    ],
    appOnly: appToken({ ...entraToken, scp: undefined, roles: ['Reader'] }),
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
      idToken({ typ: 'ID', azp: 'client-1', aud: 'client-1', at_hash: 'h' }, 'claim_typ'),
      idToken({ typ: 'ID', azp: 'client-1', aud: RESOURCE }, 'claim_typ'),
      idToken({ typ: 'Refresh', azp: 'client-1', aud: RESOURCE }, 'claim_typ', undefined, 'a refresh token'),
    ],
    appOnly: appToken({
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
  ...OTHER_FIXTURES,
};
