import type { IdpConfig } from '../core/config.ts';
import type { Preset } from '../idp/preset.ts';
import { PRESETS } from '../idp/presets.ts';

/** What one issuer's tokens are judged by: its preset, with what the configuration narrows or names otherwise. */
export interface Rules {
  readonly idp: IdpConfig;
  readonly preset: Preset;
  readonly algorithms: readonly string[];
  readonly types: readonly string[];
  readonly scopeClaims: readonly string[];
  readonly roleClaims: readonly string[];
  readonly subjectClaims: readonly string[];
  readonly clientIdClaims: readonly string[];
}

export function rulesOf(idp: IdpConfig): Rules {
  const preset = PRESETS[idp.preset];
  const { claims = {} } = idp;
  const either = (custom: string | undefined, usual: readonly string[]) => (custom ? [custom] : usual);
  return {
    idp,
    preset,
    algorithms: preset.algorithms.filter((name) => idp.algorithms?.includes(name) ?? true),
    types: idp.requireAtJwt ? ['at+jwt'] : preset.types,
    scopeClaims: either(claims.scope, preset.scopeClaims),
    roleClaims: either(claims.roles, preset.roleClaims),
    subjectClaims: either(claims.subject, preset.subjectClaims),
    clientIdClaims: either(claims.clientId, preset.clientIdClaims),
  };
}
