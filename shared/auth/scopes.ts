import type { GatewayConfig } from '../core/config.ts';
import { PRESETS } from '../idp/presets.ts';

type IdpConfig = Pick<GatewayConfig, 'idp'>;

/** A logical scope as clients ask for it: `starter.echo` → `https://host/mcp/starter.echo` in Cognito. */
export function toWireScope({ idp }: IdpConfig, logical: string): string {
  return idp.scopePrefix + logical;
}

/** Wire names, sorted: what metadata and challenges offer. */
export function toWireScopes(config: IdpConfig, logical: readonly string[]): readonly string[] {
  return [...new Set(logical.map((scope) => toWireScope(config, scope)))].sort();
}

/** Scopes as the token has them → our logical names. Where tokens carry the prefix, a scope without it is not ours. */
export function toLogicalScopes({ idp }: IdpConfig, wire: readonly string[]): readonly string[] {
  const prefix = PRESETS[idp.preset].scopesOnWire === 'prefixed' ? idp.scopePrefix : '';
  const ours = wire.filter((scope) => scope.startsWith(prefix)).map((scope) => stripOptional(scope, prefix, idp));
  return [...new Set(ours)].sort();
}

/** Generic providers may put either form into the token. */
function stripOptional(scope: string, prefix: string, idp: GatewayConfig['idp']): string {
  if (prefix !== '') return scope.slice(prefix.length);
  return idp.scopePrefix !== '' && scope.startsWith(idp.scopePrefix) ? scope.slice(idp.scopePrefix.length) : scope;
}

export const OFFLINE_ACCESS = 'offline_access';

/** What a document of ours offers clients, in wire names. `offline_access` only where a refresh token depends on it. */
export function offeredScopes(config: IdpConfig, catalogue: readonly string[]): readonly string[] {
  const needsOffline = PRESETS[config.idp.preset].relay.refreshBy !== 'none';
  return [...toWireScopes(config, catalogue), ...(needsOffline ? [OFFLINE_ACCESS] : [])];
}
