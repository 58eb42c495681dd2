import type { IdpPresetName } from '../../shared/core/config.ts';
import { PRESETS } from '../../shared/idp/presets.ts';

/** The parameters that an existing provider of this kind needs at least. */
export function contextOf(preset: IdpPresetName, issuer = PRESETS[preset].issuerExample) {
  const { otherAudience, needsClients } = PRESETS[preset];
  return {
    idp: preset,
    issuer,
    ...(otherAudience === undefined ? {} : { audience: [otherAudience.example] }),
    ...(needsClients === undefined ? {} : { allowedClientIds: ['client-1'] }),
  };
}
