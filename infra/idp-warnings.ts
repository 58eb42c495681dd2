import { type GatewayConfig, type IdpConfig, idpsOf, resourceUrl } from '../shared/core/config.ts';
import { judgeDirect, judgeMetadata } from '../shared/idp/judge-mode.ts';
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
  const preset = PRESETS[idp.preset];
  const ownMetadata = idp !== config.idp || config.authorizationServer === 'direct';
  const { verdict, why } = ownMetadata ? judgeDirect(preset) : judgeMetadata(preset);
  if (verdict === 'good') return [];
  const mode = `authorizationServer=${config.authorizationServer} with idp=${idp.preset}: ${why}`;
  const text =
    idp !== config.idp
      ? `clients sign in at ${idp.issuer} by its own metadata: ${why}. Make it the primary issuer (idp, issuer) with authorizationServer=metadata, or give its users their tokens another way`
      : ownMetadata
        ? `${mode}. Say -c authorizationServer=metadata with the endpoints if such a client has to connect`
        : mode;
  return [{ id: 'gatehouse:metadata', text }];
}
