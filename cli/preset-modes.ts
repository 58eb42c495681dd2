import { judgeDirect, judgeMetadata } from '../shared/idp/judge-mode.ts';
import type { Preset } from '../shared/idp/preset.ts';

/** Whether each mode fits a provider, in words for a table. */
export function directInWords(preset: Preset): string {
  if (preset.can.s256 === 'unknown') return 'if its metadata announces S256';
  const { verdict, why } = judgeDirect(preset);
  if (verdict === 'good') return 'works';
  return `${verdict === 'refused' ? 'refused' : 'with a warning'}: ${why}`;
}

export function metadataInWords(preset: Preset): string {
  const { verdict, why } = judgeMetadata(preset);
  if (verdict === 'refused') return `refused: ${why}`;
  const { endpointsElsewhere } = preset;
  const endpoints =
    endpointsElsewhere === undefined ? 'works' : `works; the endpoints have to be given: ${endpointsElsewhere}`;
  return verdict === 'limited' ? `${endpoints}; ${why}` : endpoints;
}
