/** The day of this time as the archive names it: `yyyy-mm-dd`, UTC. */
export function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

const KEY = /^records\/dt=(\d{4}-\d\d-\d\d)\/[\w-]+\.jsonl\.gz$/;

/**
 * The day, `yyyy-mm-dd`, in the key of an object of records; undefined for every other key. Anybody who may write to the
 * bucket can leave something beside them, such as a folder made by hand, and that must not end what is done for the day.
 */
export function recordDayOf(key: string): string | undefined {
  const day = namedDayOf(key);
  const start = Date.parse(`${day}T00:00:00Z`);
  // The 31st of November is read as the first of December.
  return !Number.isNaN(start) && dayText(start) === day ? day : undefined;
}

/** The same of a day that may be in no calendar. */
export function namedDayOf(key: string): string | undefined {
  return KEY.exec(key)?.[1];
}
