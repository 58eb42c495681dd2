import { existsSync, readFileSync } from 'node:fs';
import { type NoteKey, parseVkey } from '../../shared/audit/log/note.ts';
import type { Objects } from '../../shared/aws/objects.ts';
import { openArchive } from '../../shared/aws/open-archive.ts';
import { DEFAULT_PORT, toPort } from '../arguments.ts';
import { readState } from '../dev/state-file.ts';
import { Failure, Unreadable, WrongUsage } from '../failure.ts';
import { outputOf } from './stack-output.ts';

export const ARCHIVE_OPTIONS = {
  archive: { type: 'string' },
  key: { type: 'string' },
  'key-file': { type: 'string' },
  stack: { type: 'string' },
  local: { type: 'boolean' },
  port: { type: 'string' },
} as const;

export const ARCHIVE_HELP = `Where the archive is:
  --archive A       a folder with a copy of it, or s3://bucket with your AWS credentials; also beside the next two
  --stack NAME      the archive of a deployed stack
  --local           the folder of the dev gateway on --port ${DEFAULT_PORT}, with its key

Which key you trust:
  --key KEY         the verifier key that you pinned: <log>+<id>+<base64>. "audit key" prints it
  --key-file F      the same, from a file`;

export interface ArchiveValues {
  readonly archive?: string;
  readonly key?: string;
  readonly 'key-file'?: string;
  readonly stack?: string;
  readonly local?: boolean;
  readonly port?: string;
}

/** `--archive` goes before the gateway that stands beside it. @throws Failure, WrongUsage */
export async function openArchiveOf({ archive, local, stack, port }: ArchiveValues): Promise<Objects> {
  if (archive === undefined && local === true) return openArchive(readState(toPort(port)).archive);
  const where = archive ?? (stack === undefined ? undefined : await outputOf(stack, 'ArchiveUrl'));
  if (where === undefined)
    throw new WrongUsage('Say where the archive is: --archive DIR, --archive s3://…, --stack or --local.');
  if (!/^s3:/i.test(where) && !existsSync(where)) throw new Failure(`There is no folder ${where}.`);
  try {
    return openArchive(where);
  } catch (error) {
    throw new WrongUsage(`--archive ${error instanceof Error ? error.message : ''}`);
  }
}

/** The key that was pinned; never one out of the archive itself, which could have been exchanged together with it. */
export function pinnedKey({ key, 'key-file': file, local, port }: ArchiveValues): NoteKey {
  const text = key ?? (file === undefined ? undefined : readText('--key-file', file));
  const found = text ?? (local === true ? readState(toPort(port)).auditKey : undefined);
  if (found === undefined)
    throw new WrongUsage('Say which key you trust: --key or --key-file. "audit key" prints the one of a stack.');
  try {
    return parseVkey(found);
  } catch (error) {
    throw new WrongUsage(`The key cannot be used: ${error instanceof Error ? error.message : ''}.`);
  }
}

const WHY: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'you may not read it'],
]);

/** @throws Unreadable that names the file and what it was given for */
export function readText(what: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new Unreadable(`${what} ${file} cannot be read: ${WHY.get(code) ?? String(code)}.`);
  }
}
