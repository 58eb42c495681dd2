import { COMMON, type Preset } from '../preset.ts';

export const stytch: Preset = {
  ...COMMON,
  title: 'Stytch',
  issuerPattern: /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+$/,
  issuerExample: 'https://acme.customers.stytch.com',
  clientIdClaims: ['client_id'],
  otherAudience: { what: 'the id of the project', example: 'project-live-0a1b2c3d' },
  // `aud` is the project, for every app in it.
  needsClients: 'idp=stytch: the connected apps to accept, since `aud` is the whole project',
  can: {
    resource: 'no',
    dynamicRegistration: 'setting',
    clientDocuments: 'yes',
    serverMetadata: 'yes',
    s256: 'yes',
    responseIssuer: 'unknown',
  },
  // stytch.com/docs, Connected Apps: the Authorization URL is set in the dashboard.
  endpointsElsewhere: 'its authorization endpoint is a page of your own application',
  relay: { audienceBy: 'none', refreshBy: 'offline_access', scopes: [] },
  fixes: {
    iss_mismatch:
      'Tokens that were fetched through stytch.com have the issuer stytch.com/<project id>: fetch them through the project’s own or custom domain, which -c issuer=… names.',
    aud_mismatch: 'Stytch tokens have the project id as `aud`: give it with -c audience=<project id>.',
    client_not_allowed:
      'The token came from another connected app of the project. Add its client id with -c allowedClientIds=…',
    app_only: 'This is a machine-to-machine token of Stytch, without a user. Sign in with the authorization code flow.',
  },
};
