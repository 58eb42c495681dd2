import type { ErrorCode } from '../core/error-table.ts';
import { GatewayError } from '../core/errors.ts';
import { type JsonObject, own } from '../core/json-object.ts';
import type { Principal } from '../core/principal.ts';
import type { Rules } from './rules.ts';
import { toLogicalScopes } from './scopes.ts';

const LEEWAY_S = 30;
const MAX_FUTURE_IAT_S = 60;
const MAX_SUBJECT = 255;
const LATEST_S = 253_402_300_799;
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash'];
/**
 * Control and format characters: a subject ends up in records and tables that people read. Half a surrogate pair: in
 * UTF-8 all of them are the same bytes, so two subjects would be one user.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

export function refuse(reason: string, code: ErrorCode = 'JWT_VERIFY_FAILED'): never {
  throw new GatewayError(code, { reason });
}

/** A registered claim of another type is no claim that nobody made: the whole token is odd (RFC 7519 section 4.1). */
export function checkForms(claims: JsonObject): void {
  const wrong = (names: readonly string[], isRight: (value: unknown) => boolean) =>
    names.some((name) => Object.hasOwn(claims, name) && !isRight(claims[name]));
  const aud = own(claims, 'aud');
  if (
    wrong(['exp', 'nbf', 'iat'], (value) => typeof value === 'number') ||
    wrong(['sub', 'jti'], (value) => typeof value === 'string') ||
    // A list is not what RFC 8693 section 4.2 says, but some servers send one.
    wrong(['scope'], (value) => typeof value === 'string' || isStrings(value)) ||
    (aud !== undefined && typeof aud !== 'string' && !isStrings(aud))
  ) {
    refuse('malformed_claims');
  }
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** RFC 9068 section 4 and RFC 7519 section 4.1: `exp` and `iat` are required here. `now` in seconds. */
export function checkTimes(claims: JsonObject, now: number): { readonly exp: number; readonly iat: number } {
  const exp = own(claims, 'exp');
  const nbf = own(claims, 'nbf');
  const iat = own(claims, 'iat');
  if (!isTime(exp)) refuse('exp_missing');
  if (exp <= now - LEEWAY_S) refuse('expired', 'TOKEN_EXPIRED');
  if (nbf !== undefined && (!isTime(nbf) || nbf > now + LEEWAY_S)) refuse('not_yet_valid');
  if (!isTime(iat)) refuse('iat_missing');
  if (iat > now + MAX_FUTURE_IAT_S) refuse('iat_in_future');
  return { exp, iat };
}

/** An ID token of the same issuer and audience is no access token (RFC 9068 section 5, RFC 8725 section 3.12). */
export function checkIsAccessToken(claims: JsonObject, type: string, rules: Rules): void {
  const { requiredClaims, accessTokenBy } = rules.preset;
  for (const [name, value] of Object.entries(requiredClaims)) {
    if (own(claims, name) !== value) refuse(`claim_${name}`);
  }
  // A nonce in a token that its own issuer calls an access token does not make it another one.
  if (type === 'at+jwt' || accessTokenBy === 'claims') return;
  const marked = ID_TOKEN_CLAIMS.some((name) => own(claims, name) !== undefined);
  if (accessTokenBy === 'markers' && marked) refuse('id_token');
  if (isForItsClient(claims, rules, accessTokenBy === 'grant')) refuse('id_token');
}

/**
 * An ID token tells a client about its user: it is addressed to that client and grants nothing. Where API and client
 * are one registration, only the missing grant is left to tell it by, since `nonce` is optional.
 */
function isForItsClient(claims: JsonObject, rules: Rules, namesClient: boolean): boolean {
  const clientId = firstString(claims, rules.clientIdClaims);
  if (clientId === undefined && namesClient) return true;
  if (readStrings(claims, rules.scopeClaims).length > 0) return false;
  const aud = own(claims, 'aud');
  const only = isStrings(aud) && aud.length === 1 ? aud[0] : aud;
  return clientId === undefined || only === clientId;
}

/** RFC 7519 section 4.1.3: the token is for us, or it is refused. Exact strings. */
export function checkAudience(claims: JsonObject, { idp }: Rules): readonly string[] {
  const aud = own(claims, 'aud');
  const audience = typeof aud === 'string' ? [aud] : isStrings(aud) ? aud : [];
  if (audience.length === 0) refuse('aud_missing', 'TOKEN_WRONG_AUDIENCE');
  if (!audience.some((entry) => idp.audience.includes(entry))) refuse('aud_mismatch', 'TOKEN_WRONG_AUDIENCE');
  return audience;
}

/**
 * Where every client of the provider can get our audience, it proves little. So the list of clients is needed as well,
 * and where tokens carry our prefix, a scope of our resource server: a gateway without them must not answer.
 */
export function requireStrictRules(rules: Rules): Rules {
  const { idp, preset } = rules;
  if (preset.scopesOnWire === 'prefixed' && idp.scopePrefix === '')
    throw new Error(`idp=${idp.preset} needs scopePrefix`);
  if (preset.needsClients !== undefined && idp.allowedClientIds.length === 0) {
    throw new Error(`idp=${idp.preset} needs allowedClientIds`);
  }
  return rules;
}

/** Everything that says who and what: client, subject, scopes, roles. */
export function readPrincipal(
  claims: JsonObject,
  rules: Rules,
  times: { readonly exp: number; readonly iat: number },
  audience: readonly string[],
): Principal {
  const { idp } = rules;
  const clientId = firstString(claims, rules.clientIdClaims);
  const allowed = idp.allowedClientIds;
  if (allowed.length > 0 && (clientId === undefined || !allowed.includes(clientId))) refuse('client_not_allowed');
  const wireScopes = readStrings(claims, rules.scopeClaims);
  const scopes = toLogicalScopes(rules, wireScopes);
  if (rules.preset.scopesOnWire === 'prefixed' && scopes.length === 0) refuse('scope_not_ours');
  const jti = own(claims, 'jti');
  return {
    issuer: idp.issuer,
    subject: readSubject(claims, rules, clientId),
    clientId,
    audience,
    scopes,
    wireScopes,
    roles: readStrings(claims, rules.roleClaims),
    expiresAt: times.exp,
    issuedAt: times.iat,
    tokenId: typeof jti === 'string' ? jti : undefined,
  };
}

function readSubject(claims: JsonObject, rules: Rules, clientId: string | undefined): string {
  const { idp, preset } = rules;
  const parts = rules.subjectClaims.map((name) => own(claims, name));
  if (!parts.every((part) => typeof part === 'string' && part !== '' && !UNSAFE.test(part))) {
    refuse('no_subject', 'TOKEN_NO_SUB');
  }
  const subject = parts.join('/');
  if (subject.length > MAX_SUBJECT) refuse('subject_too_long', 'TOKEN_NO_SUB');
  const { tenantClaim } = preset;
  if (tenantClaim !== undefined && idp.issuer.split('/')[3] !== own(claims, tenantClaim)) {
    refuse('tenant_mismatch');
  }
  // Client-credentials tokens name the app itself: there is no user to act for.
  if (own(claims, 'idtyp') === 'app' || preset.isAppOnly((name) => own(claims, name), clientId)) {
    refuse('app_only', 'TOKEN_NO_SUB');
  }
  return subject;
}

/** The union of space-separated strings and arrays of strings; whatever else an issuer put there is dropped. */
function readStrings(claims: JsonObject, names: readonly string[]): readonly string[] {
  const values = names.flatMap((name) => {
    const value = readPath(claims, name);
    if (typeof value === 'string') return value.split(' ');
    return Array.isArray(value) ? value : [];
  });
  return [...new Set(values.filter((value): value is string => typeof value === 'string' && value !== ''))];
}

/** A claim by its whole name, else by dotted path through own properties. */
function readPath(claims: JsonObject, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, part) => (typeof value === 'object' && value !== null ? own(value as JsonObject, part) : undefined),
      claims,
    );
}

function firstString(claims: JsonObject, names: readonly string[]): string | undefined {
  const values = names.map((name) => own(claims, name));
  return values.find((value): value is string => typeof value === 'string' && value !== '' && !UNSAFE.test(value));
}

/** RFC 7519 NumericDate, up to the year 9999: later ones are no dates that can be shown or compared. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LATEST_S;
}
