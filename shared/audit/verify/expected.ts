import { parseCheckpoint } from '../log/checkpoint.ts';
import { NoteError, type NoteKey, verifyNote } from '../log/note.ts';
import type { Report } from './findings.ts';
import type { KeptSeal } from './seal-chain.ts';

/** Compares the log with notes of it that the auditor kept elsewhere: the log may only have grown since. */
export function checkExpected(
  notes: readonly string[],
  key: NoteKey,
  seals: readonly KeptSeal[],
  report: Report,
): void {
  for (const note of notes) {
    const verified = verifyNote(note, key);
    if ('reason' in verified) {
      report('note-forged', { says: `A note that was kept: ${verified.reason}.` });
      continue;
    }
    const kept = readKept(verified.text);
    const last = seals.at(-1)?.seal;
    if (kept === undefined || last === undefined) continue;
    const same = seals.find(({ seal }) => seal.size === kept.size)?.seal;
    if (kept.size > last.size) {
      const says = 'The log is shorter than a signed checkpoint that was kept.';
      report('log-truncated', { seal: last.n, says, expected: String(kept.size), actual: String(last.size) });
    } else if (same !== undefined && same.root !== kept.root) {
      const says = `At ${kept.size} records the log has another root than a signed checkpoint that was kept.`;
      report('log-forked', { seal: same.n, says, expected: kept.root, actual: same.root });
    }
  }
}

function readKept(text: string): { readonly size: number; readonly root: string } | undefined {
  try {
    const { size, root } = parseCheckpoint(text);
    return { size, root: root.toString('base64') };
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}
