import { explainFailure } from '../shared/auth/explain.ts';
import type { IdpPresetName } from '../shared/core/config.ts';
import { GatewayError } from '../shared/core/errors.ts';
import type { Preset } from '../shared/idp/preset.ts';
import { PRESETS } from '../shared/idp/presets.ts';
import { markdownTable, pageWithBlocks } from './generated-block.ts';
import { directInWords, metadataInWords } from './preset-modes.ts';

/** Page under docs/ → its text: one guide for each preset, with the parts that the table of presets says. */
export function guidePages(): ReadonlyMap<string, string> {
  const names = Object.keys(PRESETS) as IdpPresetName[];
  return new Map(
    names.map((name) => {
      const file = `idp/${name}.md`;
      return [file, pageWithBlocks(file, { modes: modes(PRESETS[name]), checks: checks(name) })];
    }),
  );
}

function modes(preset: Preset): string {
  const named = (mode: 'direct' | 'metadata') =>
    `\`${mode}\`${preset.defaultAuthorizationServer === mode ? ', the default' : ''}`;
  return markdownTable(
    ['mode', 'what clients read', 'with this provider'],
    [
      [named('direct'), 'the metadata of the provider', directInWords(preset)],
      [named('metadata'), 'ours, over its endpoints', metadataInWords(preset)],
      ['`relay`', 'ours: they sign in at the gateway', 'works; it needs a client with a secret there'],
    ],
  );
}

const ALWAYS = ['iss_mismatch', 'aud_missing', 'aud_mismatch', 'client_not_allowed', 'app_only'];
const PUBLIC_URL = 'https://mcp.acme.com';

/** What /debug-token says, for the tokens that this provider is known to issue by mistake. */
function checks(name: IdpPresetName): string {
  const { fixes, otherAudience, issuerExample } = PRESETS[name];
  const idp = {
    preset: name,
    issuer: issuerExample,
    audience: [otherAudience?.example ?? `${PUBLIC_URL}/mcp`],
    scopePrefix: '',
    allowedClientIds: [],
  };
  const reasons = [...new Set([...ALWAYS, ...Object.keys(fixes)])];
  const row = (reason: string) => {
    const error = new GatewayError('JWT_VERIFY_FAILED', { reason });
    return [`\`${reason}\``, explainFailure({ publicUrl: PUBLIC_URL, idp }, error).fix.replaceAll('<', '\\<')];
  };
  return markdownTable(['`check`', 'why, and what to do'], reasons.map(row));
}
