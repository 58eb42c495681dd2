import { gunzipSync, gzipSync } from 'node:zlib';
import { type NoteKey, parseVkey } from '../../shared/audit/log/note.ts';
import type { AuditRecord } from '../../shared/audit/record.ts';
import { callAt, createSealWorld } from './sealing.ts';

const MINUTE = 60_000;

export interface BuiltArchive {
  /** Key → body, as the functions left them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly key: NoteKey;
  readonly records: readonly AuditRecord[];
}

/**
 * An archive made by the real archive function and the real sealer: calls in some minutes and none in others, over midnight
 * and the daily manifest, one call that came late.
 */
export async function buildArchive(start: number, minutes: number, callsEvery: number): Promise<BuiltArchive> {
  const world = createSealWorld(start + MINUTE + 90_000);
  const records: AuditRecord[] = [];
  const write = async (written: readonly AuditRecord[]) => {
    await world.write(written);
    records.push(...written);
  };
  for (let minute = 0; minute < minutes; minute++) {
    const at = start + minute * MINUTE;
    if (minute % callsEvery === 0) {
      await write([...callAt(at + 1000), ...callAt(at + 2000, 'denied'), ...callAt(at + 3000)]);
    }
    if (minute === 30) await write(callAt(start + 5 * MINUTE + 1));
    world.now = at + MINUTE + 90_000;
    await world.run();
  }
  const files = new Map([...world.bucket.stored].map(([key, { body }]) => [key, body]));
  return { files, key: parseVkey(world.vkey), records };
}

/** The lines of an archived object, changed. */
export function rewriteLines(body: Uint8Array, change: (lines: readonly string[]) => readonly string[]): Uint8Array {
  const lines = gunzipSync(body).toString().split('\n').slice(0, -1);
  return gzipSync(
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}
