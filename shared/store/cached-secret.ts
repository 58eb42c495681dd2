import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';

/** A secret of Secrets Manager in the memory of one instance. */
export interface CachedSecret<T> {
  /** At most five minutes old; up to an hour while it cannot be read. Then it throws what the owner gave for that. */
  get(): Promise<T>;
  /**
   * Read anew, since somebody showed that it may have changed; a flood of such shows costs one reading in 10 s. A failed
   * reading proves nothing, and is an error here.
   */
  again(): Promise<T>;
  /** Reads anew in the same way, because this value was refused. Whether there is another one now. */
  hasChanged(refused: T): Promise<boolean>;
}

export interface SecretPorts {
  readonly clock: Clock;
  readonly log: Log;
}

export interface SecretOptions<T> {
  /** Which of the secrets, in the log. */
  readonly name?: string;
  /** Rejects where there is no secret, or not what it should be. Of its error only the class is logged. */
  readonly read: () => Promise<T>;
  /** How loud a failed reading is. */
  readonly level: 'warn' | 'error';
  /** What callers get while there is no secret. */
  readonly unavailable: () => Error;
}

const FRESH_MS = 5 * 60_000;
const STALE_MS = 60 * 60_000;
const AGAIN_MS = 10_000;
const FAILURE_PAUSE_MS = 5_000;

/** One reading at a time and no timer: neither a call nor an outage costs a request each. */
export function cacheSecret<T>(options: SecretOptions<T>, { clock, log }: SecretPorts): CachedSecret<T> {
  const { name, read, level, unavailable } = options;
  let known: { readonly value: T; readonly at: number } | undefined;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let lastFailed = false;
  let running: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    const at = clock();
    try {
      known = { value: await read(), at };
      lastFailed = false;
    } catch (error) {
      lastFailed = true;
      pausedUntil = clock() + FAILURE_PAUSE_MS;
      // The message of an AWS error may name an account, that of a parser may quote the secret.
      const cause = error instanceof Error ? error.name : typeof error;
      log[level]('secret.failed', { dependency: 'secrets', secret: name, cause });
    }
  };
  const reload = (): Promise<void> => {
    running ??= load().finally(() => {
      running = undefined;
    });
    return running;
  };
  const isOlderThan = (ms: number) => known === undefined || clock() - known.at >= ms;
  const refresh = async (ms: number): Promise<void> => {
    if (isOlderThan(ms) && clock() >= pausedUntil) await reload();
  };
  const usable = (): T => {
    if (known === undefined || isOlderThan(STALE_MS)) throw unavailable();
    return known.value;
  };
  return {
    get: async () => {
      await refresh(FRESH_MS);
      return usable();
    },
    again: async () => {
      await refresh(AGAIN_MS);
      if (lastFailed) throw unavailable();
      return usable();
    },
    hasChanged: async (refused) => {
      if (known?.value === refused) await refresh(AGAIN_MS);
      return known !== undefined && known.value !== refused;
    },
  };
}
