import { existsSync, readFileSync } from 'node:fs';
import { type NoteKey, parseVkey } from '../../shared/audit/log/note.ts';
import type { Objects } from '../../shared/aws/objects.ts';
import { openArchive } from '../../shared/aws/open-archive.ts';
import { Failure, WrongUsage } from '../failure.ts';

export const ARCHIVE_HELP = `  --archive WHERE   a folder, or s3://bucket. Default .
  --key VKEY        the pinned public key of the log: <name>+<8 hex digits>+<base64>
  --key-file FILE   the same, in a file`;

/** @throws WrongUsage for what is no archive */
export function toArchive(where = '.'): Objects {
  if (!/^s3:/i.test(where) && !existsSync(where)) throw new WrongUsage(`--archive ${where} is not there.`);
  try {
    return openArchive(where);
  } catch (error) {
    throw new WrongUsage(`--archive ${messageOf(error)}`);
  }
}

/** @throws WrongUsage without a key, or for what is none: a key is never taken from the archive that it judges */
export function toPinnedKey({
  key,
  'key-file': file,
}: {
  readonly key?: string;
  readonly 'key-file'?: string;
}): NoteKey {
  if (key !== undefined && file !== undefined) throw new WrongUsage('Give --key or --key-file, not both.');
  const text = key ?? (file === undefined ? undefined : readText(file, '--key-file'));
  if (text === undefined) {
    throw new WrongUsage(
      'Pin the public key of the log with --key or --key-file. Get it from its operator, not from the archive.',
    );
  }
  try {
    return parseVkey(text);
  } catch (error) {
    throw new WrongUsage(`--key: ${messageOf(error)}.`);
  }
}

/** @throws WrongUsage for a file that cannot be read */
export function readText(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new WrongUsage(`${option} ${file} cannot be read.`);
  }
}

/** @throws Failure, which ends a command with 1, unless the work is done */
export async function orFailure<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(messageOf(error));
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
