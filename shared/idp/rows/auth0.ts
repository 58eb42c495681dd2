import { COMMON, type Preset } from '../preset.ts';

export const auth0: Preset = {
  ...COMMON,
  title: 'Auth0',
  issuerPattern: /^https:\/\/[a-z0-9.-]+\/$/,
  issuerExample: 'https://acme.eu.auth0.com/',
  algorithms: ['RS256', 'PS256'],
  scopeClaims: ['scope', 'permissions'],
  // An app's subject is its client id with a suffix, and `gty` says how it came.
  isAppOnly: (claim, clientId) => {
    const subject = claim('sub');
    if (claim('gty') === 'client-credentials' || (clientId !== undefined && subject === clientId)) return true;
    return typeof subject === 'string' && subject.endsWith('@clients');
  },
  can: {
    resource: 'setting',
    dynamicRegistration: 'setting',
    clientDocuments: 'setting',
    serverMetadata: 'yes',
    s256: 'yes',
    responseIssuer: 'setting',
  },
  // auth0.com/docs/api/authentication: the endpoints below the domain, which is the issuer without its slash.
  endpoints: (issuer) => ({
    authorization: `${issuer}authorize`,
    token: `${issuer}oauth/token`,
    revocation: `${issuer}oauth/revoke`,
    jwks: `${issuer}.well-known/jwks.json`,
  }),
  metadataNeeds:
    'leave "Include Issuer in Authorization Responses" off at Auth0 (Settings → Advanced): clients would refuse its `iss` as that of another server',
  // Works without the tenant's Resource Parameter Compatibility Profile.
  relay: { audienceBy: 'audience', refreshBy: 'offline_access', scopes: [] },
  fixes: {
    opaque:
      'Auth0 issues opaque tokens when no audience was asked for: create an API whose Identifier is this server, and turn on the Resource Parameter Compatibility Profile.',
    encrypted: 'Auth0 encrypts tokens without an audience: create an API whose Identifier is this server.',
    alg_not_allowed: 'Set the signing algorithm of the Auth0 API to RS256.',
    aud_mismatch: 'The Identifier of the Auth0 API must be this server’s resource URL.',
    app_only: 'This is an Auth0 machine-to-machine token, without a user. Sign in with the authorization code flow.',
  },
};
