import { type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { goodClaims, NOW } from '../support/config.ts';
import { HEADER_MARKER, MARKER } from './invariants.ts';

/** Everything around the body: headers, targets, methods, tokens. */

export type Headers = ReadonlyArray<readonly [name: string, value: string]>;

const NAMES = [
  'accept',
  'content-type',
  'content-encoding',
  'origin',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-param-region',
  'mcp-session-id',
  'last-event-id',
  'x-forwarded-host',
  'x-forwarded-for',
  'x-request-id',
  'host',
  'cookie',
  'forwarded',
  'x-http-method-override',
  'access-control-request-headers',
  'access-control-request-method',
  'user-agent',
  'traceparent',
  '__proto__',
  'constructor',
];
const VALUES = [
  '',
  ' ',
  '*/*',
  'application/json',
  'application/json; charset=utf-8',
  'application/json,text/html',
  'text/event-stream',
  'text/html',
  'application/json;q=0',
  '2026-07-28',
  '2025-06-18',
  '2025-03-26',
  '1999-01-01',
  '2026-07-28,2026-07-28',
  'tools/call',
  'tools/list',
  'echo',
  'whoami',
  '=?base64?ZWNobw==?=',
  '=?base64?/w==?=',
  '=?base64?ZWNobw?=',
  '=?BASE64?x?=',
  'null',
  'https://claude.ai',
  'https://evil.example',
  'https://claude.ai,https://claude.ai',
  'evil.example',
  '127.0.0.1',
  'mcp-param-a, mcp-param-<b>',
  'DELETE',
  HEADER_MARKER,
  'x'.repeat(5000),
];
/** Printable Latin-1 and tabs: what gets through an HTTP parser. */
const latin1 = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((unit) => String.fromCharCode(unit === 0x7f ? 9 : unit)),
  maxLength: 30,
});

const header = fc.tuple(
  fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^mcp-[a-z-]{1,12}$/)),
  fc.oneof(fc.constantFrom(...VALUES), latin1),
);
/** A name may come twice. */
export const headers: fc.Arbitrary<Headers> = fc.array(header, { maxLength: 6 });

/** Also what no parser lets through, for events that are made by hand. */
export const wildHeaders: fc.Arbitrary<Headers> = fc.array(
  fc.tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...VALUES, MARKER), fc.string())),
  { maxLength: 6 },
);

/** What a browser asks before it sends what it was told to: from an allowed page, with any header names. */
export const preflight: fc.Arbitrary<Headers> = fc
  .tuple(
    fc.constantFrom('https://claude.ai', 'https://evil.example', HEADER_MARKER),
    fc.oneof(latin1, fc.array(fc.constantFrom('mcp-param-a', 'Mcp-Param-B', HEADER_MARKER, '__proto__')).map(String)),
  )
  .map(([origin, asked]) => [
    ['origin', origin],
    ['access-control-request-method', 'POST'],
    ['access-control-request-headers', asked],
  ]);

export const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE');

const SEGMENTS = [
  'mcp',
  'MCP',
  'tools',
  'echo',
  'whoami',
  '.well-known',
  'oauth-protected-resource',
  'oauth-authorization-server',
  'openid-configuration',
  'openai-apps-challenge',
  'health',
  'debug-token',
  '',
  '.',
  '..',
  '%2e%2e',
  '%2E',
  '%2f',
  '%5c',
  '..%2fmcp',
  '%00',
  '%',
  '%zz',
  '%c0%af',
  '%E2%80%A8',
  '%0d%0aset-cookie:a=b',
  ';a=b',
  'echo;x',
  'echo%20',
  '__proto__',
  'constructor',
  'toString',
  '*',
  '\\',
  '~',
  encodeURIComponent(MARKER),
  "<script>'zq9",
  'x'.repeat(3000),
];
const path = fc.oneof(
  fc.constantFrom(
    '/',
    '/mcp',
    '/tools/echo',
    '/tools/whoami',
    '/health',
    '/debug-token',
    '/.well-known/oauth-protected-resource',
  ),
  fc.array(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
);
const query = fc.oneof(
  fc.constantFrom(
    '',
    '?',
    '?x',
    '?access_token=zq9',
    '?a=1&a=2',
    '?__proto__[x]=1',
    `?${encodeURIComponent(MARKER)}`,
    "?<script>'zq9",
  ),
  fc.stringMatching(/^\?[!-"$->@-~]{0,40}$/),
);
export const target = fc.tuple(path, query).map((parts) => parts.join(''));

const HEADER_MEMBERS = ['alg', 'kid', 'typ', 'crit', 'jwk', 'jku', 'x5u', 'b64', 'zip', '__proto__', 'constructor'];
const CLAIMS = [
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'scope',
  'client_id',
  'jti',
  'nonce',
  'roles',
  'permissions',
  '__proto__',
];
const oddClaim = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, '', -1, 1e308, [], {}, '\u0000', '\ud800', NOW, MARKER, 'none', 'HS256'),
);
export const claims = fc.dictionary(fc.constantFrom(...CLAIMS), oddClaim, { minKeys: 1, maxKeys: 3 });

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Any header and claims, well signed by a key that is not the issuer's. */
export function foreignToken(key: KeyObject): fc.Arbitrary<string> {
  return fc.tuple(fc.dictionary(fc.constantFrom(...HEADER_MEMBERS), oddClaim), claims).map(([head, body]) => {
    const input = `${part({ alg: 'EdDSA', kid: 'key-EdDSA', ...head })}.${part({ ...goodClaims(), ...body })}`;
    return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
  });
}

/** Anything in the place of a token. */
export const authorization = fc.oneof(
  latin1,
  fc
    .array(fc.stringMatching(/^[A-Za-z0-9_-]{0,40}$/), { minLength: 1, maxLength: 6 })
    .map((parts) => `Bearer ${parts.join('.')}`),
  fc.constantFrom(
    'Bearer',
    'bearer x',
    'Basic YTpi',
    'Bearer a,Bearer b',
    `Bearer ${HEADER_MARKER}`,
    `Bearer ${'a.'.repeat(4000)}`,
    'Bearer =',
    'DPoP x',
  ),
);
