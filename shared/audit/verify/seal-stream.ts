import type { NoteKey } from '../log/note.ts';
import { belatedDayOf } from '../log/seal.ts';
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

/** The seals of what came after its day was closed. Their names tell, however far away they are. */
export async function belatedSeals(
  objects: ReadObjects,
  keys: readonly string[],
  pinned: NoteKey,
): Promise<readonly TrustedSeal[]> {
  const seals: TrustedSeal[] = [];
  const isNamed = (key: string) => belatedDayOf(key) !== undefined;
  const read = inOrder(keys.filter(isNamed), PARALLEL, (key) => readSeal(objects, key, pinned, SILENT));
  for await (const seal of read) if (seal !== undefined) seals.push(seal);
  return seals;
}

/**
 * Reads seals ahead of where they are needed: which records of a minute came late is said by seals up to a day later, and by
 * belated ones.
 */
export interface SealQueue {
  next(): Promise<TrustedSeal | undefined>;
  /** Reads on until a seal lies after this time, or the log ends. */
  readUntil(ms: number): Promise<void>;
  /** The number of the backfill that is to come and seals this record; undefined for one of its own minute. */
  lateIn(sk: string): number | undefined;
  /** The last backfill that is to come and seals a record of this time, of those read so far and the belated ones. */
  lastBackfillOf(from: number, to: number): number;
}

export function createSealQueue(
  objects: ReadObjects,
  keys: readonly string[],
  pinned: NoteKey,
  belated: readonly TrustedSeal[],
  report: Report,
): SealQueue {
  const source = inOrder(keys, PARALLEL, (key) => readSeal(objects, key, pinned, report));
  const waiting: TrustedSeal[] = [];
  const backfills = new Map(belated.map((seal) => [seal.n, seal]));
  const late = new Map(belated.flatMap((seal) => lateOf(seal).map((sk) => [sk, seal.n])));
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
    backfills.set(seal.n, seal);
    for (const sk of lateOf(seal)) late.set(sk, seal.n);
  };
  return {
    next: async () => {
      while (waiting.length === 0 && !ended) await readOne();
      const seal = waiting.shift();
      if (seal !== undefined && backfills.delete(seal.n)) for (const sk of lateOf(seal)) late.delete(sk);
      return seal;
    },
    readUntil: async (ms) => {
      while (readTo <= ms && !ended) await readOne();
    },
    lateIn: (sk) => late.get(sk),
    lastBackfillOf: (from, to) =>
      Math.max(-1, ...[...backfills.values()].filter((seal) => seal.from < to && seal.to > from).map(({ n }) => n)),
  };
}

function lateOf({ late }: TrustedSeal): readonly string[] {
  return late ?? [];
}
