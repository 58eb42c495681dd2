import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ProofError, proveCall } from '../../shared/audit/verify/proof.ts';
import type { Command } from '../command.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { ARCHIVE_HELP, ARCHIVE_OPTIONS, openArchiveOf } from './archive.ts';

const CALL = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const proveCommand: Command = {
  help: `Usage: npm run gatehouse -- audit prove CALL [options]

Makes a file that shows to an outsider that the records of a call are in the log: the records, their places, and a signed
checkpoint. It is checked with "audit check-proof" and the key that they pinned.

  --out FILE        write it there. Default: standard output

${ARCHIVE_HELP.split('\n\n')[0] ?? ''}`,
  run: async (args) => {
    const options = { ...ARCHIVE_OPTIONS, out: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [call = ''] = positionals;
    if (!CALL.test(call))
      throw new WrongUsage(
        'Say which call, by its id. Example: audit prove 019ab845-6a00-7abc-8def-0123456789ab --local',
      );
    const objects = await openArchiveOf(values);
    const proof = await proveCall(objects, call).catch((error: unknown) => {
      if (error instanceof ProofError) throw new Failure(error.message);
      throw error;
    });
    const text = `${JSON.stringify(proof, undefined, 2)}\n`;
    if (values.out === undefined) process.stdout.write(text);
    else writeFileSync(values.out, text);
  },
};
