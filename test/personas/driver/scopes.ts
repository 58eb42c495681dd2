import type { Persona, ScopeSource } from '../persona.ts';
import type { Challenge } from './challenge.ts';
import type { Discovered } from './discover.ts';

/** The scopes that the client asks for by itself. Empty: it sends no `scope`. */
export function scopesToAsk(
  { scopes: { value: rule } }: Persona,
  discovered: Discovered,
  challenge: Challenge | undefined,
  sources: readonly ScopeSource[] = rule.from,
): readonly string[] {
  const of: Readonly<Record<ScopeSource, readonly string[]>> = {
    challenge: challenge?.scopes ?? [],
    'resource metadata': discovered.resourceScopes,
    'server metadata': discovered.server.scopes,
  };
  const chosen = sources.map((source) => of[source]).find((scopes) => scopes.length > 0) ?? [];
  return union(
    chosen,
    rule.adds.filter((scope) => discovered.server.scopes.includes(scope)),
  );
}

export function union(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}
