import { createPublicKey, hash, verify } from 'node:crypto';

/**
 * Signed notes as C2SP has them (c2sp.org/signed-note): a text, an empty line, and lines of signatures. Only Ed25519 here.
 * A note that carries the signatures of others too (witnesses) is as good as before.
 */
const ED25519 = 0x01;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const MARK = '\u2014 ';
/** SubjectPublicKeyInfo of Ed25519 up to the key itself (RFC 8410 section 4). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
/** Bounds the work that a forged note can cause. */
const MAX_NOTE = 1 << 20;
const MAX_SIGNATURES = 100;

/** What an auditor pins. */
export interface NoteKey {
  readonly name: string;
  /** Ed25519, 32 raw bytes. */
  readonly publicKey: Buffer;
}

export interface NoteSigner extends NoteKey {
  sign(message: Uint8Array): Promise<Buffer>;
}

export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Buffer;
  readonly signature: Buffer;
}

export interface Note {
  /** With the line end of its last line: what is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A text that is no note or no key. The message says what was wrong. */
export class NoteError extends Error {
  override readonly name = 'NoteError';
}

/** SHA-256 over the name and the key, the first 4 bytes. */
export function keyId({ name, publicKey }: NoteKey): Buffer {
  const named = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519]), publicKey]);
  return hash('sha256', named, 'buffer').subarray(0, 4);
}

/** `<name>+<key id in hex>+<base64 of the algorithm and the key>`. */
export function formatVkey(name: string, publicKey: Buffer): string {
  const key = Buffer.concat([Buffer.from([ED25519]), publicKey]).toString('base64');
  return `${name}+${keyId({ name, publicKey }).toString('hex')}+${key}`;
}

/** @throws NoteError */
export function parseVkey(text: string): NoteKey {
  const [, name = '', id = '', key = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? [];
  const bytes = fromBase64(key);
  if (!isName(name) || bytes === undefined) throw new NoteError('no verifier key: <name>+<8 hex digits>+<base64>');
  if (bytes[0] !== ED25519 || bytes.length !== 1 + KEY_BYTES) throw new NoteError('the verifier key is not Ed25519');
  const found = { name, publicKey: bytes.subarray(1) };
  if (keyId(found).toString('hex') !== id) throw new NoteError('the verifier key does not match its own id');
  return found;
}

/** @throws NoteError when the text or the name cannot stand in a note, or the signature is none */
export async function signNote(text: string, signer: NoteSigner): Promise<string> {
  if (!isText(text)) throw new NoteError('a note has lines of printable text and ends with a line end');
  if (!isName(signer.name)) throw new NoteError('the name of a key has no blanks and no plus');
  const signature = await signer.sign(Buffer.from(text));
  if (signature.length !== SIGNATURE_BYTES) throw new NoteError('the signer gave no Ed25519 signature');
  return `${text}\n${MARK}${signer.name} ${Buffer.concat([keyId(signer), signature]).toString('base64')}\n`;
}

/** @throws NoteError */
export function parseNote(note: string): Note {
  if (note.length > MAX_NOTE) throw new NoteError('the note is too long');
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw new NoteError('the note has no signature');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split('\n');
  if (!isText(text)) throw new NoteError('the note has characters that no note has');
  if (lines.length > MAX_SIGNATURES) throw new NoteError('the note has too many signatures');
  return { text, signatures: lines.map(readSignature) };
}

/**
 * The signed text of a note, or why this key does not vouch for it. Lines of other keys are passed over; of this key one
 * that is wrong is enough to refuse.
 */
export function verifyNote(note: string, key: NoteKey): { readonly text: string } | { readonly reason: string } {
  let parsed: Note;
  try {
    parsed = parseNote(note);
  } catch (error) {
    if (error instanceof NoteError) return { reason: error.message };
    throw error;
  }
  const id = keyId(key);
  const own = parsed.signatures.filter((line) => line.name === key.name && line.keyId.equals(id));
  if (own.length === 0) return { reason: `the note has no signature by ${key.name}+${id.toString('hex')}` };
  const message = Buffer.from(parsed.text);
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_HEAD, key.publicKey]),
    format: 'der',
    type: 'spki',
  });
  if (!own.every((line) => isSignature(line.signature) && verify(null, message, publicKey, line.signature))) {
    return { reason: 'the signature does not match the text' };
  }
  return { text: parsed.text };
}

function isSignature(bytes: Buffer): boolean {
  return bytes.length === SIGNATURE_BYTES;
}

function readSignature(line: string): NoteSignature {
  const [, name = '', value = ''] = /^\u2014 (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = fromBase64(value);
  if (!isName(name) || bytes === undefined || bytes.length < 5) throw new NoteError('a line of signature is malformed');
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

function isName(name: string): boolean {
  return name !== '' && !/[\s+]/u.test(name) && name.isWellFormed();
}

function isText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !/\p{Cc}/u.test(text.replaceAll('\n', ''));
}

/** Undefined for what is not the one base64 form of its bytes: two texts of one signature would be two notes. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}
