import { OFFLINE_ACCESS, offeredScopes } from '../auth/scopes.ts';
import type { GatewayConfig } from '../core/config.ts';
import { OAuthError } from './errors.ts';

/** Wire names throughout. */
export interface Scopes {
  /**
   * Those of an authorization request; all of ours when it names none.
   *
   * @throws OAuthError invalid_scope
   */
  ofRequest(text: string | undefined): readonly string[];
  /** Those of a refresh: fewer than before, or as before when it names none. @throws OAuthError invalid_scope */
  ofRefresh(text: string | undefined, before: readonly string[]): readonly string[];
  /** What became of `asked` by the word of the provider, which may say nothing, and may leave the prefix out. */
  granted(said: string | undefined, asked: readonly string[]): readonly string[];
}

export function createScopes(config: GatewayConfig, catalogue: readonly string[]): Scopes {
  const offered = offeredScopes(config, catalogue);
  const ours = offered.filter((scope) => scope !== OFFLINE_ACCESS);
  // Clients ask for them by habit. The first is ours to add where the provider needs it.
  const dropped = ['openid', ...(offered.includes(OFFLINE_ACCESS) ? [] : [OFFLINE_ACCESS])];
  const { scopePrefix } = config.idp;
  const read = (text: string | undefined, allowed: readonly string[]): readonly string[] => {
    const asked = namesIn(text).filter((scope) => !dropped.includes(scope));
    if (!asked.every((scope) => allowed.includes(scope))) {
      throw new OAuthError('invalid_scope', 'a scope is not known, or not among those that were granted');
    }
    return asked;
  };
  return {
    ofRequest: (text) => orElse(read(text, offered), ours),
    ofRefresh: (text, before) => orElse(read(text, before), before),
    granted: (said, asked) => {
      if (said === undefined) return asked;
      const names = namesIn(said);
      return asked.filter((scope) => names.includes(scope) || names.includes(withoutPrefix(scope, scopePrefix)));
    },
  };
}

function namesIn(text = ''): readonly string[] {
  return [...new Set(text.split(' ').filter(Boolean))];
}

function orElse(asked: readonly string[], usual: readonly string[]): readonly string[] {
  return asked.length === 0 ? usual : asked;
}

function withoutPrefix(scope: string, prefix: string): string {
  return scope.startsWith(prefix) ? scope.slice(prefix.length) : scope;
}
