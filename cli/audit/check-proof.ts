import { checkProof, ProofError, type ProvenRecord } from '../../shared/audit/verify/proof.ts';
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { pinnedKey, readText } from './archive.ts';

const OPTIONS = { key: { type: 'string' }, 'key-file': { type: 'string' }, json: { type: 'boolean' } } as const;

export const checkProofCommand: Command = {
  help: `Usage: npm run gatehouse -- audit check-proof FILE --key VKEY

Checks a proof that audit prove made, offline, with nothing but the pinned public key.

  --key VKEY        <name>+<8 hex digits>+<base64>, from the operator of the log, not from the file
  --key-file FILE   the same, in a file
  --json            what is proven as JSON, or {"proven":false,"why":…}

Ends with 0: proven. 1: not proven. 2: a file cannot be read, or the command line is wrong.`,
  run: async (args) => {
    const { values, positionals } = readArguments({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new WrongUsage('Name the file of the proof.');
    const pinned = pinnedKey(values);
    const text = readText('The proof', file);
    try {
      const proven = checkProof(text, pinned);
      process.stdout.write(values.json ? `${JSON.stringify(toJson(proven))}\n` : toText(proven, pinned.name));
    } catch (error) {
      if (error instanceof Error && ['ProofError', 'NoteError', 'SealError', 'NotCanonical'].includes(error.name)) {
        const why = error instanceof ProofError ? error.message : `the proof is malformed: ${error.message}`;
        if (values.json) process.stdout.write(`${JSON.stringify({ proven: false, why })}\n`);
        throw new Failure(`NOT PROVEN: ${why}.`);
      }
      throw error;
    }
  },
};

function toJson(proven: readonly ProvenRecord[]) {
  return proven.map(({ record, index, seal }) => ({
    record,
    index,
    seal: { n: seal.n, size: seal.size, root: seal.root, from: seal.from, to: seal.to, sealedAt: seal.sealedAt },
  }));
}

/** In plain words, also what it does not show: a proof that promises too much is worse than none. */
function toText(proven: readonly ProvenRecord[], log: string): string {
  return `${proven.map(describe).join('\n')}
OK: in the log ${log}.

Proven
- The key that you pinned signed a tree in which each of these records is an entry, not one character different.
- Each lies under the seal of the minute or the backfill that its call id belongs to.

Not proven
- That a record was true when it was written: the gateway wrote it, and its operator has the key.
- When it was written. It was there when the seal was signed, by the clock of the sealer.
- That the call has no other record, or that everybody is shown this log: verify an archive, and compare checkpoints.
`;
}

function describe({ record, index, seal }: ProvenRecord): string {
  // As JSON: what a client sent must not reach a terminal as it is.
  const told = ['tool', 'subject', 'decision', 'reason', 'isError'].flatMap((name) =>
    record[name] === undefined ? [] : [`${name} ${printable(JSON.stringify(record[name]))}`],
  );
  const when = new Date(seal.sealedAt).toISOString();
  return `Record ${String(record['sk'])}: number ${index} of ${seal.size}, sealed ${when} in seal ${seal.n}\n    ${told.join(', ')}`;
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
