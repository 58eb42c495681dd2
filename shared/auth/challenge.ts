import { type GatewayConfig, idpNamed, resourceMetadataUrl } from '../core/config.ts';
import { errorRow } from '../core/error-table.ts';
import type { GatewayError } from '../core/errors.ts';
import { toWireScopes } from './scopes.ts';

export interface ChallengeContext {
  /** Every logical scope of our tools. */
  readonly catalogue: readonly string[];
  /** Logical scopes that the token already has. */
  readonly granted: readonly string[];
  /** Of the token, once it is verified: its names for our scopes are the ones to ask for. */
  readonly issuer?: string | undefined;
}

/**
 * The value of WWW-Authenticate (RFC 6750 section 3, RFC 9728 section 5.1), or undefined where the refusal has none.
 * Built from fixed strings, configuration and our own scope names: no text from the token or the request is in it.
 */
export function challengeHeader(
  config: GatewayConfig,
  error: GatewayError,
  { catalogue, granted, issuer }: ChallengeContext,
): string | undefined {
  const { challenge, description } = errorRow(error.code);
  if (challenge === 'none') return undefined;
  const metadata = parameter('resource_metadata', resourceMetadataUrl(config));
  const idp = idpNamed(config, issuer);
  const scope = (names: readonly string[]) => parameter('scope', toWireScopes({ idp }, names).join(' '));
  const said = description === undefined ? [] : [parameter('error_description', description)];
  if (challenge === 'bare') return `Bearer ${[metadata, scope(catalogue)].join(', ')}`;
  const kind = parameter('error', challenge);
  if (challenge === 'insufficient_scope') {
    // Some clients ask for the challenged scopes only: with those they have of ours in the list, they lose none.
    const kept = granted.filter((name) => catalogue.includes(name));
    return `Bearer ${[kind, scope([...error.needed, ...kept]), metadata, ...said].join(', ')}`;
  }
  return `Bearer ${[kind, ...said, metadata, scope(catalogue)].join(', ')}`;
}

/** RFC 9110 quoted-string; anything outside printable ASCII cannot enter a header line. */
function parameter(name: string, value: string): string {
  return `${name}="${value.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`;
}
