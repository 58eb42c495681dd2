import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRelayKeys } from '../../../shared/oauth/keys.ts';
import { createSeals, type Seals } from '../../../shared/oauth/seal.ts';
import type { Purpose } from '../../../shared/oauth/sealed-values.ts';
import { NOW } from '../../support/config.ts';
import { captureLog } from '../../support/log.ts';
import { createSecrets, KEYS_ARN } from '../../support/secrets.ts';

const ORIGIN = 'https://mcp.example.com';
const PURPOSES: readonly Purpose[] = ['consent', 'state', 'code', 'rt'];

function sealsOf(secrets = createSecrets(), origin = ORIGIN): Seals {
  return createSeals(
    createRelayKeys(secrets.readSecret, KEYS_ARN, { clock: () => NOW, log: captureLog().log }),
    origin,
  );
}

const seals = sealsOf();
/** What is sealed does not matter here: any JSON object. */
const seal = (purpose: Purpose, value: object) => seals.seal(purpose, value as never);
const open = (purpose: Purpose, text: string) => seals.open(purpose, text) as Promise<unknown>;

const purpose = fc.constantFrom(...PURPOSES);
const value = fc.dictionary(fc.string(), fc.jsonValue()).map((object) => JSON.parse(JSON.stringify(object)) as object);
const bytesOf = (sealed: string) => Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
const withBytes = (sealed: string, bytes: Buffer) => sealed.replace(/[^.]+$/, bytes.toString('base64url'));

describe('whatever is sealed', () => {
  test('opens as what it was, for the purpose it was sealed for', async () => {
    await fc.assert(
      fc.asyncProperty(purpose, value, async (name, sealed) => {
        expect(await open(name, await seal(name, sealed))).toEqual(sealed);
      }),
    );
  });

  test('opens for no other purpose', async () => {
    await fc.assert(
      fc.asyncProperty(purpose, purpose, value, async (one, other, sealed) => {
        fc.pre(one !== other);
        expect(await open(other, await seal(one, sealed))).toBeUndefined();
      }),
    );
  });

  test('does not open with any bit flipped, in nonce, body or tag', async () => {
    await fc.assert(
      fc.asyncProperty(purpose, value, fc.nat(), fc.integer({ min: 0, max: 7 }), async (name, sealed, at, bit) => {
        const text = await seal(name, sealed);
        const bytes = bytesOf(text);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        expect(await open(name, withBytes(text, bytes))).toBeUndefined();
      }),
    );
  });

  test('does not open with any character of its text exchanged, head and key id included', async () => {
    await fc.assert(
      fc.asyncProperty(
        purpose,
        value,
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        async (name, sealed, at, other) => {
          const text = await seal(name, sealed);
          const index = at % text.length;
          fc.pre(text[index] !== other);
          expect(await open(name, text.slice(0, index) + other + text.slice(index + 1))).toBeUndefined();
        },
      ),
    );
  });

  test('does not open cut short or made longer, at either end', async () => {
    await fc.assert(
      fc.asyncProperty(
        purpose,
        value,
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        async (name, sealed, by, isCut) => {
          const text = await seal(name, sealed);
          const bytes = bytesOf(text);
          const changed = isCut ? bytes.subarray(0, -by) : Buffer.concat([bytes, Buffer.alloc(by)]);
          const shifted = isCut ? bytes.subarray(by) : Buffer.concat([Buffer.alloc(by), bytes]);
          expect([await open(name, withBytes(text, changed)), await open(name, withBytes(text, shifted))]).toEqual([
            undefined,
            undefined,
          ]);
        },
      ),
    );
  });

  test('does not open encoded in another way, although the bytes are the same', async () => {
    await fc.assert(
      fc.asyncProperty(purpose, value, async (name, sealed) => {
        const text = await seal(name, sealed);
        const bytes = bytesOf(text);
        const encodings = [
          `${text}=`,
          `${text}==`,
          `${text}\n`,
          ` ${text}`,
          text.replace(/[^.]+$/, `${bytes.toString('base64')}=`),
          text.replace(/[^.]+$/, bytes.toString('hex')),
          text.toUpperCase(),
          ...sameBytes(text),
        ];
        const others = encodings.filter((other) => other !== text);
        expect(await Promise.all(others.map((other) => open(name, other)))).toEqual(others.map(() => undefined));
      }),
    );
  });

  test('is another text each time', async () => {
    const texts = await Promise.all(Array.from({ length: 100 }, () => seal('rt', {})));
    expect(new Set(texts).size).toBe(100);
  });

  test('and any other text is none of ours', async () => {
    await fc.assert(
      fc.asyncProperty(purpose, fc.string(), async (name, text) => {
        expect([await open(name, text), await open(name, `v1.${text}`)]).toEqual([undefined, undefined]);
      }),
    );
  });
});

/** Texts whose last character differs in bits that hold nothing. */
function sameBytes(text: string): readonly string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const bytes = bytesOf(text);
  return [...alphabet].map((last) => text.slice(0, -1) + last).filter((other) => bytesOf(other).equals(bytes));
}

test('another gateway, by its origin, does not open it with the same keys', async () => {
  const secrets = createSecrets();
  const text = await sealsOf(secrets).seal('rt', { t: 't', cid: 'c', sc: [], iat: NOW });
  expect(await sealsOf(secrets, 'https://mcp.example.com.evil.example').open('rt', text)).toBeUndefined();
  expect(await sealsOf(secrets).open('rt', text)).toEqual({ t: 't', cid: 'c', sc: [], iat: NOW });
});

test('a secret too short to be a key seals nothing', async () => {
  const secrets = createSecrets();
  secrets.rotate(KEYS_ARN, 'password');
  await expect(sealsOf(secrets).seal('rt', { t: 't', cid: 'c', sc: [], iat: NOW })).rejects.toMatchObject({
    code: 'OAUTH_UNAVAILABLE',
    reason: 'secret_unavailable',
  });
});
