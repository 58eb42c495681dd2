import type { Abort } from './carry-signals.ts';

/** The caller's time left. An operation ends within it and within the door's own limit, whatever the service does. */
export interface Within {
  readonly withinMs?: number;
}

/** Gets the signal of its end. */
export type Work<T> = (abort: Abort) => Promise<T>;

/** A timer that is cleared, not AbortSignal.timeout: at full load those would keep every request of the last second. */
export async function endWithin<T>(ms: number, work: Work<T>): Promise<T> {
  if (!(ms > 0)) throw outOfTime();
  const abortSignal: Abort = { aborted: false, onabort: null };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(outOfTime());
      // Nothing may be written any more after the caller was told that it was not.
      abortSignal.aborted = true;
      abortSignal.onabort?.();
    }, ms);
  });
  try {
    return await Promise.race([work(abortSignal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function outOfTime(): Error {
  return Object.assign(new Error('no answer in the time left'), { name: 'TimeoutError' });
}
