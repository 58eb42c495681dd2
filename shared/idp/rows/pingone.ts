import { COMMON, type Preset } from '../preset.ts';

export const pingone: Preset = {
  ...COMMON,
  title: 'PingOne',
  issuerPattern:
    /^https:\/\/auth\.pingone\.[a-z]{2,4}(?:\.[a-z]{2})?\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/as$/,
  issuerExample: 'https://auth.pingone.eu/4e6f1a2b-0c3d-4e5f-8a9b-7d1b0c3d4e6f/as',
  clientIdClaims: ['client_id'],
  can: {
    resource: 'setting',
    dynamicRegistration: 'no',
    clientDocuments: 'unknown',
    // Its console shows it: /.well-known/oauth-authorization-server/<environment>/as.
    serverMetadata: 'yes',
    s256: 'yes',
    responseIssuer: 'unknown',
  },
  // developer.pingidentity.com/pingone-api, OpenID Connect/OAuth 2: the endpoints below /as.
  endpoints: (issuer) => ({ authorization: `${issuer}/authorize`, token: `${issuer}/token`, jwks: `${issuer}/jwks` }),
  fixes: {
    aud_mismatch:
      'Set the Audience of the custom resource at PingOne to this server’s resource URL; it is the resource’s name by default.',
    no_subject: 'The token has no `sub`: PingOne issued it to an app and not to a user.',
  },
};
