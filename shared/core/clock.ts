/** Milliseconds since the Unix epoch. Passed in everywhere, so that tests own the time. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Milliseconds of a clock that never goes back and counts fractions: for durations. */
export type Timer = () => number;

export const systemTimer: Timer = () => performance.now();
