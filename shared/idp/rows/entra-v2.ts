import { COMMON, type Preset } from '../preset.ts';

export const entraV2: Preset = {
  ...COMMON,
  title: 'Microsoft Entra ID',
  issuerPattern:
    /^https:\/\/login\.(?:microsoftonline\.com|microsoftonline\.us|partner\.microsoftonline\.cn)\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/v2\.0$/,
  issuerExample: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
  types: ['jwt'],
  scopeClaims: ['scp'],
  roleClaims: ['roles'],
  subjectClaims: ['tid', 'oid'],
  clientIdClaims: ['azp'],
  scopesOnWire: 'asked-with-prefix',
  requiredClaims: { ver: '2.0' },
  // ID tokens have the same `ver`, `tid`, `typ` and, with one registration for API and client, the same `aud`.
  accessTokenBy: 'grant',
  // An app's token has roles and no `scp`; `idtyp` is there only where the tenant turned it on.
  isAppOnly: (claim) => String(claim('scp') ?? '').trim() === '' || claim('idtyp') === 'app',
  tenantClaim: 'tid',
  otherAudience: { what: 'the client id of the API registration', example: '6e74172b-be56-4843-9ff4-e66a39bb12e3' },
  can: {
    resource: 'yes',
    dynamicRegistration: 'no',
    clientDocuments: 'preview',
    serverMetadata: 'no',
    s256: 'no',
    responseIssuer: 'unknown',
  },
  defaultAuthorizationServer: 'metadata',
  endpoints: (issuer) => {
    const tenant = issuer.slice(0, -'/v2.0'.length);
    return {
      authorization: `${tenant}/oauth2/v2.0/authorize`,
      token: `${tenant}/oauth2/v2.0/token`,
      jwks: `${tenant}/discovery/v2.0/keys`,
    };
  },
  // The prefix of the scopes names the API; a `resource` beside it has to match its URI exactly (AADSTS9010010).
  // `oid` needs `profile`.
  relay: { audienceBy: 'none', refreshBy: 'offline_access', scopes: ['openid', 'profile'] },
  fixes: {
    iss_mismatch:
      'A v1 token has the issuer sts.windows.net: set requestedAccessTokenVersion to 2 in the manifest of the API registration.',
    claim_ver: 'Set requestedAccessTokenVersion to 2 in the manifest of the API registration.',
    aud_mismatch:
      'v2 tokens carry the client id (GUID) of the API registration as `aud`: give it with -c audience=<GUID>.',
    no_subject: 'The token names no user: ask for the `profile` scope, and sign in as a user, not as an app.',
    id_token:
      'This is an Entra ID token: it has no `scp` or no `azp`. Ask for a scope of the API, and send the access token.',
    app_only: 'The token has no `scp`: it was issued to an app and not to a user. Sign in as a user.',
  },
};
