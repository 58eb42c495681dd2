import { createIdpDocument, type IdpPorts } from '../auth/idp-document.ts';
import type { GatewayConfig } from '../core/config.ts';
import { own } from '../core/json-object.ts';
import { isFetchable, isOnThisMachine } from '../net/answer.ts';
import { unavailable } from './errors.ts';

/** Where the identity provider is asked. */
export interface Endpoints {
  readonly authorization: string;
  readonly token: string;
  /** Undefined where the provider has none. */
  readonly revocation: string | undefined;
}

/** From the configuration, else from the provider's own document. @throws OAuthError temporarily_unavailable */
export function createEndpoints({ idp, endpoints }: GatewayConfig, ports: IdpPorts): () => Promise<Endpoints> {
  if (endpoints !== undefined) {
    const { authorization, token, revocation } = endpoints;
    return async () => ({ authorization, token, revocation });
  }
  const source = createIdpDocument(idp.issuer, ports);
  const allowHttp = isOnThisMachine(idp.issuer);
  return async () => {
    const { document } = await source.get().catch((cause) => {
      throw unavailable('no_discovery_document', cause);
    });
    const endpoint = (name: string) => {
      const url = own(document, name);
      return typeof url === 'string' && isFetchable(url, allowHttp) ? url : undefined;
    };
    const [authorization, token] = [endpoint('authorization_endpoint'), endpoint('token_endpoint')];
    if (authorization === undefined || token === undefined) throw unavailable('discovery_document_incomplete');
    return { authorization, token, revocation: endpoint('revocation_endpoint') };
  };
}
