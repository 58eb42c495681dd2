/** When a key signs. Fixed when the key is made, so that every instance agrees without asking another. */
export interface KeySlot {
  /** Counts up; decides races, since one number is written once. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly activeFrom: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long a key signs, when calls come at least weekly. */
const PERIOD_MS = 30 * DAY;

/** The next key is made by whoever signs in the last week of a period. */
const LEAD_MS = 7 * DAY;

/** Between the making of a key and its first signature: a day in the published set, which may lag by some minutes. */
const ANNOUNCED_MS = DAY + 10 * MINUTE;

/** How long an instance may go on without reading the keys anew: in less time than a key is announced, none begins. */
export const TRUSTED_MS = 12 * HOUR;

/** A key stays published after its last signature: the life of an assertion, and the longest known cache of a verifier. */
const LINGER_MS = MINUTE + 2 * HOUR;

/** The key that signs at this moment. `slots` in ascending order of `activeFrom`. */
export function activeAt<Slot extends KeySlot>(slots: readonly Slot[], now: number): Slot | undefined {
  // The first key of all may have been made by an instance whose clock is ahead.
  return slots.findLast(({ activeFrom }) => activeFrom <= now) ?? slots[0];
}

/** Whether keys older than this one have no assertion left that anybody could verify. */
export function hasReplaced({ activeFrom }: KeySlot, now: number): boolean {
  return activeFrom + LINGER_MS <= now;
}

/**
 * The slot of a key that has to be made now; undefined when there is time. `highest` is the highest number in use, also
 * by keys that do not open. The first key has nobody who waits for it to be known, and signs at once.
 */
export function dueSlot(slots: readonly KeySlot[], highest: number, now: number): KeySlot | undefined {
  const newest = slots.at(-1);
  const number = highest + 1;
  if (newest === undefined) return { number, activeFrom: now };
  if (now < newest.activeFrom + PERIOD_MS - LEAD_MS) return undefined;
  // When nobody called for weeks, the old key signs until the new one was published for long enough.
  return { number, activeFrom: Math.max(newest.activeFrom + PERIOD_MS, now + ANNOUNCED_MS) };
}
