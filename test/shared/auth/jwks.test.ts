import { generateKeyPairSync } from 'node:crypto';
import { generatedJwk } from '../../../cli/dev/generated-jwk.ts';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createKeySource } from '../../../shared/auth/jwks.ts';
import type { GetJson } from '../../../shared/net/get-json.ts';
import { ISSUER, NOW } from '../../support/config.ts';
import { captureLog } from '../../support/log.ts';

const MINUTE = 60_000;
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyOf = (kid: string) => ({ ...generatedJwk(publicKey), kid });

let now = NOW;
let published: unknown[] = [];
let maxAgeSeconds: number | undefined;
let down = false;
let fetches = 0;
beforeEach(() => {
  now = NOW;
  published = [keyOf('a')];
  maxAgeSeconds = undefined;
  down = false;
  fetches = 0;
  takesMs = 0;
});

let takesMs = 0;
const getJson: GetJson = async () => {
  fetches++;
  now += takesMs;
  if (down) throw new Error('down');
  return { json: { keys: published }, maxAgeSeconds };
};
const newSource = () =>
  createKeySource(
    ISSUER,
    { get: async () => ({ document: {}, jwksUri: `${ISSUER}/jwks` }) },
    { getJson, clock: () => now, log: captureLog().log },
  );
/** `found`, `absent`, or the error's code. */
const look = (source: ReturnType<typeof newSource>, kid: string) =>
  source.find(kid).then(
    (key) => (key === undefined ? 'absent' : 'found'),
    (error: { code: string }) => error.code,
  );

describe('the key set', () => {
  test('is fetched ahead, once for any number of calls at the same time', async () => {
    const source = newSource();
    await source.hydrate();
    const results = await Promise.all(Array.from({ length: 20 }, () => look(source, 'a')));
    expect({ results: new Set(results), fetches }).toEqual({ results: new Set(['found']), fetches: 1 });
  });

  test('is fetched once when twenty first calls come together', async () => {
    const source = newSource();
    await Promise.all(Array.from({ length: 20 }, () => look(source, 'a')));
    expect(fetches).toBe(1);
  });

  test.each([
    ['ten minutes without Cache-Control', undefined, 10],
    ['five minutes at least', 1, 5],
    ['fifteen minutes at most', 86_400, 15],
  ])('is fresh for %s', async (_name, maxAge, minutes) => {
    maxAgeSeconds = maxAge;
    const source = newSource();
    await look(source, 'a');
    now += minutes * MINUTE - 1;
    await look(source, 'a');
    const before = fetches;
    now += 1;
    await look(source, 'a');
    expect([before, fetches]).toEqual([1, 2]);
  });

  test('is used while a newer one is on its way, and a removed key is gone with that', async () => {
    const source = newSource();
    await look(source, 'a');
    published = [keyOf('b')];
    now += 11 * MINUTE;
    const during = await look(source, 'a');
    await Promise.resolve();
    expect([during, await look(source, 'b'), await look(source, 'a')]).toEqual(['found', 'found', 'absent']);
  });

  test('is not used unrefreshed after an hour', async () => {
    const source = newSource();
    await look(source, 'a');
    published = [];
    now += 61 * MINUTE;
    expect(await look(source, 'a')).toBe('absent');
  });

  test('serves known keys for a day of outage, and then none', async () => {
    const source = newSource();
    await look(source, 'a');
    down = true;
    now += 24 * 60 * MINUTE;
    const last = await look(source, 'a');
    now += 1;
    expect([last, await look(source, 'a')]).toEqual(['found', 'KEYS_UNAVAILABLE']);
  });
});

test('a key set is as old as its request, however long the process was frozen before the answer', async () => {
  takesMs = 9 * MINUTE;
  const source = newSource();
  await look(source, 'a');
  takesMs = 0;
  now += MINUTE;
  await look(source, 'a');
  expect(fetches).toBe(2);
});

describe('an outage', () => {
  test('from the start is 503 and ends by itself', async () => {
    down = true;
    const source = newSource();
    await source.hydrate();
    const during = await look(source, 'a');
    down = false;
    now += 5_000;
    expect([during, await look(source, 'a')]).toEqual(['KEYS_UNAVAILABLE', 'found']);
  });

  test('is asked about once per five seconds, not once per call', async () => {
    down = true;
    const source = newSource();
    for (let at = 0; at < 50; at++) await look(source, 'a');
    expect(fetches).toBe(1);
  });

  test('in which each fetch hangs has its pause all the same', async () => {
    down = true;
    takesMs = 6_000;
    const source = newSource();
    await look(source, 'a');
    now += 4_999;
    await look(source, 'a');
    const during = fetches;
    now += 1;
    await look(source, 'a');
    expect([during, fetches]).toEqual([1, 2]);
  });

  test('is no proof that a key does not exist', async () => {
    const source = newSource();
    await look(source, 'a');
    now += 31_000;
    down = true;
    expect(await look(source, 'new')).toBe('KEYS_UNAVAILABLE');
  });
});

describe('an unknown key id', () => {
  test('is looked for once, and then known to be absent for a minute', async () => {
    const source = newSource();
    await look(source, 'a');
    now += 31_000;
    const answers = [await look(source, 'junk'), await look(source, 'junk')];
    now += 59_000;
    answers.push(await look(source, 'junk'));
    expect({ answers, fetches }).toEqual({ answers: ['absent', 'absent', 'absent'], fetches: 2 });
  });

  test('in a flood costs one fetch per 30 seconds', async () => {
    const source = newSource();
    await look(source, 'a');
    now += 31_000;
    for (let at = 0; at < 500; at++) await look(source, `junk-${at}`);
    expect(fetches).toBe(2);
  });

  test('that came with a rotation is found 30 seconds after somebody’s junk, not a minute', async () => {
    const source = newSource();
    await look(source, 'a');
    now += 31_000;
    await look(source, 'junk');
    published = [keyOf('a'), keyOf('rotated')];
    now += 5_000;
    const early = await look(source, 'rotated');
    now += 25_000;
    expect([early, await look(source, 'rotated')]).toEqual(['absent', 'found']);
  });
});

test('a rotation while a fetch is on its way is found by the next one, not a minute later', async () => {
  const source = newSource();
  await look(source, 'a');
  now += 11 * MINUTE;
  // This starts the fetch that will be answered with the old keys.
  const first = source.find('a');
  const early = await look(source, 'rotated');
  await first;
  published = [keyOf('a'), keyOf('rotated')];
  now += 30_000;
  expect([early, await look(source, 'rotated')]).toEqual(['absent', 'found']);
});

test.each([
  ['a symmetric key', { kty: 'oct', k: 'AAAA', kid: 'odd' }],
  ['a curve that does not exist', { kty: 'EC', crv: 'P-0', x: 'AA', y: 'AA', kid: 'odd' }],
  ['nothing but an id', { kid: 'odd' }],
])('%s in the set refuses the token that names it, and no other', async (_name, key) => {
  published = [key, 5, null, keyOf('a')];
  const source = newSource();
  expect([await look(source, 'odd'), await look(source, 'a')]).toEqual(['JWT_VERIFY_FAILED', 'found']);
});

test.each([[{}], [{ keys: 'x' }], [[]], [null]])('%j is no key set', async (json) => {
  const source = createKeySource(
    ISSUER,
    { get: async () => ({ document: {}, jwksUri: `${ISSUER}/jwks` }) },
    { getJson: async () => ({ json, maxAgeSeconds: undefined }), clock: () => now, log: captureLog().log },
  );
  expect(await look(source, 'a')).toBe('KEYS_UNAVAILABLE');
});
