import { parseArgs } from 'node:util';
import { checkProof, ProofError, type ProvenRecord } from '../../shared/audit/verify/proof.ts';
import { canonicalJson } from '../../shared/core/canonical-json.ts';
import type { Command } from '../command.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { pinnedKey, readText } from './archive.ts';

const OPTIONS = { key: { type: 'string' }, 'key-file': { type: 'string' }, json: { type: 'boolean' } } as const;

export const checkProofCommand: Command = {
  help: `Usage: npm run gatehouse -- audit check-proof FILE --key VKEY

Checks a proof that audit prove made, offline, with nothing but the pinned public key.

  --key VKEY        <name>+<8 hex digits>+<base64>, from the operator of the log, not from the file
  --key-file FILE   the same, in a file
  --json            what is proven as JSON

Ends with 0: proven; 1: not proven; 2: wrong arguments.`,
  run: async (args) => {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new WrongUsage('Name the file of the proof.');
    const pinned = pinnedKey(values);
    const text = readText(file);
    try {
      const proven = checkProof(text, pinned);
      process.stdout.write(values.json ? `${JSON.stringify(toJson(proven))}\n` : toText(proven, pinned.name));
    } catch (error) {
      if (error instanceof Error && ['ProofError', 'NoteError', 'SealError', 'NotCanonical'].includes(error.name)) {
        throw new Failure(
          `NOT PROVEN: ${error instanceof ProofError ? error.message : `the proof is malformed: ${error.message}`}.`,
        );
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

function toText(proven: readonly ProvenRecord[], log: string): string {
  const parts = proven.map(({ record, index, seal }) => {
    const sealed = new Date(seal.sealedAt).toISOString();
    return `Record ${String(record['sk'])}, word for word:\n  ${printable(canonicalJson(record))}\n  entry ${index} of ${seal.size}, in seal ${seal.n}, signed at ${sealed}\n`;
  });
  return `${parts.join('\n')}
PROVEN
- The key of ${log} signed a tree of which ${proven.length === 1 ? 'this record is an entry' : 'these records are entries'}: not one character has changed since then.
- The record is sealed under the minute or the backfill that its call id belongs to.

NOT PROVEN
- That the record was true when it was written: the gateway wrote it, and its operator holds the key.
- That it was written at the time it states; only that it was there when the seal was signed, by the clock of the sealer.
- That the call has no other record, and that you and others are shown the same log: for that, verify an archive and compare checkpoints.
`;
}

/** A record may hold what a caller sent; a terminal must not obey it. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
