import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { challengeHeader } from '../../../shared/auth/challenge.ts';
import { ERRORS, type ErrorCode, errorRow } from '../../../shared/core/error-table.ts';
import { GatewayError } from '../../../shared/core/errors.ts';
import { RESOURCE, testConfig } from '../../support/config.ts';

const CATALOGUE = ['starter.echo', 'starter.whoami'];
const METADATA = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"';
const SCOPE = 'scope="starter.echo starter.whoami"';
const codes = Object.keys(ERRORS) as ErrorCode[];

const header = (error: GatewayError, granted: readonly string[] = [], config = testConfig()) =>
  challengeHeader(config, error, { catalogue: CATALOGUE, granted });

/** Strict reader of RFC 9110 section 11.6.1; undefined for anything that is not one Bearer challenge. */
function parse(value: string): ReadonlyMap<string, string> | undefined {
  const parameter = '[a-z_]+="(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\x20-\\x7e])*"';
  if (!new RegExp(`^Bearer ${parameter}(?:, ${parameter})*$`).test(value)) return undefined;
  const found = [...value.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
  const read = new Map(found.map(([, name = '', text = '']) => [name, text.replace(/\\(.)/g, '$1')]));
  return read.size === found.length ? read : undefined;
}

describe('on the wire', () => {
  test.each<readonly [ErrorCode, string]>([
    ['NO_AUTH', `Bearer ${METADATA}, ${SCOPE}`],
    [
      'INVALID_AUTH_HEADER',
      `Bearer error="invalid_request", error_description="send exactly one bearer token in the Authorization header", ${METADATA}, ${SCOPE}`,
    ],
    [
      'TOKEN_WRONG_AUDIENCE',
      `Bearer error="invalid_token", error_description="token audience does not include this server", ${METADATA}, ${SCOPE}`,
    ],
    ['TOKEN_EXPIRED', `Bearer error="invalid_token", error_description="token expired", ${METADATA}, ${SCOPE}`],
    [
      'JWT_VERIFY_FAILED',
      `Bearer error="invalid_token", error_description="token verification failed", ${METADATA}, ${SCOPE}`,
    ],
  ])('%s is challenged', (code, expected) => {
    expect(header(new GatewayError(code))).toBe(expected);
  });

  test('a missing scope is challenged with what is needed and what is had of ours, by wire names', () => {
    const config = testConfig({ idp: { preset: 'cognito', scopePrefix: `${RESOURCE}/` } });
    const error = new GatewayError('INSUFFICIENT_SCOPE', { needed: ['starter.whoami'] });
    expect(header(error, ['starter.echo', 'starter.whoami', 'admin'], config)).toBe(
      `Bearer error="insufficient_scope", scope="${RESOURCE}/starter.echo ${RESOURCE}/starter.whoami", ${METADATA}, error_description="the token lacks a scope this tool needs"`,
    );
  });

  test('every 401 has a challenge, and of the 403 only the missing scope', () => {
    // RFC 6749 section 5.2: a client that is refused as a client sent no Authorization header, and is asked for none.
    const ofBearers = codes.filter((code) => code !== 'OAUTH_CLIENT_UNKNOWN');
    const challenged = ofBearers.filter((code) => header(new GatewayError(code)) !== undefined);
    const expected = ofBearers.filter(
      (code) => errorRow(code).status === 401 || code === 'INSUFFICIENT_SCOPE' || code === 'INVALID_AUTH_HEADER',
    );
    expect(challenged).toEqual(expected);
  });
});

describe('whatever a client sends', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\r\nx: y', '", error="x', '\\', 'ü', '\u2028'));
  const code = fc.constantFrom(...codes);

  test('nothing of an error but its code and our scope names reaches the header', () => {
    fc.assert(
      fc.property(code, text, fc.array(text), (name, said, granted) => {
        const plain = new GatewayError(name, { needed: ['starter.echo'] });
        const data = { [said]: said };
        const noisy = new GatewayError(name, { needed: ['starter.echo'], reason: said, hint: said, cause: said, data });
        expect(header(noisy, granted)).toBe(header(plain));
      }),
    );
  });

  test('the header is one line of quoted parameters, even if a configuration holds quotes and line breaks', () => {
    fc.assert(
      fc.property(code, text, fc.array(text), (name, url, catalogue) => {
        const error = new GatewayError(name, { needed: catalogue });
        const value = challengeHeader(testConfig({ publicUrl: url }), error, { catalogue, granted: catalogue });
        if (value !== undefined) expect([...(parse(value)?.keys() ?? [])]).toContain('resource_metadata');
      }),
    );
  });
});
