import { WrongUsage } from '../failure.ts';

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

/**
 * `now`, `30m`, `24h`, `7d` before now, a day (its first moment in UTC) or a time, without a zone in that of the machine → epoch
 * milliseconds. Date.parse alone would take "7" for a month and 30 February for 2 March.
 *
 * @throws WrongUsage that names the option
 */
export function toTime(option: string, text: string, now: number): number {
  if (text === 'now') return now;
  const span = spanOf(text);
  if (span !== undefined) return Math.max(0, now - span);
  const [, day = text] = MOMENT.exec(text) ?? [];
  if (toDay(day) !== undefined) return Math.max(0, Date.parse(text));
  throw new WrongUsage(`${option} ${text} is no time. Examples: now, 30m, 24h, 7d, 2026-11-24, 2026-11-24T08:00:00Z`);
}

/**
 * The same for what two people must understand as one time: without a zone it would be that of each one's machine.
 *
 * @throws WrongUsage that names the option
 */
export function toSameTime(option: string, text: string, now: number): number {
  const [isMoment, , zone] = MOMENT.exec(text) ?? [];
  if (isMoment !== undefined && zone === undefined)
    throw new WrongUsage(`${option} ${text} has no zone. Add Z for UTC.`);
  return toTime(option, text, now);
}

/** `0m`, `30m`, `24h`, `7d` → milliseconds. @throws WrongUsage that names the option */
export function toSpan(option: string, text: string): number {
  const span = spanOf(text);
  if (span !== undefined) return span;
  throw new WrongUsage(`${option} ${text} is no span of time. Examples: 0m, 30m, 24h, 7d`);
}

/** The first moment of a day that exists, in UTC; undefined for anything else. */
export function toDay(text: string): number | undefined {
  const time = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text) ? time : undefined;
}

function spanOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS.get(unit) ?? 0);
}
