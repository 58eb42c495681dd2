import { goodClaims, ISSUER } from '../../support/config.ts';
import { createIssuer } from '../../support/issuer.ts';
import { USERS, type User } from '../plan.ts';

export type Tokens = Readonly<Record<User, string>>;

const issuer = createIssuer(ISSUER);
export const { getJson } = issuer;
const known = new Map<string, Tokens>();

/** Signed once for each day: a history is about what comes after. */
export async function tokensOf(start: number): Promise<Tokens> {
  const day = new Date(start).toISOString().slice(0, 10);
  const found = known.get(day);
  if (found !== undefined) return found;
  const exp = Math.floor(start / 1000) + 86_400;
  const iat = Math.floor(start / 1000) - 3600;
  const signed = USERS.map(async (sub) => {
    const claims = { ...goodClaims(start), iat, exp, sub, scope: 'starter.echo', jti: sub };
    return [sub, await issuer.sign(claims, { alg: 'EdDSA' })] as const;
  });
  const tokens = Object.fromEntries(await Promise.all(signed)) as Tokens;
  known.set(day, tokens);
  return tokens;
}
