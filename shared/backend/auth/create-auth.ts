import type { BackendSettings } from '../../core/backend-settings.ts';
import type { AssertionSigner } from '../assertion.ts';
import { cacheSecret, type SecretPorts } from '../cached-secret.ts';
import type { Backend } from '../definition.ts';
import { apiKeyAuth } from './api-key.ts';
import { assertionAuth } from './assertion.ts';
import type { AuthMode } from './mode.ts';
import { noAuth } from './none.ts';

/** What the modes need of the world. */
export interface AuthPorts extends SecretPorts {
  readonly signer: AssertionSigner;
}

/** Backend and settings → its mode. What a mode needs of the settings is checked before (shared/backends/check.ts). */
export function createAuth(ports: AuthPorts) {
  return ({ auth = { mode: 'assertion' } }: Backend, settings: BackendSettings): AuthMode => {
    switch (auth.mode) {
      case 'assertion':
        return assertionAuth(ports.signer, audienceOf(settings));
      case 'none':
        return noAuth;
      case 'api-key':
        return apiKeyAuth(
          auth,
          cacheSecret(settings.secretArn ?? '', (text) => text, ports),
        );
    }
  };
}

/** By what name a backend knows itself: the configured one, else its URL. */
function audienceOf({ audience, url = '' }: BackendSettings): string {
  return audience ?? url;
}
