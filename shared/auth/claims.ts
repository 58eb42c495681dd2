import type { GatewayConfig } from '../core/config.ts';
import { type ErrorCode, GatewayError } from '../core/errors.ts';
import { type JsonObject, own } from '../core/json-object.ts';
import type { Principal } from '../core/principal.ts';
import { PRESETS, type Preset } from '../idp/presets.ts';
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
    wrong(['sub', 'scope', 'jti'], (value) => typeof value === 'string') ||
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
export function checkIsAccessToken(claims: JsonObject, type: string, preset: Preset): void {
  for (const [name, value] of Object.entries(preset.requiredClaims)) {
    if (own(claims, name) !== value) refuse(`claim_${name}`);
  }
  if (type === 'at+jwt') return;
  if (ID_TOKEN_CLAIMS.some((name) => own(claims, name) !== undefined)) refuse('id_token');
}

/** RFC 7519 section 4.1.3: the token is for us, or it is refused. Exact strings. */
export function checkAudience(claims: JsonObject, config: GatewayConfig): readonly string[] {
  const aud = own(claims, 'aud');
  const audience = typeof aud === 'string' ? [aud] : isStrings(aud) ? aud : [];
  if (audience.length === 0) refuse('aud_missing', 'TOKEN_WRONG_AUDIENCE');
  if (!audience.some((entry) => config.idp.audience.includes(entry))) refuse('aud_mismatch', 'TOKEN_WRONG_AUDIENCE');
  return audience;
}

/**
 * Where tokens carry our prefix, `aud` is of the caller's choosing: any client of the pool can ask for ours. So a scope
 * of our resource server and the list of clients are needed as well, and a gateway without them must not answer.
 */
export function requireStrictRules({ idp }: GatewayConfig): void {
  if (!PRESETS[idp.preset].prefixedScopes) return;
  if (idp.scopePrefix === '') throw new Error(`idp=${idp.preset} needs scopePrefix`);
  if (idp.allowedClientIds.length === 0) throw new Error(`idp=${idp.preset} needs allowedClientIds`);
}

/** Everything that says who and what: client, subject, scopes, roles. */
export function readPrincipal(
  claims: JsonObject,
  config: GatewayConfig,
  times: { readonly exp: number; readonly iat: number },
  audience: readonly string[],
): Principal {
  const preset = PRESETS[config.idp.preset];
  const { claims: custom } = config.idp;
  const clientId = firstString(claims, custom?.clientId ? [custom.clientId] : preset.clientIdClaims);
  const allowed = config.idp.allowedClientIds;
  if (allowed.length > 0 && (clientId === undefined || !allowed.includes(clientId))) refuse('client_not_allowed');
  const wireScopes = readStrings(claims, custom?.scope ? [custom.scope] : preset.scopeClaims);
  const scopes = toLogicalScopes(config, wireScopes);
  if (preset.prefixedScopes && scopes.length === 0) refuse('scope_not_ours');
  const jti = own(claims, 'jti');
  return {
    issuer: config.idp.issuer,
    subject: readSubject(claims, config, clientId),
    clientId,
    audience,
    scopes,
    wireScopes,
    roles: readStrings(claims, custom?.roles ? [custom.roles] : preset.roleClaims),
    expiresAt: times.exp,
    issuedAt: times.iat,
    tokenId: typeof jti === 'string' ? jti : undefined,
  };
}

function readSubject(claims: JsonObject, { idp }: GatewayConfig, clientId: string | undefined): string {
  const preset = PRESETS[idp.preset];
  const names = idp.claims?.subject ? [idp.claims.subject] : preset.subjectClaims;
  const parts = names.map((name) => own(claims, name));
  if (!parts.every((part) => typeof part === 'string' && part !== '' && !UNSAFE.test(part))) {
    refuse('no_subject', 'TOKEN_NO_SUB');
  }
  const subject = parts.join('/');
  if (subject.length > MAX_SUBJECT) refuse('subject_too_long', 'TOKEN_NO_SUB');
  // Client-credentials tokens name the app itself: there is no user to act for.
  const appClaim = preset.appOnlyWhenEqualsClient;
  if (appClaim !== undefined && clientId !== undefined && own(claims, appClaim) === clientId) {
    refuse('app_only', 'TOKEN_NO_SUB');
  }
  if (own(claims, 'idtyp') === 'app') refuse('app_only', 'TOKEN_NO_SUB');
  const { tenantClaim } = preset;
  if (tenantClaim !== undefined && idp.issuer.split('/')[3] !== own(claims, tenantClaim)) {
    refuse('tenant_mismatch');
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
