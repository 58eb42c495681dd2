import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/logger.ts';
import type { ReadSecret } from '../core/secret.ts';
import { CredentialsUnavailable } from './auth/mode.ts';

/** A secret of Secrets Manager in the memory of one instance. */
export interface CachedSecret<T> {
  /**
   * At most five minutes old; up to an hour while it cannot be read.
   *
   * @throws CredentialsUnavailable secret_unavailable
   */
  get(): Promise<T>;
  /** Reads anew, because this value was refused; at most once in ten seconds. Whether there is another one now. */
  hasChanged(refused: T): Promise<boolean>;
}

export interface SecretPorts {
  readonly readSecret: ReadSecret;
  readonly clock: Clock;
  readonly log: Log;
}

const FRESH_MS = 5 * 60_000;
const STALE_MS = 60 * 60_000;
const AGAIN_MS = 10_000;

/**
 * One reading at a time and no timer: neither a call nor an outage costs a request each.
 *
 * @param parse throws for a text that is not what the mode needs; its message is dropped, since it may quote the secret
 */
export function cacheSecret<T>(
  arn: string,
  parse: (text: string) => T,
  { readSecret, clock, log }: SecretPorts,
): CachedSecret<T> {
  let known: { readonly value: T; readonly text: string; readonly at: number } | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    triedAt = clock();
    try {
      const version = await readSecret(arn, 'AWSCURRENT');
      if (version === undefined) throw new Error('no current version');
      const text = version.value;
      // The same value stays the same object, so that callers can tell what has changed.
      known = { value: text === known?.text ? known.value : parse(text), text, at: clock() };
    } catch (error) {
      log.error('secret.failed', { dependency: 'secrets', cause: error instanceof Error ? error.name : typeof error });
    }
  };
  const readOnce = (): Promise<void> => {
    running ??= read().finally(() => {
      running = undefined;
    });
    return running;
  };
  const isOlderThan = (ms: number) => known === undefined || clock() - known.at >= ms;
  const mayTry = () => running !== undefined || clock() - triedAt >= AGAIN_MS;
  return {
    get: async () => {
      if (isOlderThan(FRESH_MS) && mayTry()) await readOnce();
      if (known === undefined || isOlderThan(STALE_MS)) throw new CredentialsUnavailable('secret_unavailable');
      return known.value;
    },
    hasChanged: async (refused) => {
      if (known?.value === refused && mayTry()) await readOnce();
      return known !== undefined && known.value !== refused;
    },
  };
}
