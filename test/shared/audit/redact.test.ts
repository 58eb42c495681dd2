import { describe, expect, test } from '@jest/globals';
import { REDACTED, redact } from '../../../shared/audit/redact.ts';

describe('what is named like a secret goes, whatever it is', () => {
  test.each([
    'password',
    'db_password',
    'Passphrase',
    'clientSecret',
    'access_token',
    'X-Api-Key',
    'AWS_SECRET_ACCESS_KEY',
    'Authorization',
    'cookie',
    'privateKey',
    'pin',
    'cvv',
    'iban',
  ])('%s', (name) => {
    expect(redact({ [name]: { any: ['thing', 1] }, message: 'hello' })).toEqual({ [name]: REDACTED, message: 'hello' });
  });

  test('names that only have such letters in them stay', () => {
    const value = { spinner: 'a', panel: 'b', author: 'c', monkey: 'd', signal: 'e', assignee: 'f' };
    expect(redact(value)).toEqual(value);
  });
});

describe('what looks like a secret goes, wherever it stands', () => {
  test.each([
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
    ['an Authorization header', 'Bearer abcdef123456'],
    ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE'],
    ['an AWS secret key', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a GitHub token', 'ghp_0123456789abcdefghij'],
    ['a Stripe key', 'sk_live_0123456789abcdef'],
    ['a Slack token', 'xoxb-1234567890-abcdef'],
    ['a private key', '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----'],
    ['a card number', '4111 1111 1111 1111'],
    ['long hex', '0123456789abcdef0123456789abcdef'],
  ])('%s', (_name, secret) => {
    const found = JSON.stringify(redact({ deep: [{ note: `see ${secret} there` }], [secret]: 1, own: secret }));
    expect([found.includes(JSON.stringify(secret).slice(1, -1)), found.includes('there')]).toEqual([false, true]);
  });

  test('a card number that is a number', () => {
    expect(redact([4111111111111111, 4111111111111112])).toEqual([REDACTED, 4111111111111112]);
  });

  test.each([
    ['https://user:hunter2@host/', `https://${REDACTED}@host/`],
    ['https://h/?token=abc&page=2', `https://h/?token=${REDACTED}&page=2`],
    ['Server=x;Password=hunter2;Db=y', `Server=x;Password=${REDACTED};Db=y`],
    ['{"password":"hunter2"}', `{"password":"${REDACTED}"}`],
  ])('%s', (text, left) => {
    expect(redact(text)).toBe(left);
  });

  test('ids, times, words and numbers stay', () => {
    const value = [
      '019ab845-6a00-7abc-8def-0123456789ab',
      'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV',
      '2026-11-25T06:30:00Z',
      'a sentence of several words',
      12.5,
      1_790_000_000_000,
      true,
      null,
    ];
    expect(redact(value)).toEqual(value);
  });
});
