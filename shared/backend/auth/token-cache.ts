import type { Clock } from '../../core/clock.ts';
import type { IssuedToken } from './token-endpoint.ts';

/** Tokens in the memory of one instance, by a name that is no secret. */
export interface TokenCache {
  /** The one that is known, or what `ask` gets. Callers who come at once wait for one answer. */
  get(name: string, ask: () => Promise<IssuedToken>): Promise<string>;
  /** This token was refused: the next caller asks anew, unless that was done a moment ago. Whether it was forgotten. */
  forget(name: string, token: string): boolean;
}

/** A token that ends under a request is no use. */
const MARGIN_MS = 60_000;
const MOST_TOKENS = 500;
const FORGET_MS = 10_000;

export function createTokenCache(clock: Clock): TokenCache {
  const known = new Map<string, IssuedToken>();
  const running = new Map<string, Promise<IssuedToken>>();
  const forgottenAt = new Map<string, number>();
  const keep = (name: string, issued: IssuedToken): void => {
    if (issued.expiresAt - MARGIN_MS <= clock()) return;
    known.delete(name);
    known.set(name, issued);
    for (const oldest of known.keys()) {
      if (known.size <= MOST_TOKENS) break;
      known.delete(oldest);
    }
  };
  return {
    get: async (name, ask) => {
      const cached = known.get(name);
      if (cached !== undefined && cached.expiresAt - MARGIN_MS > clock()) {
        keep(name, cached);
        return cached.token;
      }
      const waiting = running.get(name) ?? ask().finally(() => running.delete(name));
      running.set(name, waiting);
      const issued = await waiting;
      keep(name, issued);
      return issued.token;
    },
    forget: (name, token) => {
      const current = known.get(name);
      // Somebody else was refused before us, and there is another one already.
      if (current !== undefined && current.token !== token) return true;
      if (clock() - (forgottenAt.get(name) ?? Number.NEGATIVE_INFINITY) < FORGET_MS) return false;
      if (forgottenAt.size > MOST_TOKENS) forgottenAt.clear();
      forgottenAt.set(name, clock());
      return known.delete(name);
    },
  };
}
