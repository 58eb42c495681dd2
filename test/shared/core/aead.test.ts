import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { openBytes, SEAL_BYTES, sealBytes } from '../../../shared/core/aead.ts';

describe('sealed bytes', () => {
  const key = randomBytes(32);
  const context = Buffer.from('arguments of alice');
  const sealed = sealBytes(key, context, 'ünread');

  test('open under the same key for what they belong to', () => {
    expect(openBytes(key, context, sealed)?.toString()).toBe('ünread');
  });

  test('are 28 bytes longer than the text, and never the same twice', () => {
    expect([sealed.length - Buffer.byteLength('ünread'), SEAL_BYTES]).toEqual([28, 28]);
    expect(sealBytes(key, context, 'ünread')).not.toEqual(sealed);
  });

  test('of nothing are seals too', () => {
    expect(openBytes(key, context, sealBytes(key, context, ''))).toEqual(Buffer.alloc(0));
  });

  test('do not open under another key or for another context', () => {
    expect([openBytes(randomBytes(32), context, sealed), openBytes(key, Buffer.from('of bob'), sealed)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('do not open with any bit changed, at any length shorter or longer', () => {
    const changed = [...sealed.keys()].map((at) => {
      const copy = Buffer.from(sealed);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    });
    const cut = [...sealed.keys()].map((length) => sealed.subarray(0, length));
    const longer = Buffer.concat([sealed, Buffer.alloc(1)]);
    const opened = [...changed, ...cut, longer].filter((bytes) => openBytes(key, context, bytes) !== undefined);
    expect(opened).toEqual([]);
  });
});
