import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBearer } from '../../../shared/auth/bearer.ts';
import { GatewayError } from '../../../shared/core/errors.ts';

function outcome(authorization: string | undefined, more: Record<string, string> = {}) {
  try {
    return readBearer({ ...more, authorization });
  } catch (error) {
    return error instanceof GatewayError ? [error.code, error.reason] : error;
  }
}

test.each([
  ['as everybody writes it', 'Bearer aaa.bbb.ccc', 'aaa.bbb.ccc'],
  ['with the scheme in any case', 'bEARER aaa.bbb.ccc', 'aaa.bbb.ccc'],
  ['with more blanks', '  Bearer \t aaa.bbb.ccc ', 'aaa.bbb.ccc'],
  ['with every character of token68', 'Bearer aZ09-._~+/==', 'aZ09-._~+/=='],
  ['of exactly 8192 characters of header', `Bearer ${'a'.repeat(8185)}`, 'a'.repeat(8185)],
])('a token is read %s', (_name, header, token) => {
  expect(outcome(header)).toBe(token);
});

test.each([
  ['no header', undefined, 'NO_AUTH', 'no_credentials'],
  ['an empty header', '', 'NO_AUTH', 'no_credentials'],
  ['blanks only', ' \t ', 'NO_AUTH', 'no_credentials'],
  ['Basic', 'Basic YTpi', 'NO_AUTH', 'scheme_not_bearer'],
  ['DPoP', 'DPoP aaa.bbb.ccc', 'NO_AUTH', 'scheme_not_bearer'],
  ['a token without a scheme', 'aaa.bbb.ccc', 'NO_AUTH', 'scheme_not_bearer'],
  ['a scheme that only starts like Bearer', 'BearerToken aaa', 'NO_AUTH', 'scheme_not_bearer'],
  ['a scheme without a token', 'Bearer', 'INVALID_AUTH_HEADER', 'malformed_header'],
  ['two tokens', 'Bearer aaa bbb', 'INVALID_AUTH_HEADER', 'malformed_header'],
  ['two headers, joined', 'Bearer aaa,Bearer bbb', 'INVALID_AUTH_HEADER', 'malformed_header'],
  ['two headers, joined with a blank', 'Bearer aaa, Bearer bbb', 'INVALID_AUTH_HEADER', 'malformed_header'],
  ['a token in quotes', 'Bearer "aaa"', 'INVALID_AUTH_HEADER', 'malformed_header'],
  ['padding in the middle', 'Bearer a=a', 'INVALID_AUTH_HEADER', 'malformed_header'],
  ['a line break in the token', 'Bearer aaa\nbbb', 'INVALID_AUTH_HEADER', 'malformed_header'],
  ['a letter outside ASCII', 'Bearer äaa', 'INVALID_AUTH_HEADER', 'malformed_header'],
  ['8193 characters', `Bearer ${'a'.repeat(8186)}`, 'JWT_VERIFY_FAILED', 'too_long'],
])('%s is refused', (_name, header, code, reason) => {
  expect(outcome(header)).toEqual([code, reason]);
});

test('a token anywhere else is not looked at', () => {
  const elsewhere = {
    cookie: 'access_token=aaa',
    'x-authorization': 'Bearer aaa',
    'proxy-authorization': 'Bearer aaa',
  };
  expect(outcome(undefined, elsewhere)).toEqual(['NO_AUTH', 'no_credentials']);
});

test('whatever the header, it is a token of token68 or a refusal with 4xx', () => {
  const header = fc.oneof(
    fc.string(),
    fc.string().map((text) => `Bearer ${text}`),
  );
  fc.assert(
    fc.property(header, (text) => {
      const result = outcome(text);
      if (typeof result === 'string') expect(result).toMatch(/^[A-Za-z0-9\-._~+/]+=*$/);
      else
        expect([
          ['NO_AUTH', 'no_credentials'],
          ['NO_AUTH', 'scheme_not_bearer'],
          ['INVALID_AUTH_HEADER', 'malformed_header'],
        ]).toContainEqual(result);
    }),
  );
});
