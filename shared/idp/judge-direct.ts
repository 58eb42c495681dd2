import type { Preset } from './preset.ts';

export interface DirectVerdict {
  /** refused: no client of today can sign in. limited: some cannot. */
  readonly verdict: 'good' | 'limited' | 'refused';
  readonly why: string;
}

/**
 * Whether clients can work with the provider's own metadata, from what the row knows. What is not known is not held
 * against a provider.
 */
export function judgeDirect({ can }: Preset): DirectVerdict {
  if (can.s256 === 'no') {
    return { verdict: 'refused', why: 'its own metadata does not announce S256, and MCP clients have to refuse that' };
  }
  if (can.serverMetadata === 'no') {
    return {
      verdict: 'limited',
      why: 'it publishes OpenID discovery only, and clients before MCP 2025-11-25 look for RFC 8414',
    };
  }
  return { verdict: 'good', why: '' };
}
