import type { SignRequest } from '../../aws/sign-request.ts';
import type { BackendSettings } from '../../core/backend-settings.ts';
import type { NetPolicy } from '../../net/guarded-client.ts';
import type { Send } from '../../net/send.ts';
import type { AssertionSigner } from '../assertion.ts';
import type { Backend } from '../definition.ts';
import { type SecretPorts, secretOf } from '../secret.ts';
import { apiKeyAuth } from './api-key.ts';
import { assertionAuth } from './assertion.ts';
import { awsIamAuth, regionOf } from './aws-iam.ts';
import { clientCredentialsAuth } from './client-credentials.ts';
import { PRESET_ROWS } from './exchange-presets.ts';
import { forwardTokenAuth } from './forward-token.ts';
import type { AuthMode } from './mode.ts';
import { noAuth } from './none.ts';
import { createTokenCache } from './token-cache.ts';
import { type ClientAuth, createTokenEndpoint, readClientSecret, type TokenEndpoint } from './token-endpoint.ts';
import { tokenExchangeAuth } from './token-exchange.ts';

/** What the modes need of the world. */
export interface AuthPorts extends SecretPorts {
  readonly signer: AssertionSigner;
  readonly signRequest: SignRequest;
  readonly connect: (policy: NetPolicy) => Send;
  readonly allowHttpLoopback: boolean;
}

/** Backend and settings → its mode. What a mode needs of the settings is checked before (shared/backends/check.ts). */
export function createAuth(ports: AuthPorts) {
  return (backend: Backend, settings: BackendSettings): AuthMode => {
    const { auth = { mode: 'assertion' } } = backend;
    const audience = audienceOf(settings);
    const endpoint = (clientAuth: ClientAuth) => endpointOf(ports, backend, settings, clientAuth);
    switch (auth.mode) {
      case 'assertion':
        return assertionAuth(ports.signer, audience);
      case 'token-exchange': {
        const { clientAuth = PRESET_ROWS[auth.preset].clientAuth } = auth;
        return tokenExchangeAuth(auth, audience, endpoint(clientAuth), createTokenCache(ports.clock));
      }
      case 'client-credentials': {
        const { clientAuth = 'basic' } = auth;
        return clientCredentialsAuth(auth, audience, endpoint(clientAuth), createTokenCache(ports.clock));
      }
      case 'api-key':
        return apiKeyAuth(
          auth,
          secretOf(settings.secretArn ?? '', (text) => text, ports),
        );
      case 'aws-iam': {
        const url = new URL(settings.url ?? '');
        return awsIamAuth(auth, url, settings.region ?? regionOf(url.host) ?? '', ports.signRequest);
      }
      case 'forward-token':
        return forwardTokenAuth(audience);
      case 'none':
        return noAuth;
    }
  };
}

/** By what name a backend knows itself: the configured one, else its address. */
function audienceOf({ audience, url, functionArn }: BackendSettings): string {
  return audience ?? url ?? functionArn ?? '';
}

/** A way out of its own: the token endpoint and the backend are not each other's to reach. */
function endpointOf(
  ports: AuthPorts,
  backend: Backend,
  { tokenUrl = '', secretArn = '' }: BackendSettings,
  clientAuth: ClientAuth,
): TokenEndpoint {
  const send = ports.connect({
    hosts: new Set([new URL(tokenUrl).host]),
    allowPrivate: backend.private === true,
    allowHttpLoopback: ports.allowHttpLoopback,
    keepAliveMs: 0,
    requestHeaders: new Set(['accept', 'authorization', 'content-type']),
    responseHeaders: new Set(['content-type']),
  });
  const secret = secretOf(secretArn, readClientSecret, ports);
  return createTokenEndpoint({ url: tokenUrl, clientAuth, secret, send, clock: ports.clock });
}
