import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { formatCheckpoint, parseCheckpoint } from '../../../../shared/audit/log/checkpoint.ts';
import { formatVkey, parseNote, parseVkey, signNote, verifyNote } from '../../../../shared/audit/log/note.ts';

/** The example of c2sp.org/signed-note and of golang.org/x/mod/sumdb/note: a verifier and what it signed. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const TEXT =
  'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replaceAll(
    '’',
    "'",
  );
const SIGNATURE = 'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
const NOTE = `${TEXT}\n— PeterNeumann ${SIGNATURE}\n`;

function keyPair(name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
  return { name, publicKey: raw, sign: async (message: Uint8Array) => sign(null, message, privateKey) };
}

test('The published example is verified by its published key', () => {
  expect(verifyNote(NOTE, parseVkey(PETER))).toEqual({ text: TEXT });
});

test('A key is read and written as one text', () => {
  const { name, publicKey } = parseVkey(PETER);
  expect(formatVkey(name, publicKey)).toBe(PETER);
});

test('What was signed is verified, also with the lines of others around it', async () => {
  const [ours, witness] = [keyPair('log.example/audit'), keyPair('witness.example')];
  const note = await signNote('a\n\nb\n', ours);
  const line = (await signNote('a\n\nb\n', witness)).split('\n').at(-2);
  expect(verifyNote(note, ours)).toEqual({ text: 'a\n\nb\n' });
  expect(verifyNote(`${note}${line}\n`, ours)).toEqual({ text: 'a\n\nb\n' });
  expect(parseNote(`${note}${line}\n`).signatures.map(({ name }) => name)).toEqual([ours.name, witness.name]);
});

test('No change of one character to a note leaves it valid', async () => {
  const ours = keyPair('log.example/audit');
  const note = await signNote('log.example/audit\n4\nroot\n', ours);
  fc.assert(
    fc.property(fc.nat(note.length - 1), fc.constantFrom('', 'A', '\n', ' ', '=', '—', '\0'), (at, instead) => {
      const altered = `${note.slice(0, at)}${instead}${note.slice(at + 1)}`;
      fc.pre(altered !== note);
      expect(Object.keys(verifyNote(altered, ours))).toEqual(['reason']);
    }),
    { numRuns: 500 },
  );
});

describe('Of these no note is believed', () => {
  const other = keyPair('PeterNeumann');
  const peter = parseVkey(PETER);
  test.each([
    ['a note by another key of the same name', async () => signNote(TEXT, other), /has no signature by PeterNeumann/],
    ['a note by the same key under another name', async () => NOTE.replace('— Peter', '— Paul'), /no signature by/],
    ['a second, wrong line of this key', async () => `${NOTE}— PeterNeumann x08gowAAAAA=\n`, /does not match/],
    ['a text without a signature', async () => TEXT, /has no signature/],
    ['a signature without a line end', async () => NOTE.slice(0, -1), /has no signature/],
    ['a line that is no signature', async () => `${NOTE}and more\n`, /line of signature is malformed/],
    ['a signature of two base64 forms', async () => NOTE.replace('nAM=', 'nAN='), /malformed/],
    ['a control character', async () => NOTE.replace('your problem,', 'your\tproblem,'), /characters that no note has/],
    ['a carriage return', async () => NOTE.replaceAll('\n', '\r\n'), /has no signature/],
    ['a hundred and one signatures', async () => `${NOTE}${`— x AAAAAAA=\n`.repeat(100)}`, /too many signatures/],
    ['more than a megabyte', async () => `${'x'.repeat(1 << 20)}\n${NOTE}`, /too long/],
  ])('%s', async (_name, make, reason) => {
    expect(verifyNote(await make(), peter)).toEqual({ reason: expect.stringMatching(reason) });
  });
});

test.each([
  ['no key', 'PeterNeumann', 'no verifier key'],
  ['a private key', `PRIVATE+KEY+${PETER}`, 'no verifier key'],
  ['another id', PETER.replace('c74f20a3', 'c74f20a4'), 'does not match its own id'],
  ['another name', PETER.replace('Peter', 'Paul'), 'does not match its own id'],
  ['another algorithm', PETER.replace('+AR', '+Ah'), 'not Ed25519'],
  ['half a key', 'PeterNeumann+c74f20a3+ARpc2QcUPDg=', 'not Ed25519'],
  ['a name with a blank', 'Peter Neumann+c74f20a3+AQ==', 'no verifier key'],
])('A verifier key that is %s is refused with its reason', (_name, text, reason) => {
  expect(() => parseVkey(text)).toThrow(reason);
});

test.each([
  ['no line end at its end', 'text', 'log', /ends with a line end/],
  ['a control character', 'te\u0007xt\n', 'log', /printable text/],
  ['half a surrogate pair', 'te\ud800xt\n', 'log', /printable text/],
  ['a name with a plus', 'text\n', 'lo+g', /no blanks and no plus/],
])('A text with %s is not signed', async (_name, text, name, reason) => {
  await expect(signNote(text, keyPair(name))).rejects.toThrow(reason);
});

test('What is no Ed25519 signature does not get into a note', async () => {
  const signer = { ...keyPair('log'), sign: async () => Buffer.alloc(63) };
  await expect(signNote('text\n', signer)).rejects.toThrow('the signer gave no Ed25519 signature');
});

describe('A checkpoint', () => {
  const checkpoint = { origin: 'log', size: 7, root: Buffer.alloc(32, 9), extensions: ['one', 'two'] };

  test('is read as it was written', () => {
    expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
  });

  const good = formatCheckpoint(checkpoint);
  test.each([
    ['no line end', good.slice(0, -1), 'does not end with a line end'],
    ['no origin', good.replace('log', ''), 'names no log'],
    ['a size with a zero before it', good.replace('\n7\n', '\n07\n'), 'size of the checkpoint is no number'],
    ['a negative size', good.replace('\n7\n', '\n-7\n'), 'size of the checkpoint is no number'],
    ['a size that no number can hold', good.replace('\n7\n', '\n9007199254740993\n'), 'is no number'],
    ['a short root', good.replace('CQkJ', ''), 'root of the checkpoint is no hash'],
    ['an empty extension', good.replace('one', ''), 'has an empty line'],
  ])('with %s is refused', (_name, text, reason) => {
    expect(() => parseCheckpoint(text)).toThrow(reason);
  });
});
