import { hash } from 'node:crypto';
import type { Objects } from '../../aws/objects.ts';
import { recordDayOf } from '../record-objects.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { type NoteSigner, signNote } from './note.ts';
import type { SignedSeal } from './seal.ts';

/** An object of the archive as it was when the manifest was made. */
export interface ListedRecordObject {
  readonly key: string;
  /** Bytes, as they lie there. */
  readonly size: number;
  /** Hex SHA-256 of them. */
  readonly sha256: string;
}

/** Object `manifests/<yyyy>/<mm>/<dd>.json`: which objects held the records of one day, and how far the log was. */
export interface Manifest {
  readonly v: 1;
  readonly origin: string;
  /** `yyyy-mm-dd` */
  readonly day: string;
  readonly objects: readonly ListedRecordObject[];
  /** The last seal when it was made. */
  readonly n: number;
  readonly size: number;
  readonly root: string;
  readonly madeAt: number;
  /** C2SP signed note over manifestText. */
  readonly note: string;
}

export function manifestPath(day: string): string {
  return `manifests/${day.replaceAll('-', '/')}.json`;
}

/** The checkpoint of the last seal, with the day and what was listed as its extension. */
export function manifestText({ origin, day, objects, n, size, root, madeAt }: Omit<Manifest, 'note'>): string {
  const listed = objects.map(({ key, size: bytes, sha256 }) => `${sha256} ${bytes} ${key}\n`).join('');
  const digest = hash('sha256', listed, 'hex');
  const extensions = [`gatehouse/manifest/v1 ${day} ${n} ${madeAt} ${objects.length} ${digest}`];
  return formatCheckpoint({ origin, size, root: Buffer.from(root, 'base64'), extensions });
}

/** Once for each day; what is archived later is not in it, and is verified like everything else. */
export async function putManifest(
  objects: Objects,
  signer: NoteSigner,
  day: string,
  { n, size, root }: SignedSeal,
  madeAt: number,
): Promise<void> {
  const path = manifestPath(day);
  if ((await objects.get(path)) !== undefined) return;
  const listed: ListedRecordObject[] = [];
  for await (const { key } of objects.list(`records/dt=${day}/`)) {
    if (recordDayOf(key) === undefined) continue;
    const body = (await objects.get(key))?.body;
    if (body) listed.push({ key, size: body.length, sha256: hash('sha256', body, 'hex') });
  }
  const unsigned = { v: 1, origin: signer.name, day, objects: listed, n, size, root, madeAt } as const;
  const manifest: Manifest = { ...unsigned, note: await signNote(manifestText(unsigned), signer) };
  await objects.putIfAbsent(path, Buffer.from(JSON.stringify(manifest)), { contentType: 'application/json' });
}
