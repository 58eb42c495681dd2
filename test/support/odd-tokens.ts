import type { GatewayConfig } from '../../shared/core/config.ts';
import type { ErrorCode } from '../../shared/core/error-table.ts';
import { goodClaims, ISSUER, NOW, RESOURCE } from './config.ts';
import { ATTACKER, ATTACKER_JWK, encode, forge, forgeText, type Spoiled } from './forge.ts';

/** A token that must be refused, and what for. */
export interface OddToken {
  readonly name: string;
  readonly token: string;
  readonly code: ErrorCode;
  readonly reason: string;
  readonly idp?: Partial<GatewayConfig['idp']>;
}

type Idp = Partial<GatewayConfig['idp']>;
type Row = readonly [name: string, token: Spoiled | string, reason: string, idp?: Idp];

const SECONDS = NOW / 1000;
const good = forge();
const [HEAD = '', BODY = '', SIGNATURE = ''] = good.split('.');
const text = JSON.stringify(goodClaims(NOW));
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const cognito: Idp = {
  preset: 'cognito',
  scopePrefix: `${RESOURCE}/`,
  allowedClientIds: ['test-client'],
};
const keycloak: Idp = { preset: 'keycloak' };
const okta: Idp = { preset: 'okta' };
const entra: Idp = { preset: 'entra-v2', issuer: `https://login.microsoftonline.com/${TENANT}/v2.0` };
const entraClaims = {
  iss: entra.issuer,
  ver: '2.0',
  tid: TENANT,
  oid: 'object-1',
  azp: 'client-1',
  sub: 'pairwise',
  scp: 'starter.echo',
};

/** The same 256 bytes, written with the unused low bits of the last character set. */
function lastCharacterChanged(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + alphabet.charAt(alphabet.indexOf(part.at(-1) ?? '') + 1);
}

const SHAPE: readonly Row[] = [
  ['one word', 'dGhpcyBpcyBub3QgYSB0b2tlbg', 'opaque'],
  ['two parts', `${HEAD}.${BODY}`, 'opaque'],
  ['four parts', `${good}.AAAA`, 'opaque'],
  ['six parts', 'a.b.c.d.e.f', 'opaque'],
  ['no header', `.${BODY}.${SIGNATURE}`, 'opaque'],
  ['no payload', `${HEAD}..${SIGNATURE}`, 'opaque'],
  ['dots only', '..', 'opaque'],
  ['five parts: encrypted', 'a.b.c.d.e', 'encrypted'],
  ['no signature', `${HEAD}.${BODY}.`, 'signature_missing'],
];

const HEADER: readonly Row[] = [
  ['a header with padding', `${HEAD}=.${BODY}.${SIGNATURE}`, 'header_malformed'],
  [
    'a header in plain base64',
    `${encode('{"alg":"RS256","kid":"??>>"}').replace(/[-_]/g, '+')}.${BODY}.${SIGNATURE}`,
    'header_malformed',
  ],
  ['a header that is not JSON', `${encode('{alg:RS256}')}.${BODY}.${SIGNATURE}`, 'header_malformed'],
  ['a header that is an array', forgeText(text, '["RS256"]'), 'header_malformed'],
  ['a header that is null', forgeText(text, 'null'), 'header_malformed'],
  ['a header with alg twice', forgeText(text, '{"alg":"none","alg":"RS256","kid":"rsa"}'), 'header_malformed'],
  ['alg none', `${encode('{"alg":"none","kid":"rsa"}')}.${BODY}.AA`, 'alg_not_allowed'],
  ['alg None', { header: { alg: 'None' } }, 'alg_not_allowed'],
  ['alg HS256 with the public key as the secret', { header: { alg: 'HS256' } }, 'alg_not_allowed'],
  ['alg RS512', { header: { alg: 'RS512' } }, 'alg_not_allowed'],
  ['alg missing', { header: { alg: undefined } }, 'alg_not_allowed'],
  ['alg as a list', { header: { alg: ['RS256'] } }, 'alg_not_allowed'],
  ['alg __proto__', { header: { alg: '__proto__' } }, 'alg_not_allowed'],
  [
    'alg PS256 where the configuration has RS256 only',
    { header: { alg: 'PS256' } },
    'alg_not_allowed',
    { algorithms: ['RS256'] },
  ],
  [
    'alg ES256 where the preset has RS256 only',
    { header: { alg: 'ES256', kid: 'ec' } },
    'alg_not_allowed',
    { ...okta, algorithms: ['ES256'] },
  ],
  ['crit', { header: { crit: ['exp'] } }, 'crit_not_understood'],
  ['an empty crit', { header: { crit: [] } }, 'crit_not_understood'],
  ['no kid', { header: { kid: undefined } }, 'kid_missing'],
  ['an empty kid', { header: { kid: '' } }, 'kid_missing'],
  ['kid as a number', { header: { kid: 1 } }, 'kid_missing'],
  ['a kid of 257 characters', { header: { kid: 'k'.repeat(257) } }, 'kid_missing'],
  ['typ of another kind', { header: { typ: 'logout+jwt' } }, 'typ_not_allowed'],
  ['typ as a number', { header: { typ: 1 } }, 'typ_not_allowed'],
  ['typ JWT where at+jwt is required', {}, 'typ_not_allowed', { requireAtJwt: true }],
  ['no typ where JWT is always there', { header: { typ: undefined }, claims: entraClaims }, 'typ_not_allowed', entra],
];

const PAYLOAD: readonly Row[] = [
  [
    'a payload whose last character has spare bits',
    `${HEAD}.${lastCharacterChanged(encode('{"iss":"x"}'))}.${SIGNATURE}`,
    'payload_malformed',
  ],
  ['a payload that is an array', forgeText('[]'), 'payload_malformed'],
  ['a payload that is a string', forgeText('"alice"'), 'payload_malformed'],
  [
    'a payload that is not UTF-8',
    `${HEAD}.${Buffer.from('{"sub":"\xff"}', 'latin1').toString('base64url')}.${SIGNATURE}`,
    'payload_malformed',
  ],
  ['a payload with a byte order mark', forgeText(`\ufeff${text}`), 'payload_malformed'],
  ['sub twice', forgeText(text.replace('{', '{"sub":"admin",')), 'payload_malformed'],
  ['sub twice, once escaped', forgeText(text.replace('{', '{"s\\u0075b":"admin",')), 'payload_malformed'],
  [
    'sub twice, with blanks before the colon',
    forgeText(text.replace('"sub":"alice"', `"sub":"alice","sub"${' '.repeat(100)}:"admin"`)),
    'payload_malformed',
  ],
  ['a name twice in a nested object', forgeText(text.replace('{', '{"x":[{"y":1,"y":2}],')), 'payload_malformed'],
];

const ISSUER_AND_KEY: readonly Row[] = [
  ['no iss', { claims: { iss: undefined } }, 'iss_mismatch'],
  ['iss with a trailing slash', { claims: { iss: `${ISSUER}/` } }, 'iss_mismatch'],
  ['iss in capitals', { claims: { iss: ISSUER.toUpperCase() } }, 'iss_mismatch'],
  ['iss of somebody else', { claims: { iss: 'https://evil.example' } }, 'iss_mismatch'],
  ['iss as a list', { claims: { iss: [ISSUER] } }, 'iss_mismatch'],
  ['an unknown kid', { header: { kid: 'nobody' } }, 'kid_unknown'],
  ['kid __proto__', { header: { kid: '__proto__' } }, 'kid_unknown'],
  ['a key that is a secret', { header: { kid: 'secret' } }, 'key_unusable'],
  ['a key without numbers', { header: { kid: 'broken' } }, 'key_unusable'],
  ['ES256 with an RSA key', { header: { alg: 'ES256' }, signAs: 'RS256' }, 'key_type'],
  ['RS256 with an EC key', { header: { kid: 'ec' }, signAs: 'ES256' }, 'key_type'],
  ['EdDSA with an EC key', { header: { alg: 'EdDSA', kid: 'ec' }, signAs: 'ES256' }, 'key_type'],
  ['ES256 with another curve', { header: { alg: 'ES256', kid: 'p384' } }, 'key_type'],
  ['an RSA key of 1024 bits', { header: { kid: 'short' } }, 'key_too_short'],
  ['a key for encryption', { header: { kid: 'encryption' } }, 'key_use'],
  ['a key that may not verify', { header: { kid: 'wrapping' } }, 'key_use'],
  ['RS256 with a key for PS256', { header: { kid: 'pinned' } }, 'key_alg'],
  ['a signature by another key', { key: ATTACKER }, 'signature'],
  ['its own key in jwk', { header: { jwk: ATTACKER_JWK }, key: ATTACKER }, 'signature'],
  [
    'its own key behind jku and x5u',
    { header: { jku: 'https://evil.example/keys', x5u: 'https://evil.example' }, key: ATTACKER },
    'signature',
  ],
  ['PS256 signed by another key', { header: { alg: 'PS256' }, key: ATTACKER }, 'signature'],
  ['PS256 signed as RS256', { header: { alg: 'PS256' }, signAs: 'RS256' }, 'signature'],
  ['a subject changed after signing', `${HEAD}.${encode(text.replace('alice', 'admin'))}.${SIGNATURE}`, 'signature'],
  ['a signature cut short', good.slice(0, -8), 'signature'],
  ['a signature with spare bits set', lastCharacterChanged(good), 'signature'],
  ['a signature with padding', `${good}==`, 'signature'],
  ['a PS256 signature with a character of no alphabet', `${forge({ header: { alg: 'PS256' } })}~`, 'signature'],
];

/** test/shared/auth/presets.test.ts has the rest of the claims; here is what only raw tokens and PS256 reach. */
const CLAIMS: readonly Row[] = [
  ['exp as a string, by PS256', { header: { alg: 'PS256' }, claims: { exp: '9999999999' } }, 'malformed_claims'],
  ['nbf as a string, by PS256', { header: { alg: 'PS256' }, claims: { nbf: '0' } }, 'malformed_claims'],
  [
    'a number in a list of scopes, by PS256',
    { header: { alg: 'PS256' }, claims: { scope: ['a', 1] } },
    'malformed_claims',
  ],
  ['jti as a number, by ES256', { header: { alg: 'ES256', kid: 'ec' }, claims: { jti: 1 } }, 'malformed_claims'],
  ['an ES256 signature of another length', `${forge({ header: { alg: 'ES256', kid: 'ec' } })}AAAA`, 'signature'],
  [
    'an EdDSA signature of one byte',
    forge({ header: { alg: 'EdDSA', kid: 'ed' } }).replace(/[^.]*$/, 'AA'),
    'signature',
  ],
  ['exp as a list', { claims: { exp: [SECONDS] } }, 'malformed_claims'],
  ['no exp', { claims: { exp: undefined } }, 'exp_missing'],
  ['nbf next year', { claims: { nbf: SECONDS + 31_536_000 } }, 'not_yet_valid'],
  ['no iat', { claims: { iat: undefined } }, 'iat_missing'],
  ['iat next year', { claims: { iat: SECONDS + 31_536_000 } }, 'iat_in_future'],
  ['exp long ago', { claims: { exp: SECONDS - 3600 } }, 'expired'],
  ['c_hash: an ID token', { claims: { c_hash: 'h' } }, 'id_token'],
  ['no token_use at Cognito', {}, 'claim_token_use', cognito],
  ['no scope of ours at Cognito', { claims: { token_use: 'access' } }, 'scope_not_ours', cognito],
  ['no payload typ at Keycloak', {}, 'claim_typ', keycloak],
  ['no ver at Entra', { claims: { ...entraClaims, ver: undefined } }, 'claim_ver', entra],
  ['no aud', { claims: { aud: undefined } }, 'aud_missing'],
  ['an empty aud', { claims: { aud: '' } }, 'aud_mismatch'],
  ['aud that is our origin only', { claims: { aud: 'https://mcp.example.com' } }, 'aud_mismatch'],
  ['a list of other APIs as aud', { claims: { aud: ['https://a.example', 'https://b.example'] } }, 'aud_mismatch'],
  ['ours within one text in aud', { claims: { aud: `https://a.example ${RESOURCE}` } }, 'aud_mismatch'],
  [
    'a number beside ours in aud, by PS256',
    { header: { alg: 'PS256' }, claims: { aud: [RESOURCE, 1] } },
    'malformed_claims',
  ],
  ['a client that is not on the list', {}, 'client_not_allowed', { allowedClientIds: ['other-client'] }],
  [
    'no client where there is a list',
    { claims: { client_id: undefined } },
    'client_not_allowed',
    { allowedClientIds: ['other-client'] },
  ],
  [
    'a tenant that is another word of the issuer',
    { claims: { ...entraClaims, tid: 'login.microsoftonline.com' } },
    'tenant_mismatch',
    entra,
  ],
  ['no sub', { claims: { sub: undefined } }, 'no_subject'],
  ['sub as a number, by PS256', { header: { alg: 'PS256' }, claims: { sub: 42 } }, 'malformed_claims'],
  ['half a surrogate pair in sub', { claims: { sub: 'alice\ud800' } }, 'no_subject'],
  ['NUL in sub', { claims: { sub: 'alice\0' } }, 'no_subject'],
  ['sub only in __proto__', forgeText(text.replace('"sub":"alice"', '"__proto__":{"sub":"admin"}')), 'no_subject'],
  ['no oid at Entra', { claims: { ...entraClaims, oid: undefined } }, 'no_subject', entra],
  ['a sub of 256 characters', { claims: { sub: 'a'.repeat(256) } }, 'subject_too_long'],
  ['sub equal to the client: an app', { claims: { sub: 'test-client' } }, 'app_only'],
];

const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['opaque', 'ACCESS_TOKEN_NOT_JWS'],
  ['encrypted', 'ACCESS_TOKEN_IS_ENCRYPTED_JWE'],
  ['expired', 'TOKEN_EXPIRED'],
  ['aud_missing', 'TOKEN_WRONG_AUDIENCE'],
  ['aud_mismatch', 'TOKEN_WRONG_AUDIENCE'],
  ['no_subject', 'TOKEN_NO_SUB'],
  ['subject_too_long', 'TOKEN_NO_SUB'],
  ['app_only', 'TOKEN_NO_SUB'],
]);

/** In the order of the checks. */
export const ODD_TOKENS: readonly OddToken[] = [...SHAPE, ...HEADER, ...PAYLOAD, ...ISSUER_AND_KEY, ...CLAIMS].map(
  ([name, token, reason, idp]) => ({
    name,
    token: typeof token === 'string' ? token : forge(token),
    code: CODES.get(reason) ?? 'JWT_VERIFY_FAILED',
    reason,
    ...(idp === undefined ? {} : { idp }),
  }),
);
