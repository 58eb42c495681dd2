import { parseArgs } from 'node:util';
import { type CheckedRecord, checkProof, ProofError } from '../../shared/audit/verify/proof.ts';
import type { Command } from '../command.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { pinnedKey, readText } from './archive.ts';

export const checkProofCommand: Command = {
  help: `Usage: npm run gatehouse -- audit check-proof FILE --key KEY

Checks a file of "audit prove" with nothing but the key that you pinned. Ends with 0 when every record in it is in the log.

  --key KEY         the verifier key: <log>+<id>+<base64>
  --key-file F      the same, from a file`,
  run: async (args) => {
    const options = { key: { type: 'string' }, 'key-file': { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [file] = positionals;
    if (file === undefined) throw new WrongUsage('Say which file. Example: audit check-proof proof.json --key …');
    const key = pinnedKey(values);
    process.stdout.write(`${check(file, key).map(describe).join('\n')}\nOK: in the log ${key.name}.\n`);
  },
};

function check(file: string, key: ReturnType<typeof pinnedKey>): readonly CheckedRecord[] {
  try {
    return checkProof(parse(readText(file)), key);
  } catch (error) {
    if (error instanceof ProofError) throw new Failure(error.message);
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe({ record, index, size, sealedAt }: CheckedRecord): string {
  const when = sealedAt === undefined ? '' : `, sealed ${new Date(sealedAt).toISOString()}`;
  // As JSON: what a client sent must not reach a terminal as it is.
  const told = ['tool', 'subject', 'decision', 'reason'].flatMap((name) =>
    record[name] === undefined ? [] : [`${name} ${JSON.stringify(record[name])}`],
  );
  return `Record ${String(record['sk'])}: number ${index} of ${size}${when}\n    ${told.join(', ')}`;
}
