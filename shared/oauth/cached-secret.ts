import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';
import { unavailable } from './errors.ts';

export interface CachedSecret<T> {
  /** At most five minutes old; up to an hour while it cannot be read. @throws OAuthError temporarily_unavailable */
  get(): Promise<T>;
  /**
   * Read anew, since somebody showed that it may have changed; a flood of such shows costs one reading in 10 s. A failed
   * reading proves nothing, and is an error here.
   */
  again(): Promise<T>;
}

export interface SecretPorts {
  readonly clock: Clock;
  readonly log: Log;
}

const FRESH_MS = 5 * 60_000;
const STALE_MS = 60 * 60_000;
const AGAIN_MS = 10_000;
const FAILURE_PAUSE_MS = 5_000;

/** In memory, one reading at a time, so that neither a login costs a request nor an outage a request each. */
export function cacheSecret<T>(name: string, read: () => Promise<T>, { clock, log }: SecretPorts): CachedSecret<T> {
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
      // The message of an AWS error may name an account.
      const cause = error instanceof Error ? error.name : typeof error;
      log.warn('secret.failed', { dependency: 'secrets', secret: name, cause });
    }
  };
  const reload = (): Promise<void> => {
    running ??= load().finally(() => {
      running = undefined;
    });
    return running;
  };
  const olderThan = (ms: number) => known === undefined || clock() - known.at >= ms;
  const value = (): T => {
    if (known === undefined || olderThan(STALE_MS)) throw unavailable('secret_unavailable');
    return known.value;
  };
  const within = async (ms: number): Promise<T> => {
    if (olderThan(ms) && clock() >= pausedUntil) await reload();
    return value();
  };
  return {
    get: () => within(FRESH_MS),
    again: async () => {
      const latest = await within(AGAIN_MS);
      if (lastFailed) throw unavailable('secret_unavailable');
      return latest;
    },
  };
}
