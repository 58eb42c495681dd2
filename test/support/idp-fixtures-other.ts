import type { IdpPresetName } from '../../shared/core/config.ts';
import { RESOURCE } from './config.ts';
import { appToken, type IdpFixture, idToken, OURS } from './idp-fixture.ts';

/** The rest of `FIXTURES`. */
export const OTHER_FIXTURES: Readonly<
  Pick<Record<IdpPresetName, IdpFixture>, 'authkit' | 'stytch' | 'clerk' | 'descope' | 'pingone' | 'oidc'>
> = {
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
    idTokens: [idToken({ sub: 'user_01H', aud: 'client-1', nonce: 'n' }), idToken({ sub: 'user_01H', aud: RESOURCE })],
    appOnly: appToken({ sub: 'client-1', aud: RESOURCE, client_id: 'client-1', scope: 'starter.echo' }),
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
    idTokens: [idToken({ aud: ['client-1'], nonce: 'n' }), idToken({ aud: ['project-live-1'], email: 'eva@acme.com' })],
    appOnly: appToken({ sub: 'client-1', aud: ['project-live-1'], client_id: 'client-1', scope: 'starter.echo' }),
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
      idToken({ sub: 'user_2x', aud: 'client-1', nonce: 'n' }, 'typ_not_allowed'),
      idToken({ sub: 'user_2x', aud: RESOURCE }, 'typ_not_allowed'),
      idToken(
        { sub: 'user_2x', sid: 'sess_1', azp: 'https://acme.com' },
        'typ_not_allowed',
        undefined,
        'a session token',
      ),
    ],
    appOnly: appToken({ sub: 'mch_1', aud: RESOURCE, client_id: 'client-1', scope: 'starter.echo' }, 'app_only', {
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
    idTokens: [idToken({ aud: ['client-1'], nonce: 'n' }), idToken({ aud: [RESOURCE, 'P2abcDEF'], name: 'Eva' })],
    appOnly: appToken({ sub: 'client-1', aud: [RESOURCE], azp: 'client-1', scope: 'starter.echo' }),
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
    idTokens: [idToken({ aud: 'client-1', at_hash: 'h' }), idToken({ aud: [RESOURCE], acr: 'x' })],
    appOnly: appToken({ sub: undefined, aud: [RESOURCE], client_id: 'client-1', scope: 'starter.echo' }, 'no_subject'),
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
    idTokens: [
      idToken({ aud: 'client-1', nonce: 'n' }),
      idToken({ aud: RESOURCE }),
      idToken({ aud: [RESOURCE], azp: RESOURCE }),
    ],
    appOnly: appToken({ sub: 'client-1', client_id: 'client-1', aud: RESOURCE, scope: 'starter.echo' }),
    otherTenant: 'https://login.other.example',
    noIssuers: ['login.example.com', 'https://login.example.com?x=1', 'https://login.example.com#x'],
  },
};
