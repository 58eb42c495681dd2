import { COMMON, type Preset } from '../preset.ts';

export const cognito: Preset = {
  ...COMMON,
  title: 'Amazon Cognito',
  issuerPattern: /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/[a-z0-9-]+_[A-Za-z0-9]+$/,
  issuerExample: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34',
  types: ['', 'jwt'],
  roleClaims: ['cognito:groups'],
  clientIdClaims: ['client_id'],
  scopesOnWire: 'prefixed',
  requiredClaims: { token_use: 'access' },
  accessTokenBy: 'claims',
  needsClients: 'an existing Cognito pool: the app clients to accept',
  can: {
    resource: 'yes',
    dynamicRegistration: 'no',
    clientDocuments: 'no',
    serverMetadata: 'no',
    s256: 'no',
    responseIssuer: 'no',
  },
  endpointsElsewhere: 'those of an existing pool are at its domain, which its issuer does not name',
  defaultAuthorizationServer: 'metadata',
  relay: { audienceBy: 'resource', refreshBy: 'none', scopes: [] },
  fixes: {
    aud_missing:
      'Cognito binds `aud` only in managed login, on the Essentials or Plus plan, when the client sends `resource`: connect with a client that does.',
    aud_mismatch:
      'Cognito binds `aud` only when the client sends `resource` to managed login: connect with a client that does, on the Essentials or Plus plan.',
    claim_token_use: 'This is a Cognito ID token. Send the access token.',
    client_not_allowed:
      'The token came from another app client of the pool. Use the client id in the stack output ClientId, or add it with -c allowedClientIds=…',
    app_only: 'This is a token of the client credentials grant, without a user. Sign in with managed login.',
  },
};
