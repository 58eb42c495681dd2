import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import { joseSignature, readPublicKey, thumbprint } from '../../../shared/backend/p256.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

test('a signature of KMS becomes one of JWS, also where its numbers are short', () => {
  const text = Buffer.from('text');
  // One in 256 numbers is shorter than 32 bytes, one in two has a zero in front.
  const converted = Array.from({ length: 1500 }, () => joseSignature(sign('sha256', text, privateKey)));
  const good = converted.map((signature) =>
    verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature),
  );
  expect([new Set(good), new Set(converted.map(({ length }) => length))]).toEqual([new Set([true]), new Set([64])]);
});

describe('what is no signature is refused', () => {
  const integer = (hex: string) => `02${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
  const sequence = (hex: string) => `30${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
  test.each([
    ['nothing', ''],
    ['one number', sequence(integer('01'))],
    ['three numbers', sequence(integer('01') + integer('01') + integer('01'))],
    ['a number of 33 bytes', sequence(integer('01'.repeat(33)) + integer('01'))],
    ['an empty number', sequence(integer('') + integer('01'))],
    ['no sequence', integer('01') + integer('01')],
    ['a sequence of another length', `3007${integer('01')}${integer('01')}`],
    ['a number that goes over the end', '300602010102ff01'],
  ])('%s', (_name, hex) => {
    expect(() => joseSignature(Buffer.from(hex, 'hex'))).toThrow('no signature in DER');
  });
});

test('a key is named by its RFC 7638 thumbprint', async () => {
  const jwk = readPublicKey(publicKey.export({ format: 'der', type: 'spki' }));
  expect(thumbprint(jwk)).toBe(await calculateJwkThumbprint(jwk));
});

test.each([
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey],
  ['Ed25519', generateKeyPairSync('ed25519').publicKey],
])('a key of %s is none', (_name, key) => {
  expect(() => readPublicKey(key.export({ format: 'der', type: 'spki' }))).toThrow('no key on P-256');
});
