import type { CachedSecret } from '../../store/cached-secret.ts';
import { type AuthMode, CredentialsUnavailable } from './mode.ts';

/**
 * One key for the gateway as a whole, from Secrets Manager. The backend learns that it is the gateway, and nothing that
 * it could check of the user.
 */
export interface ApiKeyAuth {
  readonly mode: 'api-key';
  /** In lower case: `x-api-key`, `authorization`. */
  readonly header: string;
  /** Before the key, such as `Bearer `. */
  readonly prefix?: string;
}

/** RFC 9110 section 5.5: a key with a line break could be a second header. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/;

export function apiKeyAuth({ header, prefix = '' }: ApiKeyAuth, secret: CachedSecret<string>): AuthMode {
  return {
    headers: [header],
    credentials: async () => {
      const key = await secret.get();
      // A secret that was pasted often ends in a line break.
      const trimmed = key.trim();
      if (!VALUE.test(trimmed)) throw new CredentialsUnavailable('secret_unavailable');
      return { headers: { [header]: `${prefix}${trimmed}` }, renew: () => secret.hasChanged(key) };
    },
  };
}
