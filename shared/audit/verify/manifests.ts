import { isObject } from '../../core/json-object.ts';
import { type Manifest, manifestPath, manifestText } from '../log/manifest.ts';
import { type NoteKey, verifyNote } from '../log/note.ts';
import type { DayObject, ReadObjects } from './day-records.ts';
import type { FindingCode, Report } from './findings.ts';
import { reasonOf } from './seal-reader.ts';

export type ReadManifest =
  | { readonly manifest: Manifest }
  | { readonly code: 'absent' | 'manifest-unreadable' | 'manifest-forged' | 'manifest-differs'; readonly says: string };

/** A manifest whose note is by the pinned key and signs what it says. */
export async function readManifest(objects: ReadObjects, object: string, pinned: NoteKey): Promise<ReadManifest> {
  const body = (await objects.get(object))?.body;
  if (body === undefined) return { code: 'absent', says: `${object} is missing.` };
  let manifest: Manifest;
  try {
    manifest = toManifest(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (error) {
    return { code: 'manifest-unreadable', says: `${object} is no manifest: ${reasonOf(error)}.` };
  }
  const verified = verifyNote(manifest.note, pinned);
  if ('reason' in verified) {
    return { code: 'manifest-forged', says: `${object} is not signed by the pinned key: ${verified.reason}.` };
  }
  const isOwn = manifest.origin === pinned.name && manifestPath(manifest.day) === object;
  if (!isOwn || manifestText(manifest) !== verified.text) {
    return { code: 'manifest-differs', says: `${object} does not say what its note signs.` };
  }
  return { manifest };
}

export interface ManifestDay {
  readonly day: string;
  readonly objects: ReadonlyMap<string, DayObject>;
  /** The log is sealed so far that the manifest has to be there. */
  readonly isDue: boolean;
  readonly dueAt: string;
}

/** The day's objects against the signed list of them. */
export function checkManifest(read: ReadManifest, { day, objects, isDue, dueAt }: ManifestDay, report: Report): void {
  const object = manifestPath(day);
  if ('code' in read) {
    if (read.code !== 'absent') report(read.code, { object, day, says: read.says });
    else if (isDue) report('manifest-missing', { object, day, says: read.says });
    return;
  }
  const say = (code: FindingCode, key: string, says: string, expected: string, actual: string) =>
    report(code, { object: key, day, says, expected, actual });
  const listed = new Map(read.manifest.objects.map((one) => [one.key, one]));
  for (const [key, { size, sha256 }] of listed) {
    const there = objects.get(key);
    if (there === undefined) {
      say('object-missing', key, `${key} is in the manifest of ${day} and not in the archive.`, sha256, 'none');
    } else if (there.sha256 !== sha256 || there.size !== size) {
      say('object-changed', key, `${key} is not the object that the manifest of ${day} lists.`, sha256, there.sha256);
    }
  }
  for (const [key, { sha256 }] of objects) {
    if (listed.has(key)) continue;
    say('object-unlisted', key, `${key} came after the manifest of ${day} was made (${dueAt}).`, 'none', sha256);
  }
}

function toManifest(value: unknown): Manifest {
  if (!isObject(value) || value['v'] !== 1) throw new Error('not version 1');
  const { origin, day, objects, n, size, root, madeAt, note } = value;
  const texts = [origin, day, root, note].every((one) => typeof one === 'string');
  const numbers = [n, size, madeAt].every((one) => Number.isSafeInteger(one));
  if (!texts || !numbers || !Array.isArray(objects) || !objects.every(isListed)) throw new Error('a member is wrong');
  if (!/^\d{4}-\d\d-\d\d$/.test(String(day))) throw new Error('the day is none');
  return value as unknown as Manifest;
}

function isListed(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value['key'] === 'string' &&
    Number.isSafeInteger(value['size']) &&
    typeof value['sha256'] === 'string'
  );
}
