import { createRequire, syncBuiltinESMExports } from 'node:module';

/** Time that passes only when everything waits for it. */
export interface VirtualTime {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** In so many milliseconds. The answer cancels it. */
  readonly after: (ms: number, work: () => void) => () => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Everything that is due up to then, in order of time and of asking. */
  readonly runUntil: (end: number) => Promise<void>;
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
}

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, setImmediate };

/** All promises that can go on have gone on: nothing here waits for the machine. */
const turn = () => new Promise<void>((resolve) => real.setImmediate(resolve));

export function createTime(start: number): VirtualTime {
  let now = start;
  let order = 0;
  const queue: Due[] = [];
  const after: VirtualTime['after'] = (ms, work) => {
    const due = { at: now + Math.max(0, Number.isFinite(ms) ? ms : 0), order: order++, work };
    let at = queue.length;
    while (at > 0 && isLater(queue[at - 1] as Due, due)) at--;
    queue.splice(at, 0, due);
    return () => {
      const index = queue.indexOf(due);
      if (index !== -1) queue.splice(index, 1);
    };
  };
  return {
    now: () => Math.floor(now),
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    runUntil: async (end) => {
      await turn();
      for (let due = queue[0]; due !== undefined && due.at <= end; due = queue[0]) {
        queue.shift();
        now = due.at;
        due.work();
        await turn();
      }
      now = end;
    },
  };
}

function isLater(a: Due, b: Due): boolean {
  return a.at > b.at || (a.at === b.at && a.order > b.order);
}

let current: VirtualTime | undefined;

/** What the timers of production code and of the SDK run on meanwhile. */
export async function onTime<T>(time: VirtualTime, work: () => Promise<T>): Promise<T> {
  install();
  current = time;
  try {
    return await work();
  } finally {
    current = undefined;
  }
}

interface Timeout {
  readonly cancel: () => void;
  readonly ref: () => Timeout;
  readonly unref: () => Timeout;
  readonly hasRef: () => boolean;
}

const isOurs = new WeakSet<object>();
let isInstalled = false;

/**
 * The timers are the platform's, which no port hands in: only by standing in their place do limits and pauses take
 * virtual time. Outside of a history they are what they were.
 */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const setVirtual = (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
    if (current === undefined) return real.setTimeout(work, ms, ...args);
    const timeout: Timeout = {
      cancel: current.after(ms, () => work(...args)),
      ref: () => timeout,
      unref: () => timeout,
      hasRef: () => true,
    };
    isOurs.add(timeout);
    return timeout;
  };
  const clearVirtual = (timeout: unknown): void => {
    if (typeof timeout === 'object' && timeout !== null && isOurs.has(timeout)) (timeout as Timeout).cancel();
    else real.clearTimeout(timeout as NodeJS.Timeout);
  };
  Object.assign(globalThis, { setTimeout: setVirtual, clearTimeout: clearVirtual });
  const promises = createRequire(import.meta.url)('node:timers/promises') as { setTimeout: unknown };
  const pause = promises.setTimeout as (ms?: number, value?: unknown) => Promise<unknown>;
  promises.setTimeout = (ms = 0, value?: unknown) =>
    current === undefined ? pause(ms, value) : current.sleep(ms).then(() => value);
  syncBuiltinESMExports();
}
