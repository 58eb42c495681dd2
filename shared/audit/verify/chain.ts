import { compareKeys, DAY_MS, HOUR_MS, isOfOneDay, isWithin, MINUTE_MS } from '../log/order.ts';
import { isoTime, type Report } from './findings.ts';
import type { TrustedSeal } from './seal-reader.ts';

/** A stretch of time whose seals are gone or cannot be trusted: nothing can be said of its records. */
export interface Hole {
  readonly from: number;
  readonly to: number;
}

/**
 * Whether a seal follows the one before it: number, hash, size, window. After a gap in the numbers only the gap is told,
 * since everything else follows from it.
 */
export function checkFollows(before: TrustedSeal | undefined, seal: TrustedSeal, report: Report): Hole | undefined {
  const { n } = seal;
  const where = { object: seal.key, seal: n, minute: isoTime(seal.from) };
  const next = before === undefined ? 0 : before.n + 1;
  if (n < next) {
    report('seal-duplicate', { ...where, says: `Two signed seals have the number ${n}.` });
    return undefined;
  }
  if (n > next) return holeBefore(before, seal);
  const previous = before?.hash ?? null;
  if (seal.previous !== previous) {
    report('seal-chain-broken', {
      ...where,
      says: `Seal ${n} does not follow seal ${n - 1}: it names another one as the seal before it.`,
      expected: previous ?? 'none',
      actual: seal.previous ?? 'none',
    });
  }
  checkSize(before, seal, report);
  return checkMinute(before, seal, report);
}

/** Seals that cannot be trusted are told of where they are read; of those that are not there at all, here. */
export function reportMissing(from: number, to: number, present: (n: number) => boolean, report: Report): void {
  for (let n = from; n < to; n++) {
    if (present(n)) continue;
    let last = n;
    while (last + 1 < to && !present(last + 1)) last++;
    const what = last === n ? `Seal ${n} is` : `Seals ${n} to ${last} are`;
    report('seal-missing', { seal: n, says: `${what} missing.`, expected: `${last - n + 1} more`, actual: 'none' });
    n = last;
  }
}

function holeBefore(before: TrustedSeal | undefined, seal: TrustedSeal): Hole {
  const to = seal.kind === 'minute' ? seal.from : seal.through;
  // A backfill among the lost seals held records of the day and hour before.
  return { from: (before?.through ?? 0) - DAY_MS - HOUR_MS, to };
}

function checkSize(before: TrustedSeal | undefined, { key, n, first, from }: TrustedSeal, report: Report): void {
  const size = before?.size ?? 0;
  if (first === size) return;
  const says = `Seal ${n} does not go on where the log ended.`;
  report('seal-size-wrong', {
    object: key,
    seal: n,
    minute: isoTime(from),
    says,
    expected: `${size}`,
    actual: `${first}`,
  });
}

function checkMinute(before: TrustedSeal | undefined, seal: TrustedSeal, report: Report): Hole | undefined {
  const { key, n, kind, from, to, through } = seal;
  const where = { object: key, seal: n, minute: isoTime(from) };
  if (kind === 'backfill') {
    if (through === before?.through && isOfOneDay(seal)) return undefined;
    report('seal-window-wrong', { ...where, says: `Seal ${n} is a backfill of a window that was never open.` });
    return undefined;
  }
  if (to - from !== MINUTE_MS || from % MINUTE_MS !== 0) {
    report('seal-window-wrong', { ...where, says: `Seal ${n} does not seal one whole minute.` });
    return undefined;
  }
  const expected = before?.through ?? from;
  if (from === expected) return undefined;
  const told = { ...where, expected: isoTime(expected), actual: isoTime(from) };
  if (from > expected) {
    report('minute-missing', {
      ...told,
      says: `No seal covers the time from ${isoTime(expected)} to ${isoTime(from)}.`,
    });
    return { from: expected, to: from };
  }
  report('minute-overlap', { ...told, says: `Seal ${n} seals time that was sealed before.` });
  return undefined;
}

/** The list of a backfill: in order, each once, each within the window. Its hash is in the signed note. */
export function checkLateList({ key, n, from, to, late }: TrustedSeal, report: Report): void {
  if (late === undefined) return;
  const inOrder = late.every((sk, at) => at === 0 || compareKeys(late[at - 1] ?? '', sk) < 0);
  if (inOrder && late.every((sk) => isWithin(sk, { from, to }))) return;
  const says = `Seal ${n} lists late records out of order, twice, or of another time.`;
  report('seal-late-list-wrong', { object: key, seal: n, minute: isoTime(from), says });
}
