import type { GatewayConfig } from '../core/config.ts';
import { GatewayError } from '../core/errors.ts';
import { type JsonObject, own } from '../core/json-object.ts';
import type { Principal, RawToken } from '../core/principal.ts';
import { PRESETS } from '../idp/presets.ts';
import {
  checkAudience,
  checkForms,
  checkIsAccessToken,
  checkTimes,
  readPrincipal,
  refuse,
  requireStrictRules,
} from './claims.ts';
import type { IdpDocumentSource, IdpPorts } from './idp-document.ts';
import { createKeySource } from './jwks.ts';
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
  readonly alg: string;
  readonly kid: string;
  readonly type: string;
  readonly claims: JsonObject;
}

/**
 * RFC 9068 section 4 with the checks of RFC 8725; cheap and unauthenticated ones first.
 *
 * @throws Error when the configuration leaves out a check that the identity provider makes necessary
 */
export function createVerifier(config: GatewayConfig, documents: IdpDocumentSource, ports: IdpPorts): Verifier {
  requireStrictRules(config);
  const { issuer } = config.idp;
  const keys = createKeySource(issuer, documents, ports);
  return {
    hydrate: () => keys.hydrate(),
    verify: async (token) => {
      const { alg, kid, type, claims } = decompose(token, config);
      if (own(claims, 'iss') !== issuer) refuse('iss_mismatch');
      const signingKey = await keys.find(kid);
      if (signingKey === undefined) refuse('kid_unknown');
      const problem = keyProblem(alg, signingKey) ?? signatureProblem(token, alg, signingKey);
      if (problem !== undefined) refuse(problem);
      checkForms(claims);
      const times = checkTimes(claims, ports.clock() / 1000);
      checkIsAccessToken(claims, type, PRESETS[config.idp.preset]);
      return readPrincipal(claims, config, times, checkAudience(claims, config));
    },
  };
}

function decompose(token: string, config: GatewayConfig): Decomposed {
  const parts = token.split('.');
  if (parts.length === 5) throw new GatewayError('ACCESS_TOKEN_IS_ENCRYPTED_JWE', { reason: 'encrypted' });
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload) throw new GatewayError('ACCESS_TOKEN_NOT_JWS', { reason: 'opaque' });
  if (!signature) refuse('signature_missing');
  return { ...checkHeader(read(header, 'header_malformed'), config), claims: read(payload, 'payload_malformed') };
}

function read(part: string, reason: string): JsonObject {
  try {
    return readJsonPart(part);
  } catch {
    return refuse(reason);
  }
}

/** `jwk`, `jku`, `x5u` and `x5c` are never looked at: a token may not bring its own key (RFC 8725 section 3.10). */
function checkHeader(header: JsonObject, { idp }: GatewayConfig): Omit<Decomposed, 'claims'> {
  const preset = PRESETS[idp.preset];
  const alg = own(header, 'alg');
  const allowed = preset.algorithms.filter((name) => idp.algorithms?.includes(name) ?? true);
  if (typeof alg !== 'string' || !allowed.includes(alg)) refuse('alg_not_allowed');
  if (own(header, 'crit') !== undefined) refuse('crit_not_understood');
  const kid = own(header, 'kid');
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID) refuse('kid_missing');
  const typ = own(header, 'typ') ?? '';
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined;
  const types = idp.requireAtJwt ? ['at+jwt'] : preset.types;
  if (type === undefined || !types.includes(type)) refuse('typ_not_allowed');
  return { alg, kid, type };
}
