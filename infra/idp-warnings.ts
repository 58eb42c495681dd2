import { type GatewayConfig, type IdpConfig, idpsOf, resourceUrl } from '../shared/core/config.ts';
import { judgeDirect, judgeMetadata, type Verdict } from '../shared/idp/judge-mode.ts';
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
  const { authorizationServer: mode } = config;
  const preset = PRESETS[idp.preset];
  const here = `authorizationServer=${mode} with idp=${idp.preset}`;
  if (idp !== config.idp) {
    return limits(
      judgeDirect(preset),
      (why) =>
        `clients sign in at ${idp.issuer} by its own metadata: ${why}. Make it the primary issuer (idp, issuer) with authorizationServer=metadata, or give its users their tokens another way`,
    );
  }
  if (mode === 'metadata') return limits(judgeMetadata(preset), (why) => `${here}: ${why}`);
  if (mode !== 'direct') return [];
  return limits(
    judgeDirect(preset),
    (why) => `${here}: ${why}. Say -c authorizationServer=metadata with the endpoints if such a client has to connect`,
  );
}

function limits({ verdict, why }: Verdict, text: (why: string) => string): readonly Warning[] {
  return verdict === 'good' ? [] : [{ id: 'gatehouse:metadata', text: text(why) }];
}
