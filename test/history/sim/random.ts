import { createRequire, syncBuiltinESMExports } from 'node:module';

/** Numbers from 0 up to and without 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Crypto = typeof import('node:crypto');

/**
 * Ids, keys and nonces from a seed: a call's id decides its shard, so a history is only the same when they are. For this
 * process, which does nothing else.
 */
export function seedRandomness(seed: number): void {
  random = createRandom(seed);
  if (isInstalled) return;
  isInstalled = true;
  const crypto = createRequire(import.meta.url)('node:crypto') as { -readonly [K in keyof Crypto]: unknown };
  crypto.randomBytes = (size: number) => bytes(size);
  crypto.randomUUID = () => uuid();
  Math.random = () => random();
  syncBuiltinESMExports();
}

let isInstalled = false;
let random = createRandom(0);

function bytes(size: number): Buffer {
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < size; at++) buffer[at] = Math.floor(random() * 256);
  return buffer;
}

/** RFC 9562 version 4. */
function uuid(): string {
  const raw = bytes(16);
  raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
  raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
  const hex = raw.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
