import { COMMON, type Preset } from '../preset.ts';

export const keycloak: Preset = {
  ...COMMON,
  title: 'Keycloak',
  issuerPattern: /^https?:\/\/[^/?#]+(?:\/[^/?#]+)*\/realms\/[^/?#]+$/,
  issuerExample: 'https://keycloak.acme.com/realms/prod',
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  roleClaims: ['realm_access.roles'],
  requiredClaims: { typ: 'Bearer' },
  accessTokenBy: 'claims',
  clientIdClaims: ['azp', 'client_id'],
  // A service account is a user of its own: its name tells, or `client_id` in a token of no session.
  isAppOnly: (claim, clientId) => {
    const name = claim('preferred_username');
    if (clientId === undefined) return false;
    if (typeof name === 'string' && name.toLowerCase() === `service-account-${clientId.toLowerCase()}`) return true;
    return claim('sub') === clientId || (claim('client_id') === clientId && claim('sid') === undefined);
  },
  can: {
    resource: 'preview',
    dynamicRegistration: 'setting',
    clientDocuments: 'preview',
    serverMetadata: 'yes',
    s256: 'yes',
    responseIssuer: 'yes',
  },
  // keycloak.org, Securing applications, OpenID Connect: the endpoints of a realm.
  endpoints: (issuer) => {
    const realm = `${issuer}/protocol/openid-connect`;
    return {
      authorization: `${realm}/auth`,
      token: `${realm}/token`,
      revocation: `${realm}/revoke`,
      jwks: `${realm}/certs`,
    };
  },
  metadataNeeds:
    'turn on "Exclude Issuer From Authentication Response" at each client in Keycloak (Advanced): clients refuse its `iss` as that of another server',
  relay: { audienceBy: 'resource', refreshBy: 'offline_access', scopes: [] },
  fixes: {
    aud_missing:
      'Keycloak puts no audience in by itself: add an Audience mapper with this server’s resource URL to the client scope.',
    aud_mismatch:
      'Keycloak puts no audience in by itself: add an Audience mapper with this server’s resource URL to the client scope.',
    claim_typ: 'This is a Keycloak ID or refresh token. Send the access token.',
    no_subject: 'Keep the client scope `basic`, which carries `sub`.',
    app_only: 'This is a token of a service account, not of a user. Sign in with the standard flow.',
  },
};
