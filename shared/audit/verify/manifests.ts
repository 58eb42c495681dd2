import type { Objects } from '../../aws/objects.ts';
import { isObject } from '../../core/json-object.ts';
import { type Manifest, manifestPath, manifestText } from '../log/manifest.ts';
import { type NoteKey, verifyNote } from '../log/note.ts';
import type { ArchivedDay } from './day.ts';
import type { Report } from './findings.ts';

/** Compares a day of the archive with the manifest that was signed for it. `isDue`: the log is far enough to have one. */
export async function checkManifest(
  objects: Objects,
  key: NoteKey,
  { day, objects: found }: ArchivedDay,
  isDue: boolean,
  report: Report,
): Promise<void> {
  const path = manifestPath(day);
  const body = (await objects.get(path))?.body;
  const where = { object: path, day };
  if (body === undefined) {
    if (isDue) report('manifest-missing', { ...where, says: `The manifest of ${day} is missing.` });
    return;
  }
  const manifest = parseManifest(body);
  if (manifest === undefined) {
    report('manifest-unreadable', { ...where, says: `The manifest of ${day} is none.` });
    return;
  }
  const verified = verifyNote(manifest.note, key);
  if ('reason' in verified) {
    report('manifest-forged', { ...where, says: `The manifest of ${day}: ${verified.reason}.` });
    return;
  }
  if (verified.text !== manifestText(manifest) || manifest.day !== day) {
    report('manifest-differs', { ...where, says: `The manifest of ${day} says something else than what was signed.` });
    return;
  }
  const listed = new Set(manifest.objects.map((one) => one.key));
  for (const { key: object, sha256 } of manifest.objects) {
    const there = found.get(object);
    if (there === undefined) {
      report('object-missing', { object, day, says: `${object} was archived and is missing.` });
    } else if (there.sha256 !== sha256) {
      const says = `${object} is not what it was when its day ended.`;
      report('object-changed', { object, day, says, expected: sha256, actual: there.sha256 });
    }
  }
  for (const object of found.keys()) {
    if (!listed.has(object))
      report('object-unlisted', { object, day, says: `${object} came after the manifest of its day.` });
  }
}

/** Each manifest says how long the log was: it can only have grown since. One that is none is found with its day. */
export async function manifestNotes(objects: Objects, from: number): Promise<readonly string[]> {
  const notes: string[] = [];
  const first = manifestPath(new Date(Math.max(0, from)).toISOString().slice(0, 10));
  for await (const { key } of objects.list('manifests/')) {
    const body = key < first ? undefined : (await objects.get(key))?.body;
    const manifest = body && parseManifest(body);
    if (manifest) notes.push(manifest.note);
  }
  return notes;
}

function parseManifest(body: Uint8Array): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    if (!isObject(value) || typeof value['note'] !== 'string' || !Array.isArray(value['objects'])) return undefined;
    return value as unknown as Manifest;
  } catch {
    return undefined;
  }
}
