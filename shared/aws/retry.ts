import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

type Strategy = Exclude<NonNullable<DynamoDBClientConfig['retryStrategy']>, { retry: unknown }>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;

const PAUSE_MS = 50;

/**
 * The SDK decides what may be repeated, this how often and when. Its own strategy pauses up to a second after a
 * throttle, or what `retry-after` of an answer says: longer than a whole operation may take here.
 */
export function retryAtMost(attempts: number): Strategy {
  return {
    acquireInitialRetryToken: async () => tokenOf(0),
    refreshRetryTokenForRetry: async (last, { errorType }) => {
      const made = last.getRetryCount() + 1;
      if (made >= attempts || errorType === 'CLIENT_ERROR') throw new Error('no more attempts');
      return tokenOf(made);
    },
    recordSuccess: () => undefined,
  };
}

/** The pause is drawn at random, so that many callers do not come back together. */
function tokenOf(retries: number): Token {
  return {
    getRetryCount: () => retries,
    getRetryDelay: () => (retries === 0 ? 0 : Math.random() * PAUSE_MS),
  };
}
