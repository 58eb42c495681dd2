import type { Preset } from './preset.ts';

export interface Verdict {
  /** refused: no client of today can sign in. limited: some cannot, or something has to be set at the provider. */
  readonly verdict: 'good' | 'limited' | 'refused';
  readonly why: string;
}

const GOOD: Verdict = { verdict: 'good', why: '' };

/**
 * Whether clients can work with the provider's own metadata, from what the row knows. What is not known is not held
 * against a provider.
 */
export function judgeDirect({ can }: Preset): Verdict {
  if (can.s256 === 'no') {
    return { verdict: 'refused', why: 'its own metadata does not announce S256, and MCP clients have to refuse that' };
  }
  if (can.serverMetadata === 'no') {
    return {
      verdict: 'limited',
      why: 'it publishes OpenID discovery only, and clients before MCP 2025-11-25 look for RFC 8414',
    };
  }
  return GOOD;
}

/**
 * Whether they can work with our document over its endpoints. A provider that puts `iss` into authorization responses
 * (RFC 9207) names itself there, and not the issuer of our document: MCP 2026-07-28 makes clients stop at that, whether
 * it was announced or not.
 */
export function judgeMetadata({ can, metadataNeeds }: Preset): Verdict {
  if (metadataNeeds !== undefined) return { verdict: 'limited', why: metadataNeeds };
  if (can.responseIssuer !== 'yes') return GOOD;
  return { verdict: 'refused', why: 'its answers carry its own `iss`, which clients refuse as that of another server' };
}
