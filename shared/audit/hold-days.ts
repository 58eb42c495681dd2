import type { Objects } from '../aws/objects.ts';
import { DAY_MS } from './log/order.ts';
import { belatedDayOf, parseSeal, type Seal, SealError } from './log/seal.ts';
import { dayText, recordDayOf } from './record-objects.ts';
import { inOrder } from './verify/in-order.ts';

/** Seals that are read at once: a day has 1440 of them. */
const PARALLEL = 16;

/**
 * S3 legal hold on everything that the archive has of some days: records, manifests, the seals of these records, wherever
 * they lie, and the lists of what is in those. `log/` is kept by itself, since the newest checkpoint needs all of it.
 *
 * @param from first day and `to` last day, epoch milliseconds of any time in them
 * @returns how many objects
 */
export async function holdDays(objects: Objects, from: number, to: number, on: boolean): Promise<number> {
  let count = 0;
  for await (const key of keysOf(objects, daysOf(from, to))) {
    await objects.hold(key, on);
    count++;
  }
  return count;
}

/** Whether there is anything of these days to hold. */
export async function hasDays(objects: Objects, from: number, to: number): Promise<boolean> {
  for await (const _one of keysOf(objects, daysOf(from, to))) return true;
  return false;
}

function daysOf(from: number, to: number): ReadonlySet<string> {
  const days = new Set<string>();
  for (let at = from - (from % DAY_MS); at <= to; at += DAY_MS) days.add(dayText(at));
  return days;
}

async function* keysOf(objects: Objects, days: ReadonlySet<string>): AsyncIterable<string> {
  for (const day of days) {
    // What lies beside the records may have a name that no hold can be put on, and would leave the rest without one.
    for await (const { key } of objects.list(`records/dt=${day}/`)) if (recordDayOf(key) === day) yield key;
    for await (const { key } of objects.list(`manifests/${day.replaceAll('-', '/')}.json`)) yield key;
  }
  const claims = new Set<string>();
  const seals = inOrder(objects.list('seals/'), PARALLEL, async ({ key }) => {
    return { key, day: await dayOf(objects, key, days) };
  });
  for await (const { key, day } of seals) {
    if (!days.has(day ?? '')) continue;
    yield key;
    claims.add(`claims/${SEAL.exec(key)?.[4]}.gz`);
  }
  // Listed, since a hold on what is not there fails, and would leave the rest without one.
  for await (const { key } of objects.list('claims/')) if (claims.has(key)) yield key;
}

const SEAL = /^seals\/(\d{4})\/(\d\d)\/(\d\d)\/(\d{12})[^/]*$/;

/**
 * The day whose records a seal seals. It lies in the folder of that day, or of the next one: the last minute ends there, and
 * the day is read again up to 01:00. A belated one has it in its name. Only seals that can be of these days are read; one
 * that cannot be is of the day of its folder, as evidence.
 */
async function dayOf(objects: Objects, key: string, days: ReadonlySet<string>): Promise<string | undefined> {
  const [, year, month, day] = SEAL.exec(key) ?? [];
  const start = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  const belated = belatedDayOf(key);
  if (belated !== undefined || Number.isNaN(start)) return belated;
  const [before, folder] = [dayText(start - DAY_MS), dayText(start)];
  if (!days.has(folder) && !days.has(before)) return undefined;
  const from = (await readSeal(objects, key))?.from ?? start;
  return from >= start - DAY_MS && from < start ? before : folder;
}

async function readSeal(objects: Objects, key: string): Promise<Seal | undefined> {
  const body = (await objects.get(key))?.body;
  try {
    return body && parseSeal(body);
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}
