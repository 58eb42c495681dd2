import { type GatewayConfig, type IdpConfig, idpNamed, idpsOf, resourceUrl } from '../core/config.ts';
import type { GatewayError } from '../core/errors.ts';
import { PRESETS } from '../idp/presets.ts';

export interface Explanation {
  /** The check that failed, snake case, as in logs. */
  readonly check: string;
  /** What to change, and where. */
  readonly fix: string;
}

type Explained = Pick<GatewayConfig, 'publicUrl' | 'idp' | 'otherIdps'>;

/** For `/debug-token`: why this token was refused, and what to do about it at the configured identity provider. */
export function explainFailure(config: Explained, error: GatewayError): Explanation {
  const check = error.reason ?? 'unknown';
  // A token that was not even read as one issuer's is explained by the only one, or for all of them.
  const idp = idpNamed(config, error.issuer);
  const preset = PRESETS[idp.preset];
  const isAnyones = error.issuer === undefined && config.otherIdps !== undefined;
  const special = !isAnyones && Object.hasOwn(preset.fixes, check) ? preset.fixes[check] : undefined;
  const general = GENERAL.get(check)?.(idp, config);
  return { check, fix: special ?? general ?? error.hint };
}

type Explain = (idp: IdpConfig, config: Explained) => string;

const GENERAL: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  [
    'iss_mismatch',
    (_, config) =>
      `Tokens must have iss = ${idpsOf(config)
        .map(({ issuer }) => issuer)
        .join(' or ')}, byte for byte; look for a trailing slash.`,
  ],
  ['aud_mismatch', (idp) => `Ask for a token with aud = ${idp.audience.join(' or ')}.`],
  ['aud_missing', (idp) => `The token has no audience. Ask for one with aud = ${idp.audience.join(' or ')}.`],
  [
    'opaque',
    (_, config) =>
      `Ask for a JWT access token with resource = ${resourceUrl(config)}; an opaque one cannot be verified here.`,
  ],
  [
    'encrypted',
    (_, config) => `Ask for a token with resource = ${resourceUrl(config)}; an encrypted one is for another API.`,
  ],
  [
    'alg_not_allowed',
    (idp) => `Sign access tokens with ${(idp.algorithms ?? PRESETS[idp.preset].algorithms).join(', ')}.`,
  ],
  [
    'typ_not_allowed',
    () => 'This is not an access token by its `typ` header. Send the access token, not the ID token.',
  ],
  ['id_token', () => 'This is an ID token. Send the access token.'],
  [
    'kid_unknown',
    () =>
      'The signing key is not among the issuer’s published keys: the token is from another tenant or realm, or its key was removed.',
  ],
  ['signature', () => 'The signature does not match. The token was changed, or another issuer signed it.'],
  ['key_unusable', () => 'The issuer publishes this signing key in a form that cannot be used. Rotate it.'],
  ['signature_missing', () => 'The token has no signature. Send it whole, as the identity provider issued it.'],
  [
    'header_malformed',
    () => 'The header of the token cannot be read. Send it whole, as the identity provider issued it.',
  ],
  [
    'payload_malformed',
    () => 'The claims of the token cannot be read. Send it whole, as the identity provider issued it.',
  ],
  [
    'malformed_claims',
    () =>
      'A registered claim has the wrong type: times are numbers, `sub` is text, `scope` and `aud` are text or a list.',
  ],
  [
    'scope_not_ours',
    (idp) =>
      `The token has no scope that begins with ${idp.scopePrefix}. The client must ask for one, and the user must be in a group that may have it.`,
  ],
  ['crit_not_understood', () => 'The token demands an extension by `crit`. Turn it off for access tokens.'],
  ['kid_missing', () => 'The header of the token names no key. Let the identity provider put a `kid` in.'],
  [
    'key_type',
    () => 'The key that the token names is of another type than its algorithm. Name the right one in `kid`.',
  ],
  ['key_too_short', () => 'The issuer signs with an RSA key under 2048 bits. Replace it by a longer one.'],
  ['key_use', () => 'The issuer does not publish this key for signatures. Sign with one of use `sig`.'],
  ['key_alg', () => 'The issuer publishes this key for another algorithm. Sign with the one in its `alg`.'],
  ['too_long', () => 'The header is longer than 8 KB. Put fewer groups, roles or scopes into the token.'],
  ['exp_missing', () => 'The token has no `exp` that is a date. Let the identity provider put one in.'],
  ['iat_missing', () => 'The token has no `iat` that is a date. Let the identity provider put one in.'],
  ['tenant_mismatch', (idp) => `The token is of another tenant than the issuer ${idp.issuer}. Sign in there.`],
  ['subject_too_long', () => 'The subject of the token is longer than 255 characters. Choose another subject claim.'],
  ['expired', () => 'The token expired. Sign in again, or use the refresh token.'],
  ['not_yet_valid', () => 'The token is not valid yet. Check the clocks.'],
  ['iat_in_future', () => 'The token was issued in the future. Check the clocks.'],
  [
    'client_not_allowed',
    () => 'The token came from a client that is not on the allow list. Add it with -c allowedClientIds=…',
  ],
  ['app_only', () => 'This token belongs to an app, not to a user. Use the authorization code flow.'],
  ['no_subject', () => 'The token names no user. Sign in as a user, with the claims the preset reads.'],
]);
