import type { Clock } from '../core/clock.ts';
import { type GatewayConfig, idpsOf } from '../core/config.ts';
import { GatewayError } from '../core/errors.ts';
import { type JsonObject, own } from '../core/json-object.ts';
import type { Principal, RawToken } from '../core/principal.ts';
import {
  checkAudience,
  checkForms,
  checkIsAccessToken,
  checkTimes,
  readPrincipal,
  refuse,
  requireStrictRules,
} from './claims.ts';
import { createIdpDocument, type IdpPorts } from './idp-document.ts';
import { createKeySource, type KeySource } from './jwks.ts';
import { type Rules, rulesOf } from './rules.ts';
import { keyProblem, signatureProblem } from './signature.ts';
import { readJsonPart } from './strict-json.ts';

export interface Verifier {
  /** Fetches discovery and keys ahead of the first request. Never throws. */
  hydrate(): Promise<void>;
  /**
   * Bearer token → Principal, or a GatewayError whose `reason` names the failing check. Nothing is remembered about a
   * token: a removed key or a disabled user takes effect with the next call.
   *
   * @throws GatewayError 401 for what the token is, 503 KEYS_UNAVAILABLE when it cannot be judged
   */
  verify(token: RawToken): Promise<Principal>;
}

const MAX_KID = 256;

interface Decomposed {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** One issuer: its rules and its keys. Nothing of another's is within reach of what judges by these. */
interface Trusted {
  readonly rules: Rules;
  readonly keys: KeySource;
}

/**
 * RFC 9068 section 4 with the checks of RFC 8725; cheap and unauthenticated ones first. The token's `iss` only selects
 * whose rules it has to meet, by the whole string; the key of that issuer then proves it.
 *
 * @throws Error when the configuration leaves out a check that an identity provider makes necessary, or names an issuer
 * twice: which rules hold would be a matter of order
 */
export function createVerifier(config: GatewayConfig, ports: IdpPorts): Verifier {
  const trusted = new Map<unknown, Trusted>();
  for (const idp of idpsOf(config)) {
    if (trusted.has(idp.issuer)) throw new Error(`the issuer ${idp.issuer} is configured twice`);
    const keys = createKeySource(idp.issuer, createIdpDocument(idp.issuer, ports), ports);
    trusted.set(idp.issuer, { rules: requireStrictRules(rulesOf(idp)), keys });
  }
  return {
    hydrate: async () => {
      await Promise.all([...trusted.values()].map(({ keys }) => keys.hydrate()));
    },
    verify: async (token) => {
      const { header, claims } = decompose(token);
      const issuer = trusted.get(own(claims, 'iss'));
      if (issuer === undefined) refuse('iss_mismatch');
      try {
        return await judge(token, header, claims, issuer, ports.clock);
      } catch (error) {
        if (error instanceof GatewayError) error.issuer = issuer.rules.idp.issuer;
        throw error;
      }
    },
  };
}

async function judge(
  token: RawToken,
  header: JsonObject,
  claims: JsonObject,
  { rules, keys }: Trusted,
  clock: Clock,
): Promise<Principal> {
  const { alg, kid, type } = checkHeader(header, rules);
  const signingKey = await keys.find(kid);
  if (signingKey === undefined) refuse('kid_unknown');
  const problem = keyProblem(alg, signingKey) ?? signatureProblem(token, alg, signingKey);
  if (problem !== undefined) refuse(problem);
  checkForms(claims);
  const times = checkTimes(claims, clock() / 1000);
  checkIsAccessToken(claims, type, rules);
  return readPrincipal(claims, rules, times, checkAudience(claims, rules));
}

function decompose(token: string): Decomposed {
  const parts = token.split('.');
  if (parts.length === 5) throw new GatewayError('ACCESS_TOKEN_IS_ENCRYPTED_JWE', { reason: 'encrypted' });
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload) throw new GatewayError('ACCESS_TOKEN_NOT_JWS', { reason: 'opaque' });
  if (!signature) refuse('signature_missing');
  return { header: read(header, 'header_malformed'), claims: read(payload, 'payload_malformed') };
}

function read(part: string, reason: string): JsonObject {
  try {
    return readJsonPart(part);
  } catch {
    return refuse(reason);
  }
}

/** `jwk`, `jku`, `x5u` and `x5c` are never looked at: a token may not bring its own key (RFC 8725 section 3.10). */
function checkHeader(header: JsonObject, { algorithms, types }: Rules) {
  const alg = own(header, 'alg');
  if (typeof alg !== 'string' || !algorithms.includes(alg)) refuse('alg_not_allowed');
  if (own(header, 'crit') !== undefined) refuse('crit_not_understood');
  const kid = own(header, 'kid');
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID) refuse('kid_missing');
  const typ = own(header, 'typ') ?? '';
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined;
  if (type === undefined || !types.includes(type)) refuse('typ_not_allowed');
  return { alg, kid, type };
}
