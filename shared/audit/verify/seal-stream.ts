import type { NoteKey } from '../log/note.ts';
import type { ReadObjects } from './day-records.ts';
import type { Report } from './findings.ts';
import { inOrder } from './in-order.ts';
import { readSeal, sealNumberOf, type TrustedSeal } from './seal-reader.ts';

const PARALLEL = 16;
const SILENT: Report = () => undefined;

/** The keys of all seals in their order. Another object among them is told. */
export async function listSealKeys(objects: ReadObjects, report: Report): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list('seals/')) {
    if (sealNumberOf(key) === undefined) {
      report('object-unknown', { object: key, says: `${key} lies among the seals and is none.` });
    } else {
      keys.push(key);
    }
  }
  return keys;
}

/** The newest seal that can be trusted. */
export async function newestSeal(
  objects: ReadObjects,
  keys: readonly string[],
  pinned: NoteKey,
): Promise<TrustedSeal | undefined> {
  for (let at = keys.length - 1; at >= 0; at--) {
    const seal = await readSeal(objects, keys[at] ?? '', pinned, SILENT);
    if (seal !== undefined) return seal;
  }
  return undefined;
}

/** Index of the key of the first seal whose `through` lies after this time. */
export async function firstSealAfter(
  objects: ReadObjects,
  keys: readonly string[],
  pinned: NoteKey,
  ms: number,
): Promise<number> {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    let at = middle;
    let seal: TrustedSeal | undefined;
    // Past those that cannot be trusted: what they say decides nothing.
    while (at < high && seal === undefined) seal = await readSeal(objects, keys[at++] ?? '', pinned, SILENT);
    if (seal === undefined || seal.through > ms) high = middle;
    else low = at;
  }
  return low;
}

/** Reads seals ahead of where they are needed: which records of a minute came late is said by seals up to a day later. */
export interface SealQueue {
  next(): Promise<TrustedSeal | undefined>;
  /** Reads on until a seal lies after this time, or the log ends. */
  readUntil(ms: number): Promise<void>;
  /** The number of the backfill that seals this record; undefined for one of its own minute, or one that is not read yet. */
  lateIn(sk: string): number | undefined;
  /** The last backfill read so far that seals a record of this time. */
  lastBackfillOf(from: number, to: number): number;
}

export function createSealQueue(
  objects: ReadObjects,
  keys: readonly string[],
  pinned: NoteKey,
  report: Report,
): SealQueue {
  const source = inOrder(keys, PARALLEL, (key) => readSeal(objects, key, pinned, report));
  const waiting: TrustedSeal[] = [];
  const late = new Map<string, number>();
  const backfills: TrustedSeal[] = [];
  let [readTo, ended] = [0, false];
  const readOne = async (): Promise<void> => {
    const { value: seal, done } = await source.next();
    if (done === true) {
      ended = true;
      return;
    }
    if (seal === undefined) return;
    waiting.push(seal);
    readTo = Math.max(readTo, seal.through);
    if (seal.kind === 'minute') return;
    backfills.push(seal);
    for (const sk of seal.late ?? []) late.set(sk, seal.n);
  };
  return {
    next: async () => {
      while (waiting.length === 0 && !ended) await readOne();
      const seal = waiting.shift();
      for (const sk of (seal?.kind === 'backfill' && backfills.shift()?.late) || []) late.delete(sk);
      return seal;
    },
    readUntil: async (ms) => {
      while (readTo <= ms && !ended) await readOne();
    },
    lateIn: (sk) => late.get(sk),
    lastBackfillOf: (from, to) =>
      Math.max(-1, ...backfills.filter((seal) => seal.from < to && seal.to > from).map(({ n }) => n)),
  };
}
