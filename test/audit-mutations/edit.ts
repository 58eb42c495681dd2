import { gunzipSync, gzipSync } from 'node:zlib';
import { signNote } from '../../shared/audit/log/note.ts';
import {
  type Claim,
  checkpointText,
  formatSeal,
  parseSeal,
  readCheckpointText,
  type Seal,
  sealPath,
} from '../../shared/audit/log/seal.ts';
import { canonicalJson } from '../../shared/core/canonical-json.ts';
import { LOG_NAME, type LocalSigner } from '../support/sealing.ts';
import { type Archive, rehashed } from './archive.ts';

/** Takes one of a list: the first, the middle one, the last one, or any. */
export type Pick = <T>(list: readonly T[]) => T;

export function pickAt(fraction: number): Pick {
  return (list) => {
    const one = list[Math.round(fraction * (list.length - 1))];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  };
}

export type Fields = Record<string, unknown>;

/** A record and where its line is. */
export interface Place {
  readonly key: string;
  readonly at: number;
  readonly line: string;
  readonly record: Fields;
}

export function keysOf(archive: Archive, prefix: string): readonly string[] {
  return [...archive.keys()].filter((key) => key.startsWith(prefix)).sort();
}

export function linesOf(archive: Archive, key: string): readonly string[] {
  return gunzipSync(archive.get(key) ?? new Uint8Array())
    .toString()
    .split('\n')
    .slice(0, -1);
}

export function setLines(archive: Archive, key: string, lines: readonly string[]): void {
  archive.set(key, gzipSync(lines.map((line) => `${line}\n`).join('')));
}

/** Every record of the archive in the order of its objects. */
export function placesOf(archive: Archive, isWanted: (place: Place) => boolean = () => true): readonly Place[] {
  return keysOf(archive, 'records/')
    .flatMap((key) => linesOf(archive, key).map((line, at) => ({ key, at, line, record: JSON.parse(line) as Fields })))
    .filter(isWanted);
}

const ofDay = (day: string) => (place: Place) => place.key.startsWith(`records/dt=${day}/`);
/** Of the day that the log has closed, and of the one that is still open. */
export const CLOSED = ofDay('2026-11-24');
export const OPEN = ofDay('2026-11-25');

export function setLine(archive: Archive, { key, at }: Place, ...lines: readonly string[]): void {
  const all = [...linesOf(archive, key)];
  all.splice(at, 1, ...lines);
  setLines(archive, key, all);
}

/** Another record in the place of this one, its text canonical and its own hash right. */
export function setRecord(archive: Archive, place: Place, record: Fields): void {
  setLine(archive, place, canonicalJson(rehashed(record)));
}

export function addRecord(archive: Archive, record: Fields, day: string, name = '9'.repeat(40)): void {
  archive.set(`records/dt=${day}/${name}-e.jsonl.gz`, gzipSync(`${canonicalJson(record)}\n`));
}

export function sealKeys(archive: Archive): readonly string[] {
  return keysOf(archive, 'seals/');
}

export function readSealAt(archive: Archive, key: string): Seal {
  return parseSeal(archive.get(key) ?? new Uint8Array());
}

export function writeJson(archive: Archive, key: string, value: unknown): void {
  archive.set(key, Buffer.from(JSON.stringify(value)));
}

export function readJson(archive: Archive, key: string): Fields {
  return JSON.parse(Buffer.from(archive.get(key) ?? []).toString()) as Fields;
}

/** What whoever has the key can do: another claim in the place of this seal, and every later one signed anew to follow it. */
export async function resign(
  archive: Archive,
  key: string,
  signer: LocalSigner,
  change: (seal: Seal) => Partial<Claim>,
): Promise<void> {
  const keys = sealKeys(archive);
  let previous: string | undefined;
  for (const at of keys.slice(keys.indexOf(key))) {
    const { note: _note, ...claim } = readSealAt(archive, at);
    const next: Claim = {
      ...claim,
      ...(previous === undefined ? change(readSealAt(archive, at)) : { previous }),
    };
    const seal = await signed(next, signer);
    archive.delete(at);
    archive.set(sealPath(seal), Buffer.from(formatSeal(seal)));
    previous = readCheckpointText(checkpointText(next)).hash;
  }
}

export async function signed(claim: Claim, { signer }: LocalSigner): Promise<Seal> {
  const note = await signNote(checkpointText(claim), {
    name: LOG_NAME,
    publicKey: await signer.publicKey(),
    sign: signer.sign,
  });
  return { ...claim, note };
}

/** Another bit in the middle of the bytes. */
export function flip(bytes: Uint8Array, at = bytes.length >>> 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
