import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { proveCall } from '../../shared/audit/verify/prove.ts';
import type { Command } from '../command.ts';
import { WrongUsage } from '../failure.ts';
import { ARCHIVE_HELP, orFailure, toArchive, toPinnedKey } from './archive-options.ts';

const OPTIONS = {
  archive: { type: 'string' },
  key: { type: 'string' },
  'key-file': { type: 'string' },
  out: { type: 'string' },
} as const;

const CALL = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const proveCommand: Command = {
  help: `Usage: npm run gatehouse -- audit prove CALL --archive WHERE --key VKEY [options]

Writes a file that proves the records of one call to somebody who has only the public key: audit check-proof reads it.

${ARCHIVE_HELP}
  --out FILE        write there, never over a file. Default: print it`,
  run: async (args) => {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [callId = '', ...more] = positionals;
    if (!CALL.test(callId) || more.length > 0) {
      throw new WrongUsage('Name one call by its id. Example: audit prove 01a21018-ced8-7a11-8b9c-0a24d7a02364');
    }
    const pinned = toPinnedKey(values);
    const proof = await orFailure(proveCall({ objects: toArchive(values.archive), pinned, callId }));
    const text = `${JSON.stringify(proof, null, 1)}\n`;
    if (values.out === undefined) return void process.stdout.write(text);
    const { out } = values;
    await orFailure((async () => writeFileSync(out, text, { flag: 'wx' }))());
    process.stdout.write(`${proof.records.length} records of call ${callId} are proven by ${out}.\n`);
  },
};
