import { type GatewayConfig, type IdpConfig, idpsOf, resourceUrl } from '../shared/core/config.ts';
import { judgeDirect } from '../shared/idp/judge-direct.ts';
import { PRESETS } from '../shared/idp/presets.ts';

export interface Warning {
  readonly id: string;
  readonly text: string;
}

/** What works for some clients only: said at synthesis, and no reason to stop it. */
export function idpWarnings(config: GatewayConfig): readonly Warning[] {
  return idpsOf(config).flatMap((idp) => [...aboutAudience(idp, config), ...aboutMetadata(idp, config)]);
}

function aboutAudience(idp: IdpConfig, config: GatewayConfig): readonly Warning[] {
  const resource = resourceUrl(config);
  if (PRESETS[idp.preset].otherAudience !== undefined || idp.audience.includes(resource)) return [];
  const where = idp === config.idp ? '-c audience=…' : `"audience" of ${idp.issuer} in issuers`;
  const text = `audience does not include ${resource}: clients ask for tokens with that resource. Add it with ${where}`;
  return [{ id: 'gatehouse:audience', text }];
}

function aboutMetadata(idp: IdpConfig, config: GatewayConfig): readonly Warning[] {
  const { verdict, why } = judgeDirect(PRESETS[idp.preset]);
  if (verdict === 'good') return [];
  if (idp !== config.idp) {
    const text = `clients sign in at ${idp.issuer} by its own metadata: ${why}. Make it the primary issuer (idp, issuer) with authorizationServer=metadata, or give its users their tokens another way`;
    return [{ id: 'gatehouse:metadata', text }];
  }
  if (config.authorizationServer !== 'direct') return [];
  const text = `authorizationServer=direct with idp=${idp.preset}: ${why}. Say -c authorizationServer=metadata with the endpoints if such a client has to connect`;
  return [{ id: 'gatehouse:metadata', text }];
}
