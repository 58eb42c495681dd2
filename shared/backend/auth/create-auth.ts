import type { BackendSettings } from '../../core/backend-settings.ts';
import { cacheSecret, type SecretPorts } from '../cached-secret.ts';
import type { Backend } from '../definition.ts';
import { apiKeyAuth } from './api-key.ts';
import type { Auth, AuthMode } from './mode.ts';
import { noAuth } from './none.ts';

/** What the modes need of the world. */
export type AuthPorts = SecretPorts;

/** Backend and settings → its mode. What a mode needs of the settings is checked before (shared/backends/check.ts). */
export function createAuth(ports: AuthPorts) {
  return (_name: string, { auth }: Backend, settings: BackendSettings): AuthMode => {
    const wanted: Auth = auth ?? { mode: 'none' };
    switch (wanted.mode) {
      case 'none':
        return noAuth;
      case 'api-key':
        return apiKeyAuth(wanted, cacheSecret(settings.secretArn ?? '', (text) => text, ports));
    }
  };
}
