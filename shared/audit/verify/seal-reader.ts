import { keyId, type NoteKey, parseNote, verifyNote } from '../log/note.ts';
import { checkpointText, parseSeal, readCheckpointText, type Seal, sealPath } from '../log/seal.ts';
import type { ReadObjects } from './day-records.ts';
import type { Report } from './findings.ts';
import { isoTime } from './findings.ts';

const KEY = /^seals\/\d{4}\/\d\d\/\d\d\/(\d{12})(?:-of-\d{4}-\d\d-\d\d)?\.json$/;

/** A seal whose signature is right and that says what was signed. */
export interface TrustedSeal extends Seal {
  readonly key: string;
  /** Hex SHA-256 of the text that its note signs. */
  readonly hash: string;
}

/** The number in the key of a seal; undefined for a key that is none. */
export function sealNumberOf(key: string): number | undefined {
  const digits = KEY.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Reads one seal and checks it by itself. What cannot be trusted is reported and undefined. */
export async function readSeal(
  objects: ReadObjects,
  key: string,
  pinned: NoteKey,
  report: Report,
): Promise<TrustedSeal | undefined> {
  const number = sealNumberOf(key);
  const where = { object: key, ...(number === undefined ? {} : { seal: number }) };
  const body = (await objects.get(key))?.body;
  let seal: Seal;
  try {
    seal = parseSeal(body ?? new Uint8Array());
  } catch (error) {
    report('seal-unreadable', { ...where, says: `${key} is no seal: ${reasonOf(error)}.` });
    return undefined;
  }
  const says = { ...where, minute: isoTime(seal.from) };
  const problem = problemOf(seal, pinned);
  if (problem !== undefined) {
    report(problem.code, { ...says, ...problem.detail });
    return undefined;
  }
  if (sealPath(seal) !== key) {
    const expected = sealPath(seal);
    report('seal-misplaced', { ...says, says: `Seal ${seal.n} lies under another name.`, expected, actual: key });
    return undefined;
  }
  return { ...seal, key, hash: readCheckpointText(checkpointText(seal)).hash };
}

type Problem = {
  readonly code: 'seal-other-log' | 'seal-other-key' | 'seal-forged' | 'seal-differs-from-note';
  readonly detail: { readonly says: string; readonly expected?: string; readonly actual?: string };
};

function problemOf(seal: Seal, pinned: NoteKey): Problem | undefined {
  const { n, origin, note } = seal;
  const expected = pinned.name;
  if (origin !== expected) {
    return { code: 'seal-other-log', detail: { says: `Seal ${n} is of another log.`, expected, actual: origin } };
  }
  const verified = verifyNote(note, pinned);
  if ('reason' in verified) {
    const code = isByOthers(note, pinned) ? 'seal-other-key' : 'seal-forged';
    return { code, detail: { says: `Seal ${n} is not signed by the pinned key: ${verified.reason}.` } };
  }
  const said = checkpointText(seal);
  if (said === verified.text) return undefined;
  const [one, other] = firstDifference(said, verified.text);
  const says = `Seal ${n} does not say what its note signs.`;
  return { code: 'seal-differs-from-note', detail: { says, expected: other, actual: one } };
}

/** Well-formed, and no signature states the pinned key. */
function isByOthers(note: string, pinned: NoteKey): boolean {
  const id = keyId(pinned);
  try {
    return !parseNote(note).signatures.some((line) => line.name === pinned.name && line.keyId.equals(id));
  } catch {
    return false;
  }
}

function firstDifference(a: string, b: string): readonly [string, string] {
  const [left, right] = [a.split('\n'), b.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  return [left[at] ?? '', right[at] ?? ''];
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
