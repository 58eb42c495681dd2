import { HASH_BYTES } from './merkle.ts';
import { fromBase64, NoteError } from './note.ts';

/** What a log commits to (c2sp.org/tlog-checkpoint): the text that its note signs. */
export interface Checkpoint {
  /** The name of the log, and of its key. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
  /** Further lines, none of them empty. */
  readonly extensions: readonly string[];
}

export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  return [origin, String(size), root.toString('base64'), ...extensions].map((line) => `${line}\n`).join('');
}

/** @throws NoteError */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw new NoteError('the checkpoint does not end with a line end');
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  const hash = fromBase64(root);
  if (origin === '') throw new NoteError('the checkpoint names no log');
  if (!/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw new NoteError('the size of the checkpoint is no number');
  }
  if (hash?.length !== HASH_BYTES) throw new NoteError('the root of the checkpoint is no hash');
  if (extensions.includes('')) throw new NoteError('the checkpoint has an empty line');
  return { origin, size: Number(size), root: hash, extensions };
}
