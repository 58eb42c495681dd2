/** Who may ask the embedded identity provider for tokens. */
export const DEV_CLIENT = { id: 'gatehouse-dev', redirectUri: 'http://127.0.0.1/callback' } as const;

export const RELAY_CLIENT_ID = 'gatehouse-relay';

const CODE_FLOW = { grant_types: ['authorization_code', 'refresh_token'] } as const;

export const DEV_REDIRECTS = [DEV_CLIENT.redirectUri, 'http://localhost/callback'] as const;

/** Programs on this machine, without a secret. */
export const publicClient = {
  ...CODE_FLOW,
  client_id: DEV_CLIENT.id,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  redirect_uris: [...DEV_REDIRECTS],
};

export interface RelayClientOptions {
  readonly id: string;
  readonly secret: string;
  readonly auth: string;
  readonly callback: string;
}

/** The gateway itself, and nobody else. */
export const relayClient = ({ id, secret, auth, callback }: RelayClientOptions) => ({
  ...CODE_FLOW,
  client_id: id,
  client_secret: secret,
  token_endpoint_auth_method: auth,
  redirect_uris: [callback],
});
