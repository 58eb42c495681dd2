import type { ClientAuth } from './token-endpoint.ts';

export const EXCHANGE_PRESETS = ['auth0', 'okta', 'keycloak', 'entra', 'pingone', 'rfc8693'] as const;
export type ExchangePresetName = (typeof EXCHANGE_PRESETS)[number];

/** What differs between identity providers when a user's token is exchanged for one that a backend takes. */
export interface ExchangePreset {
  /** `obo`: Entra's on-behalf-of, which is a JWT bearer grant (RFC 7523) and not RFC 8693. */
  readonly grant: 'token-exchange' | 'obo';
  readonly clientAuth: ClientAuth;
  /** The parameter that names the backend. Where there is none, the scope does. */
  readonly target: 'audience' | undefined;
  /** The provider refuses a request without `scope`. */
  readonly needsScope: boolean;
}

/**
 * auth0: On-Behalf-Of Token Exchange, by a client of type `resource_server`. okta: both `audience` and `scope` are
 * required. keycloak: standard token exchange (26.2), where the user's token has to name the gateway's client in `aud`.
 * entra: `scope` is `<API>/.default`. pingone: `scope` names scopes of one custom resource, which is the target.
 */
export const PRESET_ROWS: Readonly<Record<ExchangePresetName, ExchangePreset>> = {
  auth0: { grant: 'token-exchange', clientAuth: 'post', target: 'audience', needsScope: false },
  okta: { grant: 'token-exchange', clientAuth: 'basic', target: 'audience', needsScope: true },
  keycloak: { grant: 'token-exchange', clientAuth: 'basic', target: 'audience', needsScope: false },
  entra: { grant: 'obo', clientAuth: 'post', target: undefined, needsScope: true },
  pingone: { grant: 'token-exchange', clientAuth: 'basic', target: undefined, needsScope: true },
  rfc8693: { grant: 'token-exchange', clientAuth: 'basic', target: 'audience', needsScope: false },
};
