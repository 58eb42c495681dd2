import { uuidv7Time } from '../../core/ids.ts';
import { manifestPath } from '../log/manifest.ts';
import type { NoteKey } from '../log/note.ts';
import { verifyNote } from '../log/note.ts';
import { DAY_MS, MINUTE_MS } from '../log/order.ts';
import { readCheckpointText, type SignedSeal, sealPath } from '../log/seal.ts';
import { TREE } from '../log/sealer.ts';
import { TILE_WIDTH } from '../log/tiles.ts';
import { namedDayOf, recordDayOf } from '../record-objects.ts';
import type { ReadObjects } from './day-records.ts';
import { isoTime, type Report } from './findings.ts';
import { readManifest } from './manifests.ts';
import { readSeal, reasonOf, type TrustedSeal } from './seal-reader.ts';

/** What the auditor knows from elsewhere, so that nobody can hide that the log was longer. */
export interface Known {
  readonly size?: number | undefined;
  /** Signed checkpoints that were seen before. */
  readonly notes?: readonly string[] | undefined;
}

/** What an auditor kept must still be in the log. */
export async function checkKnown(
  objects: ReadObjects,
  { size, notes = [] }: Known,
  newest: TrustedSeal,
  pinned: NoteKey,
  report: Report,
): Promise<void> {
  if (size !== undefined && size > newest.size) {
    const says = `The log was known to have ${size} entries; it ends with ${newest.size}.`;
    report('log-truncated', { seal: newest.n, says, expected: `${size}`, actual: `${newest.size}` });
  }
  for (const note of notes) await checkNote(objects, note, newest, pinned, report);
}

async function checkNote(
  objects: ReadObjects,
  note: string,
  newest: TrustedSeal,
  pinned: NoteKey,
  report: Report,
): Promise<void> {
  const kept = readKept(note, pinned);
  if (typeof kept === 'string') {
    report('note-forged', { says: `A checkpoint that was kept is none of this log: ${kept}.` });
    return;
  }
  const where = { object: sealPath(kept), seal: kept.n, minute: isoTime(kept.from), expected: kept.hash };
  if (kept.n > newest.n) {
    const says = `Seal ${kept.n} was kept; the log ends with seal ${newest.n}.`;
    report('log-truncated', { ...where, says, actual: 'none' });
    return;
  }
  const there = await readSeal(objects, sealPath(kept), pinned, () => undefined);
  if (there === undefined) {
    report('seal-missing', { ...where, says: `Seal ${kept.n} was kept and is not in the archive.`, actual: 'none' });
  } else if (there.hash !== kept.hash) {
    const says = `Seal ${kept.n} of the archive is not the one that was kept, and the key signed both.`;
    report('log-forked', { ...where, says, actual: there.hash });
  }
}

function readKept(note: string, pinned: NoteKey): SignedSeal | string {
  const verified = verifyNote(note, pinned);
  if ('reason' in verified) return verified.reason;
  try {
    return readCheckpointText(verified.text);
  } catch (error) {
    return reasonOf(error);
  }
}

/** A sealer claims one seal ahead. Whatever goes further was sealed, and its seal is gone. */
export async function checkClaimsAhead(objects: ReadObjects, newest: TrustedSeal, report: Report): Promise<number> {
  let [claims, last] = [0, -1];
  for await (const { key } of objects.list('claims/')) {
    const digits = /^claims\/(\d{12})\.gz$/.exec(key)?.[1];
    if (digits === undefined) {
      report('object-unknown', { object: key, says: `${key} lies among the lists of seals and is none.` });
    } else {
      claims++;
      last = Number(digits);
    }
  }
  const told = { seal: last, expected: `${last}`, actual: `${newest.n}` };
  if (last === newest.n + 1) {
    report('log-goes-on', {
      ...told,
      says: `Seal ${last} was begun and is not in the archive: it was being made, or it was cut off.`,
    });
  } else if (last > newest.n) {
    report('log-truncated', {
      ...told,
      says: `The archive has lists of seals up to ${last}; the log ends with seal ${newest.n}.`,
    });
  }
  return claims;
}

const TILE = /^tile\/(\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/;

/** Tiles that belong to no checkpoint, and tiles beyond the newest one. `sizes`: of the seals that were verified, ascending. */
export async function checkTileNames(
  objects: ReadObjects,
  sizes: readonly number[],
  newest: TrustedSeal,
  report: Report,
): Promise<void> {
  const [least, most] = [sizes[0] ?? 0, sizes.at(-1) ?? 0];
  let isAhead = false;
  for await (const { key } of objects.list(TREE)) {
    const [, level, digits = '', partial] = TILE.exec(key.slice(TREE.length)) ?? [];
    if (level === undefined) {
      report('tile-unknown', { object: key, says: `${key} lies among the tiles and is none.` });
      continue;
    }
    const width = partial === undefined ? TILE_WIDTH : Number(partial);
    const span = TILE_WIDTH ** Number(level);
    const from = (Number(digits.replace(/[x/]/g, '')) * TILE_WIDTH + width) * span;
    if (from > newest.size) isAhead = true;
    else if (partial !== undefined && from > least && from + span <= most && !hasSize(sizes, from, from + span)) {
      report('tile-unknown', { object: key, says: `${key} is of a size that the log never had.` });
    }
  }
  if (!isAhead) return;
  const says = `The archive has tiles of a tree with more than ${newest.size} entries: the next seal was being made, or seals were cut off.`;
  report('log-goes-on', { seal: newest.n, says, expected: `more than ${newest.size}`, actual: `${newest.size}` });
}

function hasSize(sizes: readonly number[], from: number, to: number): boolean {
  let [low, high] = [0, sizes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sizes[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return (sizes[low] ?? to) < to;
}

/** A manifest names the seal that was the last one when it was made. */
export async function checkManifestsAhead(
  objects: ReadObjects,
  newest: TrustedSeal,
  pinned: NoteKey,
  report: Report,
): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of objects.list('manifests/')) {
    if (/^manifests\/\d{4}\/\d\d\/\d\d\.json$/.test(key)) keys.push(key);
    else report('object-unknown', { object: key, says: `${key} lies among the manifests and is none.` });
  }
  for (const key of keys.slice(-2)) {
    const read = await readManifest(objects, key, pinned);
    if (!('manifest' in read) || read.manifest.n <= newest.n) continue;
    report('log-truncated', {
      object: manifestPath(read.manifest.day),
      seal: read.manifest.n,
      says: `The manifest of ${read.manifest.day} names seal ${read.manifest.n}; the log ends with seal ${newest.n}.`,
      expected: `${read.manifest.n}`,
      actual: `${newest.n}`,
    });
  }
}

/** Seals are at most two and a half minutes behind the records. */
const BEHIND_MS = 15 * MINUTE_MS;

export interface RecordDays {
  /** Epoch milliseconds of the newest record of the days that were read. */
  readonly newestRecord: number;
  /** Days that were read, so that all is told of them. */
  readonly judged: ReadonlySet<string>;
  /** Where the log begins, when it was verified from its first seal. */
  readonly logStart: number | undefined;
}

/** Folders of days that no seal reaches or that are none, and records that are newer than the newest seal by more than a sealer is behind. */
export async function checkRecordDays(
  objects: ReadObjects,
  { newestRecord, judged, logStart }: RecordDays,
  { n, through }: TrustedSeal,
  report: Report,
): Promise<void> {
  let newest = newestRecord;
  const before = new Set<string>();
  for await (const { key } of objects.list('records/')) {
    const day = namedDayOf(key);
    const start = Date.parse(`${recordDayOf(key)}T00:00:00Z`);
    if (day === undefined) {
      report('object-unknown', { object: key, says: `${key} lies among the records and is none of their objects.` });
    } else if (Number.isNaN(start)) {
      // More than an object that nothing reads: by its name it has records, and they are kept from every reader.
      const says = `${key} lies in the folder of a day that no calendar has: nothing reads the records in it.`;
      report('record-misplaced', { object: key, day, says });
    } else if (logStart !== undefined && start + DAY_MS <= logStart) {
      if (!judged.has(day)) before.add(day);
    } else if (start > through) {
      newest = Math.max(newest, start);
    }
  }
  for (const day of before) {
    const says = `The archive has records of ${day}, from before the log began: no seal covers them.`;
    report('records-before-log', { day, says });
  }
  if (newest <= through + BEHIND_MS) return;
  report('log-ends-early', {
    seal: n,
    says: `The archive has records of ${isoTime(newest)} or later; the log is sealed up to ${isoTime(through)}.`,
    expected: isoTime(newest),
    actual: isoTime(through),
  });
}

/** What the functions of the trail put aside because it must not happen. `isAsked`: whether a time lies in the range. */
export async function checkEvidence(
  objects: ReadObjects,
  isAsked: (ms: number) => boolean,
  report: Report,
): Promise<void> {
  for await (const { key } of objects.list('tamper/')) {
    const said = evidenceOf((await objects.get(key))?.body);
    if (said?.sk !== undefined && !isAsked(uuidv7Time(said.sk))) continue;
    report('tamper-recorded', {
      object: key,
      ...(said?.sk === undefined ? {} : { record: said.sk, callId: said.sk.slice(0, 36) }),
      says: `The table was tampered with, and the archive saw it: ${said?.event ?? 'the object cannot be read'}.`,
    });
  }
  for await (const { key } of objects.list('rejected/')) {
    report('archive-rejected', {
      object: key,
      says: `A change of the table was no record, and was put aside as ${key}.`,
    });
  }
}

function evidenceOf(
  body: Uint8Array | undefined,
): { readonly event: string; readonly sk: string | undefined } | undefined {
  try {
    const { event, before, after } = JSON.parse(new TextDecoder().decode(body)) as Record<string, { sk?: unknown }>;
    const sk = (before ?? after)?.sk;
    return { event: String(event), sk: typeof sk === 'string' ? sk : undefined };
  } catch (error) {
    return { event: reasonOf(error), sk: undefined };
  }
}
