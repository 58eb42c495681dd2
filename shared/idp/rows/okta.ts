import { COMMON, type Preset } from '../preset.ts';

export const okta: Preset = {
  ...COMMON,
  title: 'Okta',
  issuerPattern: /^https:\/\/[a-z0-9.-]+\/oauth2\/[A-Za-z0-9]+$/,
  issuerExample: 'https://acme.okta.com/oauth2/aus1a2b3c4',
  scopeClaims: ['scp'],
  roleClaims: ['groups'],
  // `sub` is the login name, which changes.
  subjectClaims: ['uid'],
  clientIdClaims: ['cid'],
  can: {
    resource: 'unknown',
    dynamicRegistration: 'no',
    clientDocuments: 'unknown',
    serverMetadata: 'yes',
    s256: 'yes',
    responseIssuer: 'unknown',
  },
  // developer.okta.com, OpenID Connect & OAuth 2.0 API, custom authorization servers; its metadata, too, lists `none` for
  // revocation.
  endpoints: (issuer) => ({
    authorization: `${issuer}/v1/authorize`,
    token: `${issuer}/v1/token`,
    revocation: `${issuer}/v1/revoke`,
    jwks: `${issuer}/v1/keys`,
  }),
  relay: { audienceBy: 'none', refreshBy: 'offline_access', scopes: [] },
  fixes: {
    iss_mismatch:
      'Tokens of the Okta org authorization server are not for this API. Use a custom authorization server, whose issuer ends in /oauth2/<id>.',
    aud_mismatch: 'Set the Audience of the Okta authorization server to this server’s resource URL.',
    no_subject: 'The token has no `uid`: it was issued to an app and not to a user.',
  },
};
