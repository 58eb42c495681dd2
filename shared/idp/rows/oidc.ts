import { COMMON, type Preset } from '../preset.ts';

export const oidc: Preset = {
  ...COMMON,
  title: 'Any other OpenID provider',
  issuerPattern: /^https?:\/\/[^\s?#]+$/,
  issuerExample: 'https://login.example.com',
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  scopeClaims: ['scope', 'scp'],
  roleClaims: ['roles'],
  can: {
    resource: 'unknown',
    dynamicRegistration: 'unknown',
    clientDocuments: 'unknown',
    serverMetadata: 'unknown',
    s256: 'unknown',
    responseIssuer: 'unknown',
  },
  endpointsElsewhere: 'its discovery document names them',
  relay: { audienceBy: 'resource', refreshBy: 'offline_access and consent', scopes: [] },
};
