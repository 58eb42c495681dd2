import { writeFileSync } from 'node:fs';
import { proveCall } from '../../shared/audit/verify/prove.ts';
import { ProofError } from '../../shared/audit/verify/proof.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { Failure } from '../failure.ts';
import { ARCHIVE_HELP, ARCHIVE_OPTIONS, type ArchiveValues, openArchiveOf, pinnedKey } from './archive.ts';
import { toCallId } from './call-id.ts';

const OPTIONS = { ...ARCHIVE_OPTIONS, out: { type: 'string' } } as const;

export const proveCommand: Command = {
  help: `Usage: npm run gatehouse -- audit prove CALL [options]

Writes a file that shows to an outsider that the records of one call are in the log. "audit check-proof" checks it with the
key that they pinned, and needs nothing else.

  --out FILE        write there, never over a file. Default: print it

${ARCHIVE_HELP}`,
  run: async (args) => {
    const { values, positionals } = readArguments({ args: [...args], allowPositionals: true, options: OPTIONS });
    const callId = toCallId(positionals);
    const key = isPinned(values) ? pinnedKey(values) : undefined;
    const proof = await proveCall({ objects: await openArchiveOf(values), key, callId }).catch(fail);
    const text = `${JSON.stringify(proof, null, 1)}\n`;
    if (values.out === undefined) process.stdout.write(text);
    else write(values.out, text);
  },
};

/** Without a key the proof is made as it is; whoever gets it checks it with theirs. */
function isPinned(values: ArchiveValues): boolean {
  return values.local === true || values.key !== undefined || values['key-file'] !== undefined;
}

function fail(error: unknown): never {
  if (error instanceof ProofError) throw new Failure(error.message);
  throw error;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'EEXIST' ? 'is there already' : 'cannot be written';
    throw new Failure(`${file} ${why}.`);
  }
}
