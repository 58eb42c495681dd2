import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { explainFailure } from '../../../shared/auth/explain.ts';
import type { IdpPresetName } from '../../../shared/core/config.ts';
import { GatewayError } from '../../../shared/core/errors.ts';
import { PRESETS } from '../../../shared/idp/presets.ts';
import { RESOURCE, testConfig } from '../../support/config.ts';
import { ODD_TOKENS, type OddToken } from '../../support/odd-tokens.ts';

const presets = Object.keys(PRESETS) as IdpPresetName[];
const FILES = ['bearer', 'claims', 'jwks', 'signature', 'verifier'];
/** Needs a header and not a token, or an issuer that does not answer. */
const ELSEWHERE = ['no_credentials', 'scheme_not_bearer', 'malformed_header', 'too_long', 'jwks_unavailable'];

const TOO_LONG: OddToken = { name: 'too long', token: '', code: 'JWT_VERIFY_FAILED', reason: 'too_long' };

/** The reasons in the source, so that a new one cannot be forgotten here. */
function reasonsInSource(): readonly string[] {
  const source = FILES.map((name) => readFileSync(`shared/auth/${name}.ts`, 'utf8')).join('\n');
  const patterns = [/refuse\('(\w+)'/g, /reason: '(\w+)'/g, /return '(\w+)'/g, /'(\w+_malformed)'/g];
  return [...new Set(patterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, reason = '']) => reason)))];
}

const explain = (preset: IdpPresetName, error: GatewayError) => explainFailure(testConfig({ idp: { preset } }), error);

describe('a fix', () => {
  test('for every reason in the source there is a token of the tests', () => {
    const met = new Set([...ELSEWHERE, ...ODD_TOKENS.map(({ reason }) => reason)]);
    expect(reasonsInSource().filter((reason) => !met.has(reason))).toEqual([]);
  });

  test.each([...new Map([TOO_LONG, ...ODD_TOKENS].map((odd) => [odd.reason, odd])).values()])(
    'is said for $reason, and it is not to ask the page that says it',
    ({ reason, code, idp }) => {
      const fixes = (idp?.preset === undefined ? presets : [idp.preset]).map((preset) =>
        explain(preset, new GatewayError(code, { reason })),
      );
      for (const { check, fix } of fixes) {
        expect(check).toBe(reason);
        expect(fix).toMatch(/\w+ .+[.…]$/);
        expect(fix).not.toContain('/debug-token');
      }
    },
  );

  test.each(presets)('of %s names only checks that exist', (preset) => {
    const known = new Set(ODD_TOKENS.map(({ reason }) => reason));
    expect(Object.keys(PRESETS[preset].fixes).filter((reason) => !known.has(reason))).toEqual([]);
  });

  test('is of the provider where it has its own, else general, else the hint of the code', () => {
    const audience = new GatewayError('TOKEN_WRONG_AUDIENCE', { reason: 'aud_mismatch' });
    expect([
      explain('okta', audience),
      explain('oidc', audience),
      explain('oidc', new GatewayError('KEYS_UNAVAILABLE', { reason: 'jwks_unavailable' })),
      explain('oidc', new GatewayError('NO_AUTH')),
    ]).toEqual([
      {
        check: 'aud_mismatch',
        fix: 'Set the Audience of the Okta authorization server to this server’s resource URL.',
      },
      { check: 'aud_mismatch', fix: `Ask for a token with aud = ${RESOURCE}.` },
      {
        check: 'jwks_unavailable',
        fix: 'The signing keys of the identity provider cannot be had now. Keep the token and try again.',
      },
      {
        check: 'unknown',
        fix: 'Sign in: no bearer token was sent. The `resource_metadata` URL of the challenge says where.',
      },
    ]);
  });

  test.each(['__proto__', 'constructor', 'toString'])('for a check called %s is the hint', (reason) => {
    const { hint } = new GatewayError('TOKEN_EXPIRED');
    expect(explain('okta', new GatewayError('TOKEN_EXPIRED', { reason }))).toEqual({ check: reason, fix: hint });
  });

  test('for an algorithm names only those that are accepted', () => {
    const config = testConfig({ idp: { preset: 'auth0', algorithms: ['ES256', 'PS256'] } });
    const oidc = testConfig({ idp: { algorithms: ['ES256'] } });
    const error = new GatewayError('JWT_VERIFY_FAILED', { reason: 'alg_not_allowed' });
    expect([explainFailure(config, error).fix, explainFailure(oidc, error).fix]).toEqual([
      'Set the signing algorithm of the Auth0 API to RS256.',
      'Sign access tokens with ES256.',
    ]);
  });
});
