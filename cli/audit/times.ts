import { WrongUsage } from '../failure.ts';

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/**
 * `30m`, `24h`, `7d` before now, or a time → epoch milliseconds.
 *
 * @throws WrongUsage that names the option
 */
export function toTime(option: string, text: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : now - Number(count) * (UNIT_MS.get(unit) ?? 0);
  if (Number.isFinite(time)) return Math.max(0, time);
  throw new WrongUsage(`${option} ${text} is no time. Examples: 30m, 24h, 7d, 2026-11-24T08:00:00Z`);
}
